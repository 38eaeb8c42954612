"""The loop closed: what a shopper buys over HTTP is in the cockpit at once, and breaks no invariant."""

import uuid

import pytest
from django.utils import timezone

from chengfeng.periods import local_date
from reports import cockpit, invariants
from reports.picking import preset
from shops.shopper import seal
from tests import factories

from . import world

pytestmark = pytest.mark.django_db


def test_an_order_over_http_is_in_the_cockpit_and_in_the_books(client, shop):
    goods, shopper, now = factories.variant(shop), uuid.uuid4(), timezone.now()
    world.fund(shop, at=now)
    world.click(world.campaign(shop, goods.product, at=now), at=now, shopper=shopper)

    def post(path, key, body):
        headers = {"X-Shopper": seal(shopper), "Idempotency-Key": key}
        return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers).json()

    lines = [{"variant": goods.code, "quantity": 2}]
    placed = post("checkouts", "c", {"lines": lines, "email": "sam@example.org", "recipient": "Sam"})
    paid = post(f"checkouts/{placed['code']}/payments", "p", {"provider": "sandbox", "source": "approve"})
    assert paid["state"] == "captured"
    period = preset("today", today=local_date(now, shop.time_zone))
    sums = cockpit.look(shop, period, at=timezone.now()).sums
    assert (sums["paid_orders"], sums["ad_orders"], sums["ad_gmv"], sums["spend"]) == (1, 1, 200, 2.5)
    assert f"{sums['paid_gmv']:.2f}" == f"{float(placed['total']):.2f}"
    assert [(v.invariant.id, v.rows) for v in invariants.check()] == []
