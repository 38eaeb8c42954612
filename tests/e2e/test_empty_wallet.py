"""Ads stop within two seconds of an empty wallet or a spent budget, on every process that serves; no cent overspent."""

import os
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connections
from django.db.models import Sum
from django.utils import timezone

from ads import partitions, wallet
from ads.auction import Request
from ads.models import AdAccount, Campaign, Charge
from ads.serving import serve
from ads.tracking import Report, track
from shops.models import Merchant
from tests import factories
from tests.ads import adverts
from tests.ads.adverts import BROWSER

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 3
AFTERWARDS = 2.5  # seconds for which everybody goes on asking once nothing is paid for any more
LONGEST = 90.0
READING = 0.4  # seconds between an ad and its click; faster ones do not count


@dataclass
class Seen:
    """What one process saw, by a clock that all of them share: ads it served, clicks that were paid and free ones."""

    served: list[float] = field(default_factory=list)
    paid: list[float] = field(default_factory=list)
    free: list[tuple[float, float, str]] = field(default_factory=list)  # served, clicked, why it was free


def live(refresh: float) -> Seen:
    """Ask for ads, each for a new shopper, and click every one of them, until nothing has been paid for a while."""
    settings.AUCTION_REFRESH_SECONDS = refresh
    seen, waiting, begun = Seen(), [], time.monotonic()
    while time.monotonic() - begun < LONGEST and not _is_over(seen):
        for filled in serve((Request("feed", 1),), shopper=factories.shopper(), at=timezone.now()):
            seen.served += [time.monotonic()] * len(filled.ads)
            waiting += [(time.monotonic(), ad.token) for ad in filled.ads]
        while waiting and time.monotonic() - waiting[0][0] > READING:
            _click(seen, *waiting.pop(0))
        time.sleep(0.03)
    return seen


def _is_over(seen: Seen) -> bool:
    return bool(seen.free) and time.monotonic() - seen.free[0][1] > AFTERWARDS


def _click(seen: Seen, served: float, token: str) -> None:
    (result,) = track([Report(token, "click")], received_at=timezone.now(), visitor=BROWSER)
    now = time.monotonic()
    if result.reason:
        seen.free.append((served, now, result.reason))
    else:
        seen.paid.append(now)


def in_processes(call: Callable[[], Seen]) -> list[Seen]:
    """Call something in several processes at once; return what each of them returned."""
    connections.close_all()
    pipes = []
    for _ in range(PROCESSES):
        read, write = os.pipe()
        if not os.fork():
            told = b""
            try:
                told = pickle.dumps(call())
            finally:
                os.write(write, told)
                os._exit(0)
        os.close(write)
        pipes.append(os.fdopen(read, "rb"))
    told = [pickle.load(pipe) for pipe in pipes]
    for _ in pipes:
        os.wait()
    return told


def of_money(shop) -> str:
    """Cash and a grant hold 1 together."""
    factories.fund(shop, "0.6")
    until = timezone.now() + timedelta(days=1)
    wallet.give(wallet.Gift(merchant=shop, amount=Decimal("0.4"), reason="x", expires_at=until), at=timezone.now())
    return "no_balance"


def of_days(shop) -> str:
    """Each of two campaigns may spend 0.5 a day."""
    factories.fund(shop, "100")
    Campaign.objects.update(daily_budget=Decimal("0.5"), bid=Decimal("0.5"))
    return "no_budget"


def of_account(shop) -> str:
    factories.fund(shop, "100")
    AdAccount.objects.create(merchant=shop, daily_budget=1)
    return "no_account_budget"


def stopped_after(shop, limit: Callable[[Merchant], str], *, refresh: float = 0.5) -> float:
    """Spend the 1 that there is; return after how many seconds the last process stopped to serve."""
    today = timezone.now().date()
    partitions.ensure(today, today + timedelta(days=1))
    for _ in range(2):
        adverts.ad(shop, bid="1", starts_at=timezone.now() - timedelta(days=1))
    reason = limit(shop)
    told = in_processes(lambda: live(refresh))
    last_paid = max(at for seen in told for at in seen.paid)
    assert {why for seen in told for _, _, why in seen.free} == {reason}
    assert Charge.objects.aggregate(sum=Sum("amount"))["sum"] <= 1
    return max(max(seen.served) for seen in told) - last_paid


@pytest.mark.parametrize("limit", [of_money, of_days, of_account])
def test_ads_stop_two_seconds_after_nothing_is_left(shop, limit):
    assert stopped_after(shop, limit) <= 2


def test_control_processes_that_read_budgets_seldom_go_on(shop):
    assert stopped_after(shop, of_days, refresh=30) > 2
