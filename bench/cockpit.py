"""The cockpit page over 90 days with ten million events and 5,000 orders on the open one, against an empty view."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports import dirty, facts
from shops.models import Membership, Merchant, User

from . import history
from .history import Past
from .load import Step
from .result import Result, alternate
from .stage import Stage

DAYS, ORDERS, EVENTS, OPEN_ORDERS, OPEN_EVENTS = 90, 400, 10_000_000, 5000, 100_000
AT_ONCE = 5  # days written in one go
PAGES, ROUNDS = 15, 3
TURN = timedelta(seconds=settings.SCHEDULES["rebuild_facts"])
CLOCKS = ("touch", "settle")  # beside that of the order


def run(stage: Stage) -> Result:
    shop = _live_through(stage)
    client = owner(shop)
    page = f"{reverse('reports:cockpit', args=[shop.code])}?period={DAYS}"
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(page, headers={"host": "127.0.0.1"})
    if answer.status_code != 200:
        raise LockedOut(answer.status_code)
    cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}

    def pages(address: str, number: int = PAGES) -> list[list[Step]]:
        return [[Step("GET", address, headers=cookie)]] * number

    with stage.web() as site:
        site.drive(pages(page, 4), people=2)
        value, yardstick = alternate(
            lambda: site.drive(pages(page), people=1).ms(50), lambda: site.idle(PAGES, people=1).ms(50), rounds=ROUNDS
        )
        by_clock = {f"{clock}_ms": site.drive(pages(f"{page}&clock={clock}"), people=1).ms(50) for clock in CLOCKS}
    return Result(
        bench="cockpit", value=value, unit="ms p50", higher_is_better=False,
        yardstick="an empty view, p50", yardstick_value=yardstick,
        sizes={
            "queries": len(queries), "days": DAYS, "orders": DAYS * ORDERS + OPEN_ORDERS, "open_day": OPEN_ORDERS,
            "events": EVENTS + OPEN_EVENTS, "page_kib": len(answer.content) // 1024, **by_clock, "rounds": ROUNDS,
        },
    )  # fmt: skip


def _live_through(stage: Stage) -> Merchant:
    """Let a shop live through closed days, whose facts are there, and a busy open one."""
    now = stage.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    shop = history.advertisers(1, at=now - timedelta(days=DAYS))[0]
    first = midnight - timedelta(days=DAYS)
    for day in range(0, DAYS, AT_ONCE):
        stage.say(f"writing days {day} to {day + AT_ONCE} of {DAYS}")
        start = first + timedelta(days=day)
        history.write(Past(start=start, days=min(AT_ONCE, DAYS - day), orders=ORDERS, events=EVENTS // DAYS))
    history.write(Past(start=midnight, days=1, orders=OPEN_ORDERS, events=OPEN_EVENTS, length=now - midnight))
    history.analyze()
    stage.say("making facts")
    days = [(shop, first.date() + timedelta(days=n)) for n in range(DAYS)]
    for start in range(0, DAYS, AT_ONCE):
        facts.rebuild_days(days[start : start + AT_ONCE], at=now)
    _keep_open_day(now)
    history.analyze()
    return shop


def _keep_open_day(now: datetime) -> None:
    """Keep what the job of the facts would have of the open day now, having had its turns until then."""
    for turn in (now - 2 * TURN, now - TURN):
        dirty.settle(dirty.look(at=turn), at=turn)
    facts.keep_open_days(at=now)
    dirty.settle(dirty.look(at=now), at=now)


def owner(shop: Merchant) -> Client:
    """Return a client in which the shop's owner is logged in."""
    owner = User.objects.create(email="alice@example.org", name="Alice")
    Membership.objects.create(merchant=shop, user=owner, role="owner", created_at=shop.created_at)
    client = Client()
    client.force_login(owner)
    return client


class LockedOut(Exception):
    """The page was not shown."""
