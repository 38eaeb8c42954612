"""Attribution over tables: the rules of `rules.py` as one expression that every engine computes to the same unit.

Tables are those of the logs of history: moments in microseconds since 1970 (UTC), amounts in ten-thousandths. All that
decides a unit is whole numbers. Ibis is imported here and by those who ask engines, never when Django starts.
"""

from collections.abc import Sequence
from datetime import timedelta

import ibis
from ibis import Table
from ibis.expr.types import BooleanValue, IntegerValue

from .rules import YOUNGEST, Model, Rule, Scope, State

MICROSECOND = timedelta(microseconds=1)
LOOK_BACK = timedelta(days=30) // MICROSECOND  # how long a device was its first owner's before that was known
NEVER = 2**62

OF_TOUCH = ["campaign", "grp", "ad", "keyword", "term", "placement", "advertised", "t_brand", "t_category"]
OF_LINE = [
    "orders", "merchant", "person", "currency", "product", "sku", "brand", "category", "region", "quantity", "is_new",
    "is_new_to_brand",
]  # fmt: skip


def owners(links: Table) -> Table:
    """Return (shopper, person, since, until): whose a device was from `since` until before `until`."""
    device = ibis.window(group_by=links.shopper, order_by=links.number)
    return links.select(
        "shopper", "person",
        since=ibis.cases((links.number == 1, links.recorded - LOOK_BACK), else_=links.recorded),
        until=links.recorded.lead().over(device).fill_null(NEVER),
    )  # fmt: skip


def known(rows: Table, links: Table, moment: str) -> Table:
    """Return rows with the `person` whose their `shopper` was at a moment; nobody's device is a person itself."""
    owned = owners(links).rename(device="shopper", owner="person")
    met = rows.left_join(owned, [rows.shopper == owned.device, rows[moment] >= owned.since, rows[moment] < owned.until])
    return met.mutate(person=ibis.coalesce(met.owner, met.shopper)).drop("device", "owner", "since", "until")


def shown(rows: Table, goods: Table, moment: str) -> Table:
    """Return rows with what the product they `advertised` was at a moment: `t_brand`, `t_category` and `t_sku`.

    A product was what is first known of it before that, too.
    """
    changes = ibis.window(group_by=goods["product"], order_by=goods.recorded)
    was = goods.select(
        of="product", t_brand="brand", t_category="category", t_sku="sku",
        since=ibis.cases((ibis.row_number().over(changes) == 0, -NEVER), else_=goods.recorded),
        until=goods.recorded.lead().over(changes).fill_null(NEVER),
    )  # fmt: skip
    then = [rows.advertised == was.of, rows[moment] >= was.since, rows[moment] < was.until]
    return rows.left_join(was, then).drop("of", "since", "until")


def resolve(events: Table, judgements: Table, links: Table, goods: Table) -> Table:
    """Return the valid touches with their person and what their product was when it was advertised."""
    valid = events.filter(events.is_valid).select(
        "token", "kind", "happened", "merchant", "shopper", "campaign", "grp", "ad", "keyword", "term", "placement",
        advertised=events["product"],
    )  # fmt: skip
    valid = valid.anti_join(judgements, ["token", "kind"])
    return known(shown(valid, goods, "happened"), links, "happened").drop("shopper")


def sales(
    lines: Table, paid: Table, settled: Table, cancelled: Table, refunds: Table, links: Table, state: State
) -> Table:
    """Return the lines of the orders that reached a state, once as sold and once more for each change after it.

    `step` is 0 for the sale, which was `sold` when its order reached the state – a settled one, when it was paid –, and
    numbers the changes; `at` is its moment, `net` the value that is left after it, `change` what it changed. A refund
    takes something back. An order that is cancelled before it was paid loses all that counted since it was placed, and
    has it again if it is paid after all; one that is cancelled later is refunded. `settled` is when the order was
    settled, null while it is not. `cost_left` is what the goods cost the merchant, in proportion to `net`, and `cost`
    what the step changed of it; both are null where that is not known.
    """
    bought = paid.select("line", "is_new", "is_new_to_brand", paid_at="recorded")
    once = settled.group_by("orders").aggregate(settled=settled.recorded.min())
    found = known(lines, links, "recorded").left_join(bought, "line").drop("line_right")
    found = found.left_join(once, "orders").drop("orders_right")
    if state is not State.PLACED:
        found = found.filter(found.paid_at.notnull())
    if state is State.SETTLED:
        found = found.filter(found.settled.notnull())
    changes = _refunded(refunds)
    if state is State.PLACED:
        changes = changes.union(*_lost(found, cancelled))
    found = found.mutate(sold=found.recorded if state is State.PLACED else found.paid_at)
    return _changed(found.select("line", *OF_LINE, "unit", "value", "cost", "sold", "settled"), changes)


def _refunded(refunds: Table) -> Table:
    """Return what was refunded of lines: line, at, refund, amount, and that this makes them neither lost nor found."""
    back = refunds.group_by("line", "refund").aggregate(at=refunds.recorded.min(), amount=refunds.amount.sum())
    return back.select("line", "at", "refund", amount=back.amount.cast("int64"), lost=ibis.literal(0, "int64"))


def _lost(found: Table, cancelled: Table) -> tuple[Table, Table]:
    """Return the same of lines cancelled before they were paid, `lost` then, and of those paid after all, -1 then."""
    first = cancelled.group_by("orders").aggregate(gone_at=cancelled.recorded.min())
    gone = found.inner_join(first, "orders")
    gone = gone.filter(gone.paid_at.isnull() | (gone.paid_at > gone.gone_at))
    again = gone.filter(gone.paid_at.notnull())
    nothing = {"refund": ibis.literal(0, "int64"), "amount": ibis.literal(0, "int64")}
    return (
        gone.select("line", at="gone_at", **nothing, lost=ibis.literal(1, "int64")),
        again.select("line", at="paid_at", **nothing, lost=ibis.literal(-1, "int64")),
    )


def _changed(found: Table, changes: Table) -> Table:
    order = [changes.at, changes.refund]
    step = ibis.row_number().over(ibis.window(group_by=changes.line, order_by=order))
    so_far = ibis.cumulative_window(group_by=changes.line, order_by=order)
    changes = changes.select(
        "line", "at", step=step.cast("int64") + 1, gone=changes.amount.sum().over(so_far).cast("int64"),
        lost=changes.lost.sum().over(so_far).cast("int64"),
    )  # fmt: skip
    nothing = ibis.literal(0, "int64")
    after = found.inner_join(changes, "line")
    after = after.mutate(net=ibis.cases((after.lost > 0, nothing), else_=_left(after.value - after.gone)))
    after = after.mutate(cost_left=_part(after.cost, after.net, after.value))
    by_step = ibis.window(group_by=after.line, order_by=after.step)
    net, cost = after.net.lag().over(by_step), after.cost_left.lag().over(by_step)
    after = after.mutate(
        change=after.net - net.fill_null(after.value), cost=after.cost_left - cost.fill_null(after.cost)
    )
    first = found.mutate(at=found.sold, step=nothing, net=found.value, change=found.value, cost_left=found.cost)
    return first.union(after.select(first.columns))


def _part(amount: IntegerValue, of: IntegerValue, whole: IntegerValue) -> IntegerValue:
    """Return as much of an amount as a number is of a whole, rounded down; for the whole, all of it to the unit."""
    some = (amount.cast("float64") * (of.cast("float64") / whole.cast("float64"))).floor().cast("int64")
    return ibis.cases((of == whole, amount), else_=some)


def _left(amount: IntegerValue) -> IntegerValue:
    return ibis.greatest(amount, ibis.literal(0, "int64"))


def credit(touches: Table, versions: Table, rule: Rule) -> Table:
    """Return what touches are credited with, for sales and what changed them later.

    Columns: line, step, at, sold, settled, token, kind, touched, what the touch was of, what the line was of, `share`
    (of the sale; 0 for a change), `amount`, `cost` (its part of what the goods cost) and `is_direct`, that the
    advertised product was bought. Under `everything` what is of touches is null.
    """
    if rule.model is Model.EVERYTHING:
        return _untouched(versions)
    chosen = _chosen(touches, versions.filter(versions.step == 0), rule)
    parts = versions.inner_join(chosen, "line")
    if rule.model in (Model.LAST, Model.FIRST, Model.CLAIMED):
        parts = parts.mutate(amount=parts.change)
    else:
        parts = _spread(parts)
    share = ibis.cases((parts.step == 0, parts.weight.cast("float64") / parts.total.cast("float64")), else_=0.0)
    parts = parts.mutate(share=share, is_direct=parts.advertised == parts["product"])
    parts = parts.filter((parts.step == 0) | (parts.amount != 0) | (parts.cost.fill_null(0) != 0))
    return parts.select(
        "line", "step", "at", "sold", "settled", "token", "kind", "touched", *OF_TOUCH, *OF_LINE, "share", "amount",
        "cost", "is_direct",
    )  # fmt: skip


def _chosen(touches: Table, sold: Table, rule: Rule) -> Table:
    """Return the touches that share each line, with their weights: line, token, kind, touched, …, weight, total."""
    counted = touches.filter(touches.kind.isin([each.kind.value for each in rule.counts])).rename(touched="happened")
    line = sold.select(
        "line", "merchant", "person", "sold", s_product="product", s_sku="sku", s_brand="brand", s_category="category"
    )
    met = line.inner_join(counted, ["merchant", "person"])
    met = met.mutate(age=met.sold - met.touched)
    met = met.filter(met.age >= 0, _admitted(met, rule))
    rank = ibis.cases(*[(met.kind == each.kind.value, each.rank) for each in rule.counts], else_=0)
    near = ibis.cases((met.advertised == met.s_product, 0), (_same_brand(met), 1), else_=2)
    met = met.mutate(rank=rank.cast("int64"), near=near.cast("int64"))
    return _weighed(met, rule).select("line", "token", "kind", "touched", *OF_TOUCH, "place", "weight", "total")


def _admitted(met: Table, rule: Rule) -> BooleanValue:
    """Return whether a touch lies in its kind's window, and what was sold in its kind's scope."""
    ways = [
        (met.kind == each.kind.value) & (met.age <= each.window // MICROSECOND) & _within(met, each.scope)
        for each in rule.counts
    ]
    return ibis.or_(*ways)


def _within(met: Table, scope: Scope) -> BooleanValue:
    return {
        Scope.SKU: lambda: (met.t_sku == met.s_sku).fill_null(False),
        Scope.PRODUCT: lambda: met.advertised == met.s_product,
        Scope.BRAND: lambda: _same_brand(met),
        Scope.CATEGORY: lambda: (met.t_category == met.s_category).fill_null(False),
        Scope.SHOP: lambda: ibis.literal(True),
    }[scope]()


def _same_brand(met: Table) -> BooleanValue:
    return ((met.t_brand == met.s_brand) & (met.t_brand != "")).fill_null(False)


def _weighed(met: Table, rule: Rule) -> Table:
    one = ibis.literal(1, "int64")
    if rule.model in (Model.LAST, Model.FIRST, Model.CLAIMED):
        group, order = _only(met, rule)
        place = ibis.row_number().over(ibis.window(group_by=group, order_by=order)).cast("int64")
        met = met.mutate(place=place)
        return met.filter(met.place == 0).mutate(weight=one, total=one)
    line = ibis.window(group_by=met.line)
    met = met.mutate(lowest=met["rank"].min().over(line))
    met = met.filter(met["rank"] == met.lowest)
    line = ibis.window(group_by=met.line)
    order = ibis.window(group_by=met.line, order_by=[met.touched, met.token, met.kind])
    met = met.mutate(
        place=ibis.row_number().over(order).cast("int64"), number=met.count().over(line).cast("int64"),
        youngest=met.age.min().over(line),
    )  # fmt: skip
    met = met.mutate(weight=_weight(met, rule))
    return met.mutate(total=met.weight.sum().over(ibis.window(group_by=met.line)).cast("int64"))


def _only(met: Table, rule: Rule) -> tuple[Sequence, Sequence]:
    """Return among which touches a model takes one, and which comes first."""
    newest = [met.age, met.token, met.kind]
    if rule.model is Model.CLAIMED:
        return [met.line, met.campaign], newest
    if rule.model is Model.FIRST:
        return [met.line], [met["rank"], met.touched, met.token, met.kind]
    return [met.line], [met["rank"], *([met.near] if rule.by_relevance else []), *newest]


def _weight(met: Table, rule: Rule) -> IntegerValue:
    one = ibis.literal(1, "int64")
    if rule.model is Model.POSITION:
        is_end = (met.place == 0) | (met.place == met.number - 1)
        return ibis.cases(((met.number > 2) & is_end, 2 * (met.number - 2)), else_=one)
    if rule.model is Model.DECAY:
        halved = (met.age - met.youngest).cast("float64") / float(rule.half_life // MICROSECOND)
        return (ibis.literal(2.0).pow(float(YOUNGEST) - halved) + 0.5).floor().cast("int64")
    return one


def _spread(parts: Table) -> Table:
    """Spread what is left at each step by the largest remainder, and take the difference to the step before."""
    coin = ibis.cases((parts.net % parts.unit == 0, parts.unit), else_=ibis.literal(1, "int64"))
    parts = parts.mutate(coin=coin)
    parts = parts.mutate(units=_whole(parts.net, parts.coin))
    parts = _portioned(parts)
    step = ibis.window(group_by=[parts.line, parts.step])
    order = ibis.window(group_by=[parts.line, parts.step], order_by=[parts.rest.desc(), parts.place])
    given = parts.base.sum().over(step).cast("int64")
    parts = parts.mutate(over=parts.units - given, turn=ibis.row_number().over(order))
    parts = parts.mutate(due=(parts.base + ibis.cases((parts.turn < parts.over, 1), else_=0)) * parts.coin)
    touch = ibis.window(group_by=[parts.line, parts.token, parts.kind], order_by=parts.step)
    return _costed(parts.mutate(amount=parts.due - parts.due.lag().over(touch).fill_null(0)))


def _costed(parts: Table) -> Table:
    """Spread what the goods cost by the sums of weights so far, so that the parts are the whole."""
    so_far = parts.weight.sum().over(ibis.cumulative_window(group_by=[parts.line, parts.step], order_by=parts.place))
    parts = parts.mutate(so_far=so_far.cast("int64"))
    before = _part(parts.cost_left, parts.so_far - parts.weight, parts.total)
    parts = parts.mutate(costs=_part(parts.cost_left, parts.so_far, parts.total) - before)
    touch = ibis.window(group_by=[parts.line, parts.token, parts.kind], order_by=parts.step)
    return parts.mutate(cost=parts.costs - parts.costs.lag().over(touch).fill_null(0))


def _portioned(parts: Table) -> Table:
    """Return the whole part of units × weight ÷ total as `base`, and the `rest` of it.

    That product may be too large a number, so the weight is taken in two, its higher and its lower half: for time decay
    64 bits are enough up to eight million touches.
    """
    half = ibis.literal(2 ** (YOUNGEST // 2), "int64")
    parts = parts.mutate(some=parts.units % parts.total, low=parts.weight % half)
    parts = parts.mutate(higher=parts.some * _quotient(parts.weight - parts.low, half))
    parts = parts.mutate(lower=parts.higher % parts.total * half + parts.some * parts.low)
    base = _whole(parts.units, parts.total) * parts.weight + _whole(parts.higher, parts.total) * half
    return parts.mutate(base=base + _whole(parts.lower, parts.total), rest=parts.lower % parts.total)


def _whole(number: IntegerValue, by: IntegerValue) -> IntegerValue:
    """Return the whole part of a quotient, exactly: engines divide whole numbers as floats, which miss large ones."""
    even = number - number % by
    near = _quotient(even, by)
    return near + _quotient(even - near * by, by)


def _quotient(number: IntegerValue, by: IntegerValue) -> IntegerValue:
    return (number.cast("float64") / by.cast("float64")).round().cast("int64")


def _untouched(versions: Table) -> Table:
    text = {"token", "kind", "placement", "t_brand"}
    names = ["token", "kind", "touched", *OF_TOUCH]
    nothing = {name: ibis.null("string" if name in text else "int64") for name in names}
    share = ibis.cases((versions.step == 0, 1.0), else_=0.0)
    whole = versions.mutate(**nothing, share=share, amount=versions.change, is_direct=ibis.literal(False))
    return whole.select(
        "line", "step", "at", "sold", "settled", "token", "kind", "touched", *OF_TOUCH, *OF_LINE, "share", "amount",
        "cost", "is_direct",
    )  # fmt: skip
