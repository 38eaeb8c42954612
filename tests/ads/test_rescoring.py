"""Judging again: what looks invalid in hindsight is given back and restated, once, however often one looks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from ads import tokens, wallet
from ads.attribution import record_refund
from ads.models import Charge, Credit, CreditNote, Event, Rescore
from ads.tracking import Report, track
from ads.validity import Visitor, networks
from ads.validity.rescoring import rescore
from chengfeng.models import OutboxMessage
from reports import invariants
from shops.models import Device
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def ad(shop):
    factories.fund(shop, "1000")
    return adverts.ad(shop)


def click(ad, *, at=AT, received_at=None, address="", kinds=("impression", "viewable", "click"), **fields):
    """Report what became of an ad decided on a second before; return its token."""
    token = adverts.token(ad, at=at - SECOND, **fields)
    reports = [Report(tokens.seal(token), kind, at) for kind in kinds]
    track(reports, received_at=received_at or at, visitor=Visitor(agent=BROWSER.agent, address=address))
    return token


def reasons(kind="click"):
    return sorted(Event.objects.filter(kind=kind, is_valid=False).values_list("reason", flat=True))


def test_late_clicks_that_make_too_many_are_found(ad):
    shopper = factories.shopper()
    for n in (50, 40, 30, 20, 10, 0):  # each was early enough when it came
        click(ad, at=AT + n * MINUTE, received_at=AT + HOUR, shopper=shopper)
    assert reasons() == []
    assert rescore(at=AT + 2 * HOUR) == {"events": 1}
    found = Event.objects.get(is_valid=False)
    assert (found.reason, found.at, found.rescored_at) == ("velocity", AT + 50 * MINUTE, AT + 2 * HOUR)


def test_charges_are_given_back_once_and_the_day_stays_spent(ad, bob):
    shopper = factories.shopper()
    token = click(ad, shopper=shopper)
    Device.objects.create(user=bob, shopper=shopper, first_at=AT)
    assert [rescore(at=AT + n * HOUR)["events"] for n in (1, 2)] == [3, 0]
    note = CreditNote.objects.get()
    assert (note.amount, note.reason, note.charge.token) == (Decimal("0.5"), "staff", token.token)
    assert wallet.balance(ad.merchant) == 1000
    assert ad.campaign.days.get().spent == Decimal("0.5")
    assert Rescore.objects.values_list("events", "clicks", "returned").get() == (3, 1, Decimal("0.5"))
    assert invariants.check({"I14", "I15", "I19", "I21", "I22", "I23"}) == []


def test_a_shopper_of_nobody_is_left_alone_and_so_is_what_is_old(ad, bob):
    click(ad)
    old = factories.shopper()
    click(ad, at=AT, shopper=old)
    Device.objects.create(user=bob, shopper=old, first_at=AT)
    assert rescore(at=AT + 73 * HOUR)["events"] == 0


def test_regular_clicks_of_a_network_are_found_and_irregular_ones_not(ad):
    other = adverts.ad(ad.merchant)
    for n in range(8):
        click(ad, at=AT + n * MINUTE, address="81.2.69.1")
        click(other, at=AT + n * n * MINUTE, address="81.2.69.1")
    assert rescore(at=AT + 3 * HOUR)["events"] == 8
    found = Event.objects.filter(is_valid=False).values_list("campaign_id", "reason").distinct()
    assert list(found) == [(ad.campaign_id, "regular")]


def test_clicks_on_what_was_never_shown_are_found_once_reports_cannot_come_any_more(ad):
    click(ad, kinds=("click",))
    click(ad, kinds=("impression", "click"))
    assert [rescore(at=AT + n * HOUR)["events"] for n in (47, 49)] == [0, 1]
    assert reasons() == ["unseen"]


def test_a_network_that_never_has_an_ad_in_view_is_found(ad):
    for n in range(5):
        click(ad, at=AT + n * n * MINUTE, address="81.2.69.1", kinds=("impression", "click"))
        click(ad, at=AT + n * n * MINUTE, address="81.2.70.1", kinds=("impression", "viewable", "click"))
    assert rescore(at=AT + 50 * HOUR)["events"] == 5


def sell(shop, line: str, product, shopper, *, at):
    sold = adverts.sold(line, product, "30.00")
    return adverts.convert(
        merchant=shop, order_code=f"ord_{line}", shopper=shopper, currency="CNY", lines=[sold], at=at
    )  # fmt: skip


def test_orders_always_equally_long_after_the_click_are_found(shop, ad):
    for n in range(5):
        shopper = factories.shopper()
        click(ad, at=AT + n * n * MINUTE, address="81.2.69.1", shopper=shopper)
        sell(shop, str(n), ad.product, shopper, at=AT + n * n * MINUTE + 7 * SECOND)
    assert rescore(at=AT + HOUR)["events"] == 5
    assert set(reasons()) == {"flat_delay"}


def standing():
    """Return what each touch is credited with, touches of nothing left out."""
    found = {}
    for credit in Credit.objects.order_by("pk"):
        share, amount = found.get(credit.token, (0, 0))
        found[credit.token] = (share + credit.share, amount + credit.amount)
    return {token: each for token, each in found.items() if each != (0, 0)}


def test_a_sale_goes_to_the_next_eligible_touch_net_of_its_refund(shop, ad, bob):
    """The same product was clicked on twice; the last click turns out to be a robot's."""
    shopper = factories.shopper()
    first = click(ad, shopper=shopper)
    clock = [click(ad, at=AT + n * MINUTE, address="81.2.69.1", shopper=factories.shopper()) for n in range(1, 8)]
    last = click(ad, at=AT + 8 * MINUTE, address="81.2.69.1", shopper=shopper)
    sell(shop, "l1", ad.product, shopper, at=AT + HOUR)
    record_refund(refund_code="ref_1", lines={"l1": Decimal(10)}, at=AT + 2 * HOUR)
    assert standing() == {last.token: (1, 20)}
    assert rescore(at=AT + 3 * HOUR)["events"] == len([*clock, last])
    assert standing() == {first.token: (1, 20)}
    record_refund(refund_code="ref_2", lines={"l1": Decimal(20)}, at=AT + 4 * HOUR)
    assert standing() == {first.token: (1, 0)}
    assert set(Credit.objects.filter(reason="invalid").values_list("at", "share", "amount")) == {
        (AT + HOUR, -1, -30), (AT + 2 * HOUR, 0, 10), (AT + HOUR, 1, 30), (AT + 2 * HOUR, 0, -10),
    }  # fmt: skip


def test_a_sale_without_another_touch_is_credited_to_none(shop, ad, bob):
    shopper = factories.shopper()
    click(ad, shopper=shopper)
    sell(shop, "l1", ad.product, shopper, at=AT + HOUR)
    Device.objects.create(user=bob, shopper=shopper, first_at=AT)
    rescore(at=AT + 2 * HOUR)
    assert standing() == {}
    record_refund(refund_code="ref_1", lines={"l1": Decimal(10)}, at=AT + 4 * HOUR)
    assert standing() == {}


def test_a_competitor_is_told_of_once_a_day(ad, charlie):
    device = factories.shopper()
    Device.objects.create(user=charlie, shopper=device, first_at=AT)
    click(ad, shopper=device)
    for n in (1, 2):
        rescore(at=AT + n * HOUR)
    message = OutboxMessage.objects.get(topic="traffic.competitor")
    assert message.payload == {"merchant": ad.merchant.code, "clicks": 1, "devices": 1}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_give_back_once(shop, bob):
    factories.fund(shop, "1000")
    ad, shopper = adverts.ad(shop), factories.shopper()
    for n in range(4):
        click(ad, at=AT + n * MINUTE, shopper=shopper)
    Device.objects.create(user=bob, shopper=shopper, first_at=AT)
    together = threading.Barrier(4)

    def run(_) -> int:
        together.wait(timeout=10)
        try:
            return rescore(at=AT + HOUR)["events"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 12
    assert (CreditNote.objects.count(), Charge.objects.count(), wallet.balance(shop)) == (4, 4, 1000)


@pytest.fixture(autouse=True)
def nothing_remembered():
    networks.forget()
