"""Families of measures as expressions: rows of the logs of a period, with the moment they count at and all they know.

A family tells its rows, and what each of them adds to which sum; what counts different things tells of which column,
and on which condition. So the rows behind a number are those that it is the sum of. Each family is a table of its sums
by the dimensions asked for. Together they are one table: what a family does not sum is 0 in its rows, so their sum over
equal dimensions is the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial

import ibis
from ibis import Table
from ibis.expr.types import BooleanValue, Value

from ads.attribution import relations
from ads.attribution.rules import Clock, Model, Rule, State

from ..engines.engine import Engine
from . import local
from .dimensions import DIMENSIONS, NEW, RETURNING, Family, Type
from .measures import SUMS
from .periods import Days

LATE = timedelta(days=3)  # how long after it happened an event may be received, and its clock be wrong
EARLY = timedelta(minutes=10)
UNPAID = timedelta(days=180)  # how long after it was placed an order may be paid, settled or refunded
COLUMN = {
    "group": "grp", "touch": "kind", "advertised_product": "advertised", "advertised_brand": "t_brand",
    "advertised_category": "t_category",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked of an engine: days of shops by a rule and a clock; `wanted` are ids or texts by dimension."""

    engine: Engine
    zones: Mapping[int, str]
    days: Days
    rule: Rule
    clock: Clock
    wanted: Mapping[str, list] = field(default_factory=dict)

    @property
    def subject(self) -> tuple:
        """All that expressions depend on, but for what belongs to the engine."""
        zones = set(self.zones.values())
        where = zones.pop() if len(zones) == 1 else tuple(sorted(self.zones.items()))
        wanted = tuple((code, tuple(values)) for code, values in self.wanted.items())
        return where, self.days.first, self.days.last, self.rule, self.clock, wanted

    @cached_property
    def start(self):
        return min(local.midnight(self.days.first, zone) for zone in self.zones.values())

    @cached_property
    def end(self):
        return max(local.midnight(self.days.last + timedelta(days=1), zone) for zone in self.zones.values())

    def during(self, rows: Table, moment: str) -> Table:
        """Return the rows whose moment lies in the days, with the shop's `local` clock and day."""
        clock = local.clock(rows[moment], rows.merchant, self.zones, self.days.first, self.days.last)
        rows = rows.mutate(local=clock)
        number = (self.days.first - local.FIRST_DAY).days
        return rows.filter(rows.local >= number * local.DAY, rows.local < (number + self.days.length) * local.DAY)

    def key(self, rows: Table, code: str) -> Value:
        """Return a dimension of rows that know it."""
        if code == "month":
            return local.month(rows.local, self.days.first, self.days.last)
        if code in TIMES:
            return TIMES[code](rows.local)
        if code == "customer":
            return ibis.cases((rows.is_new, NEW), (~rows.is_new, RETURNING), else_=ibis.null("string"))
        return rows[COLUMN.get(code, code)]

    def chosen(self, rows: Table) -> Table:
        """Return the rows that the filters ask for."""
        for code, values in self.wanted.items():
            rows = rows.filter(self.key(rows, code).isin(values))
        return rows

    @cached_property
    def versions(self) -> Table:
        """The sales that may count in the days, with what was refunded or cancelled of them."""
        first, until = self.start - UNPAID, self.end + (self.rule.window if self.clock is Clock.TOUCH else timedelta(0))
        table = self.engine.table
        return relations.sales(
            table("lines", since=first - UNPAID, until=until),
            table("paid", since=first, until=None if self.rule.state is State.PLACED else until),
            table("settled", since=first, until=None), table("cancelled", since=first, until=None),
            table("refunds", since=first, until=None), table("links"), self.rule.state,
        )  # fmt: skip

    @cached_property
    def touches(self) -> Table:
        """The valid touches that may have led to sales of the days."""
        first = self.start - self.rule.window - EARLY
        first -= UNPAID if self.clock is Clock.SETTLE else timedelta(0)
        table = self.engine.table
        until = self.end + LATE + (self.rule.window if self.clock is Clock.TOUCH else timedelta(0))
        return relations.resolve(
            table("events", since=first, until=until), table("judgements", since=first, until=None), table("links"),
            table("goods"),
        )  # fmt: skip

    def credits(self, rule: Rule, versions: Table | None = None) -> Table:
        return relations.credit(self.touches, self.versions if versions is None else versions, rule)


TIMES = {"day": local.day, "week": local.week, "hour": local.hour, "weekday": local.weekday}
MOMENTS = {Clock.TOUCH: "touched", Clock.ORDER: "sold", Clock.SETTLE: "settled"}


def seen_rows(asked: Question) -> Table:
    """Events by what they were, valid unless judged otherwise (`counts`)."""
    table = asked.engine.table
    events = table("events", since=asked.start - EARLY, until=asked.end + LATE)
    judged = table("judgements", since=asked.start - EARLY, until=None).select("token", "kind", is_judged=True)
    rows = events.left_join(judged, ["token", "kind"])
    rows = rows.mutate(counts=rows.is_valid & rows.is_judged.isnull(), advertised=rows["product"])
    return asked.chosen(asked.during(relations.shown(rows, table("goods"), "happened"), "happened"))


def seen_added(rows: Table) -> dict[str, Value]:
    def number(kind: str, *, valid: bool = True) -> Value:
        return _one((rows.kind == kind) & (rows.counts if valid else ~rows.counts))

    return {
        "impressions": number("impression"), "viewable": number("viewable"), "clicks": number("click"),
        "invalid_clicks": number("click", valid=False), "engagements": number("engagement"),
    }  # fmt: skip


def spent_rows(asked: Question) -> Table:
    """Charges, less what was given back, by when either was booked."""
    table = asked.engine.table
    rows = table("spend", since=asked.start, until=asked.end).mutate(advertised=lambda t: t["product"])
    return asked.chosen(asked.during(relations.shown(rows, table("goods"), "recorded"), "recorded"))


def spent_added(rows: Table) -> dict[str, Value]:
    return {"spend": rows.amount, "ad_credits": ibis.cases((rows.is_note, -rows.amount), else_=0)}


def credited_rows(asked: Question) -> Table:
    """Sales credited to touches by the rule, with what was refunded of them so far."""
    return _at_clock(asked, asked.credits(asked.rule))


def credited_added(rows: Table) -> dict[str, Value]:
    is_sale = rows.step == 0
    return {
        "gmv": _where(rows.amount, is_sale), "direct_gmv": _where(rows.amount, is_sale, rows.is_direct),
        "refunds": _where(-rows.amount, ~is_sale), "settled_gmv": _where(rows.amount, rows.settled.notnull()),
        "new_customer_gmv": _where(rows.amount, is_sale, rows.is_new),
        "new_to_brand_gmv": _where(rows.amount, is_sale, rows.is_new_to_brand),
        "costed_gmv": _where(rows.amount, rows.cost.notnull()), "cogs": rows.cost.fill_null(0),
    }  # fmt: skip


def credited_lines(rows: Table, keys: Mapping[str, Value]) -> Table:
    """The order lines of credits, each once for values of `keys`, with its part there and what its rows add up to."""
    added = {code: value.sum() for code, value in credited_added(rows).items()}
    return rows.group_by(**keys, line=rows.line).aggregate(
        orders=rows.orders.max(), person=rows.person.max(), sold=rows.sold.max(), quantity=rows.quantity.max(),
        share=rows.share.sum(), newcomer=_one(rows.is_new).max(), new_to_brand=_one(rows.is_new_to_brand).max(),
        **_cast(added),
    )  # fmt: skip


def credited_counted(lines: Table) -> dict[str, tuple[str, BooleanValue]]:
    has = lines.share > 0
    return {
        "orders": ("orders", has), "new_to_brand_orders": ("orders", has & (lines.new_to_brand == 1)),
        "customers": ("person", has), "new_customers": ("person", has & (lines.newcomer == 1)),
        "returning_customers": ("person", has & (lines.newcomer == 0)),
    }  # fmt: skip


def units(lines: Table) -> Value:
    return _where(lines.quantity, lines.share > 0)


def returned_rows(asked: Question) -> Table:
    """What refunds done in the days took back of credits, whenever the sale was."""
    long_ago = Question(
        asked.engine, asked.zones, Days(asked.days.first - UNPAID, asked.days.last), asked.rule, Clock.ORDER
    )
    rows = long_ago.credits(asked.rule)
    return asked.chosen(asked.during(rows.filter(rows.step > 0), "at"))


def returned_added(rows: Table) -> dict[str, Value]:
    return {"refunds_done": -rows.amount}


def claimed_rows(asked: Question) -> Table:
    """What each campaign would claim for itself: every line that one of its touches may have led to."""
    rows = _at_clock(asked, asked.credits(asked.rule.with_(model=Model.CLAIMED)))
    return rows.filter(rows.step == 0)


def claimed_added(rows: Table) -> dict[str, Value]:
    return {"claimed_gmv": rows.amount}


def shop_rows(asked: Question) -> Table:
    """All sales of the shop, whoever brought them."""
    return _at_clock(asked, asked.versions)


def shop_added(rows: Table) -> dict[str, Value]:
    is_sale = rows.step == 0
    return {
        "all_gmv": _where(rows.change, is_sale), "all_refunds": _where(-rows.change, ~is_sale),
        "all_settled_gmv": _where(rows.change, rows.settled.notnull()), "all_units": _where(rows.quantity, is_sale),
        "all_costed_gmv": _where(rows.change, rows.cost.notnull()), "all_cogs": rows.cost.fill_null(0),
    }  # fmt: skip


def shop_counted(rows: Table) -> dict[str, tuple[str, BooleanValue]]:
    everything = ibis.literal(True)
    return {
        "all_orders": ("orders", everything), "all_customers": ("person", everything),
        "all_new_customers": ("person", rows.is_new),
    }  # fmt: skip


def _at_clock(asked: Question, rows: Table) -> Table:
    """Return the rows of the days by the clock that is asked for."""
    moment = MOMENTS[asked.clock]
    return asked.chosen(asked.during(rows.filter(rows[moment].notnull()), moment))


ROWS = {
    Family.SEEN: seen_rows, Family.SPENT: spent_rows, Family.CREDITED: credited_rows, Family.RETURNED: returned_rows,
    Family.CLAIMED: claimed_rows, Family.SHOP: shop_rows,
}  # fmt: skip
ADDED = {
    Family.SEEN: seen_added, Family.SPENT: spent_added, Family.CREDITED: credited_added,
    Family.RETURNED: returned_added, Family.CLAIMED: claimed_added, Family.SHOP: shop_added,
}  # fmt: skip


def added_up(family: Family, asked: Question, codes: list[str]) -> Table:
    rows = ROWS[family](asked)
    return _summed(asked, rows, codes, {code: value.sum() for code, value in ADDED[family](rows).items()})


def credited(asked: Question, codes: list[str]) -> Table:
    rows = credited_rows(asked)
    lines = credited_lines(rows, {code: asked.key(rows, code) for code in codes})
    sums = {code: lines[code].sum() for code in credited_added(rows)} | {"units": units(lines).sum()}
    sums = _cast(sums | _different(lines, credited_counted(lines)))
    return _complete(lines.group_by(codes).aggregate(**sums) if codes else lines.aggregate(**sums), codes)


def shop(asked: Question, codes: list[str]) -> Table:
    rows = shop_rows(asked)
    sums = {code: value.sum() for code, value in shop_added(rows).items()}
    return _summed(asked, rows, codes, sums | _different(rows, shop_counted(rows)))


FAMILIES: dict[Family, Callable[[Question, list[str]], Table]] = {
    **{family: partial(added_up, family) for family in (Family.SEEN, Family.SPENT, Family.RETURNED, Family.CLAIMED)},
    Family.CREDITED: credited, Family.SHOP: shop,
}  # fmt: skip
COUNTING = frozenset(each.family for each in SUMS.values() if each.is_distinct)  # whose rows do not add up


def _different(rows: Table, counted: Mapping[str, tuple[str, BooleanValue]]) -> dict[str, Value]:
    """Return how many different values of columns there are, among the rows that meet a condition."""
    return {code: rows[column].nunique(where=condition) for code, (column, condition) in counted.items()}


def _where(value: Value, *conditions: BooleanValue) -> Value:
    """Return the value of the rows that meet all conditions, 0 of the others."""
    return ibis.cases((ibis.and_(*conditions), value), else_=ibis.literal(0, "int64"))


def _summed(asked: Question, rows: Table, codes: list[str], sums: Mapping[str, Value]) -> Table:
    keys = {code: asked.key(rows, code) for code in codes}
    grouped = rows.group_by(**keys).aggregate(**_cast(sums)) if keys else rows.aggregate(**_cast(sums))
    return _complete(grouped, codes)


def _one(condition: BooleanValue) -> Value:
    """Return 1 where it holds, 0 where not, null where it is not known."""
    return ibis.cases((condition, ibis.literal(1, "int64")), (~condition, ibis.literal(0, "int64")))


def _cast(sums: Mapping[str, Value]) -> dict[str, Value]:
    return {code: each.fill_null(0).cast("int64") for code, each in sums.items()}


def _complete(table: Table, codes: list[str]) -> Table:
    """Return the table with every sum, in one order, 0 where its family knows none; times and numbers as int64."""
    kinds = {code: "string" if DIMENSIONS[code].type == Type.TEXT else "int64" for code in codes}
    keys = {code: table[code].cast(kind) for code, kind in kinds.items()}
    zero = ibis.literal(0, "int64")
    return table.select(**keys, **{code: table[code] if code in table.columns else zero for code in SUMS})


def together(asked: Question, families: Sequence[Family], codes: Sequence[str]) -> Table:
    """Return the sums of families by dimensions, a row for each that has any, and rows that tell of all of them.

    Those are marked (`is_total`), and there only for the families whose rows do not add up; without dimensions, for
    all.
    """
    return asked.engine.built((asked.subject, tuple(families), tuple(codes)), lambda: _together(asked, families, codes))


def _together(asked: Question, families: Sequence[Family], codes: Sequence[str]) -> Table:
    parts = [FAMILIES[family](asked, list(codes)).mutate(is_total=ibis.literal(not codes)) for family in families]
    if codes:
        nothing = {code: ibis.null(parts[0].schema()[code]) for code in codes}
        totals = [FAMILIES[family](asked, []) for family in families if family in COUNTING]
        parts += [total.mutate(**nothing, is_total=ibis.literal(True)).select(*parts[0].columns) for total in totals]
    united = ibis.union(*parts) if len(parts) > 1 else parts[0]
    sums = {code: united[code].sum().cast("int64") for code in SUMS}
    return united.group_by([*codes, "is_total"]).aggregate(**sums)
