"""What webhooks say: each event says all that is documented of it, and its address answers whoever may ask."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ads.campaigns import creatives
from ads.models import Ad
from ads.wallet import alerts
from chengfeng import clock, outbox
from orders.settlement import bank, payouts
from shops.hooks.events import EVENTS
from shops.models import HookMessage
from shops.people.rights import Right
from shops.tenancy import Access
from tests import factories
from tests.ads import adverts
from tests.ads.test_charging import grant
from tests.factories import AT

from .conftest import merchant_client
from .settling import DUE, bank_account, settled
from .test_cases import arrived, returned

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def told(shop, alice):
    """Return a function to what one event says, after everything was told; every address in it is asked."""
    factories.endpoint(shop, *EVENTS)
    program = merchant_client(shop, alice)

    def read(name: str) -> dict:
        with clock.at(DUE + DAY):
            outbox.relay(at=DUE + DAY)
            message = HookMessage.objects.filter(event=name).latest("pk")
            if "url" in message.data:
                assert program.get(message.data["url"]).status_code == 200
        assert message.data.keys() == EVENTS[name].shape.keys()
        return message.data

    return read


def test_an_order_says_which_it_is_all_its_way(shop, shirt, told):
    order = arrived((shirt, 2))
    case = returned(order)
    codes = {"merchant": shop.code, "order": order.code}
    assert told("order.paid").items() >= codes.items()
    assert told("order.shipped").items() >= (codes | {"shipment": order.shipments.get().code}).items()
    assert told("order.refunded").items() >= (codes | {"refund": order.refunds.get().code}).items()
    assert told("case.moved").items() >= (codes | {"case": case.code, "state": "refunded"}).items()


def test_money_says_where_it_went(shop, shirt, told, oscar, alice):
    bank_account(shop)
    settled(shirt)
    batch = payouts.prepare(currency="CNY", by=oscar, at=DUE)
    payouts.approve(batch, by=factories.person("olga", is_staff=True), at=DUE)
    payouts.carry_out_all(at=DUE)
    payout = batch.payouts.get()
    assert told("settlement.paid_out")["payout"] == payout.code
    access = Access(shop, frozenset(Right), alice)
    made = bank.change(access, holder="Alice", bank="B", number="6222000000000000", at=DUE)
    assert told("settlement.bank_account") == {"merchant": shop.code, "bank_account": made.code}


def test_advertising_says_what_became_of_it(shop, told, oscar):
    ad = adverts.ad(shop)
    Ad.objects.filter(pk=ad.pk).update(review="pending", headline="Soft")
    creatives.review_ad(oscar, Ad.objects.get(pk=ad.pk), headline="Soft", reason="Loud", at=AT)
    said = told("ads.creative.reviewed")
    assert (said["ad"], said["campaign"], said["review"]) == (ad.code, ad.campaign.code, "rejected")
    grant(shop, "3", until=AT + 10 * DAY)
    alerts.warn_of_expiry(at=AT)
    assert Decimal(told("grant.expires")["left"]) == 3
    outbox.publish("wallet.low", key="low", payload={"merchant": shop.code}, at=AT)
    assert told("wallet.low")["merchant"] == shop.code


def test_reports_say_where_their_files_are(shop, told):
    run = {"run": "run_1", "report": "Weekly", "merchant": shop.code}
    outbox.publish("report.ready", key="run_1", payload=run | {"url": "/api/v1/webhook-events"}, at=AT)
    assert told("report.ready") == run | {"url": "/api/v1/webhook-events"}
