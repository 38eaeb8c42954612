"""What was recorded between two moments and changes the numbers of days gone by, counted by what it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from ads.attribution.rules import Clock
from shops.models import Merchant

from ..engines import opened
from ..measuring.asking import question
from ..measuring.definition import Definition

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LABELS = {
    "new_events": _("Events that happened in between"),
    "late_events": _("Late events: they had happened before, and came in afterwards"),
    "invalid_clicks": _("Clicks found invalid"),
    "sales": _("Orders paid"),
    "refunds": _("Refunds of orders of these days"),
    "cancelled": _("Orders of these days cancelled"),
    "settled": _("Orders of these days settled"),
    "links": _("Devices that were found to be of one person"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """How often something was recorded, and its amount where it has one."""

    what: str
    number: int
    amount: Decimal | None = None

    @property
    def label(self) -> str:
        return str(LABELS[self.what])


def between(merchants: Sequence[Merchant], definition: Definition, since: datetime, until: datetime) -> list[Happening]:
    """Return what was recorded after `since`, up to `until`, that may change the answer of a definition."""
    with opened(merchants=[merchant.pk for merchant in merchants], as_of=until, name="postgres") as engine:
        asked = question(definition, merchants, definition.period, engine)
        found = [Happening(what, *_told(engine, count(asked, since))) for what, count in COUNTS.items()]
    return [each for each in found if each.number]


def _told(engine, table) -> tuple:
    row = engine.run(table).to_pylist()[0]
    return row["number"] or 0, *([Decimal(row["amount"] or 0) / 10000] if "amount" in row else [])


def _events(*, are_late: bool) -> Callable:
    def count(asked, since: datetime):
        events = _of_days(asked, asked.engine.table("events", since=since + TICK, until=None), "happened")
        moment = micros(since)
        return _number(events.filter(events.happened <= moment if are_late else events.happened > moment))

    return count


def _invalid_clicks(asked, since: datetime):
    table = asked.engine.table
    events = table("events", since=asked.start - asked.rule.window - DAY, until=None)
    events = _of_days(asked, events.filter(events.kind == "click"), "happened")
    judged = table("judgements", since=since + TICK, until=None)
    return _number(judged.filter(judged.kind == "click").semi_join(events, "token"))


def _sales(asked, since: datetime):
    return _number(_paid(asked, since + TICK).distinct())


def _refunds(asked, since: datetime):
    refunds = asked.engine.table("refunds", since=since + TICK, until=None).semi_join(_paid(asked), "orders")
    return refunds.aggregate(number=refunds.refund.nunique(), amount=refunds.amount.sum().cast("int64"))


def _of_orders(log: str) -> Callable:
    def count(asked, since: datetime):
        rows = asked.engine.table(log, since=since + TICK, until=None).semi_join(_paid(asked), "orders")
        return rows.aggregate(number=rows.orders.nunique())

    return count


def _links(asked, since: datetime):
    table = asked.engine.table
    events = _of_days(asked, table("events", since=asked.start - asked.rule.window - DAY, until=None), "happened")
    buyers = table("lines", since=asked.start - DAY, until=None)
    here = events.select("shopper").union(buyers.select("shopper"))
    links = table("links", since=since + TICK, until=None)
    return _number(links.filter(links.shopper.notnull()).semi_join(here, "shopper"))


def _paid(asked, since: datetime | None = None):
    """Return the orders paid in the days, or while a touch of the days counts."""
    wait = asked.rule.window if asked.clock is Clock.TOUCH else timedelta(0)
    first = max(asked.start, since) if since else asked.start
    return asked.engine.table("paid", since=first, until=asked.end + wait).select("orders")


def _of_days(asked, rows, moment: str):
    """Return the rows of the days, and of as many before as a touch counts for."""
    first, end = micros(asked.start - asked.rule.window), micros(asked.end)
    return rows.filter(rows[moment] >= first, rows[moment] < end)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // TICK


def _number(rows):
    return rows.aggregate(number=rows.count())


COUNTS: dict[str, Callable] = {
    "new_events": _events(are_late=False),
    "late_events": _events(are_late=True),
    "invalid_clicks": _invalid_clicks,
    "sales": _sales,
    "refunds": _refunds,
    "cancelled": _of_orders("cancelled"),
    "settled": _of_orders("settled"),
    "links": _links,
}
