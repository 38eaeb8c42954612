"""Charging under concurrency: exact with its locks, and wrong without them (the control)."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import QuerySet

from ads import charging, wallet
from ads.models import CampaignDay, Charge, Event
from ads.tracking import Report, track
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER, served

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def without_locks(monkeypatch):
    """The control: nobody locks, and everybody has read before anybody writes."""
    everybody, read = threading.Barrier(THREADS), charging._purses

    def read_together(*args):
        purses = read(*args)
        everybody.wait(timeout=10)
        return purses

    monkeypatch.setattr(QuerySet, "select_for_update", lambda query, **_: query.all())
    monkeypatch.setattr(charging, "_purses", read_together)


def at_once(reports: list[Report]) -> Counter:
    """Send every report in a request of its own, from several threads; count the outcomes."""

    def send(report: Report) -> str:
        try:
            result = track([report], received_at=AT, visitor=BROWSER)[0]
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()
        return f"{result.status} {result.reason}".strip()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(send, reports))


def test_one_click_is_charged_once(shop):
    factories.fund(shop, "100")
    click = Report(served(adverts.ad(shop)), "click")
    assert at_once([click] * THREADS) == {"accepted": 1, "duplicate": THREADS - 1}
    assert (Event.objects.count(), Charge.objects.count(), wallet.balance(shop)) == (1, 1, Decimal("99.5"))


def test_a_wallet_pays_exactly_what_it_holds(shop):
    factories.fund(shop, "10")
    ads = [adverts.ad(shop, bid="1", budget="100") for _ in range(4)]
    clicks = [Report(served(ads[n % 4], price="1"), "click") for n in range(100)]
    assert at_once(clicks) == {"accepted": 10, "accepted no_balance": 90}
    assert (Charge.objects.count(), wallet.balance(shop)) == (10, 0)


def test_a_day_pays_exactly_its_budget(shop):
    factories.fund(shop, "100")
    ad = adverts.ad(shop, bid="1", budget="7.5")
    assert at_once([Report(served(ad, price="1"), "click") for _ in range(40)]) == {
        "accepted": 7, "accepted no_budget": 33,
    }  # fmt: skip
    assert CampaignDay.objects.values_list("spent", "budget").get() == (7, Decimal("7.5"))
    assert wallet.balance(shop) == 93


def test_control_without_locks_one_click_fails(shop, without_locks):
    factories.fund(shop, "100")
    ad = adverts.ad(shop)
    CampaignDay.objects.create(campaign=ad.campaign, day=AT.date(), budget=100)
    assert at_once([Report(served(ad), "click")] * THREADS) != {"accepted": 1, "duplicate": THREADS - 1}


def test_control_without_locks_a_wallet_fails(shop, without_locks):
    factories.fund(shop, "3")
    ads = [adverts.ad(shop, bid="1", budget="100") for _ in range(THREADS)]
    outcome = at_once([Report(served(ad, price="1"), "click") for ad in ads])
    assert outcome != {"accepted": 3, "accepted no_balance": THREADS - 3}
