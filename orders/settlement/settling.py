"""Settling: what an order earned becomes due to its merchant some days after it arrived; refunds take it back.

An order about which a case is open waits until that is over.

A settlement is its rows and one transfer, written in one transaction with the mark on its order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum

from chengfeng import clock, ledger
from chengfeng.codes import new_code
from chengfeng.jobs import Report
from chengfeng.models import Account, Job, Transfer
from chengfeng.money import ZERO

from ..aftersale.moves import OPEN
from ..models import Order, OrderLine
from ..moves import CancelReason
from . import payable
from .earning import Earned, Goods, earned
from .models import Settlement, SettlementLine
from .summing import WAIT
from .terms import shortest_wait

BATCH = 500

DUE = f"""
SELECT o.*, {{ended}} + {WAIT.format(at="{ended}")} AS due_at FROM orders_order o
JOIN shops_merchant m ON m.id = o.merchant_id
WHERE o.settled_at IS NULL AND {{which}} AND {{ended}} <= %(latest)s
    AND {{ended}} + {WAIT.format(at="{ended}")} <= %(at)s
    AND NOT EXISTS (SELECT 1 FROM orders_case c WHERE c.order_id = o.id AND c.state = ANY(%(open)s))
ORDER BY {{ended}} LIMIT %(limit)s FOR NO KEY UPDATE OF o SKIP LOCKED
"""
ENDS = (
    DUE.format(ended="o.delivered_at", which="o.state = 'delivered'"),
    DUE.format(ended="o.cancelled_at", which="o.cancel_reason = 'balance_unpaid' AND o.deposit_at IS NOT NULL"),
)  # each walks along an index of its own, however much waits behind


@dataclass(frozen=True, slots=True)
class Draft:
    """A settlement to write: the difference that `more` posts for an order with these lines."""

    order: Order
    lines: Sequence[OrderLine]
    more: Earned
    kind: Settlement.Kind
    number: int
    due_at: datetime
    code: str


def run(job: Job, report: Report) -> dict:
    """Settle what is due; the job kind `settle_orders`."""
    return {"orders": settle_due(at=clock.now(), report=report)}


def settle_due(*, at: datetime, report: Report | None = None) -> int:
    """Settle every order that is due by then, a batch in a transaction; return how many there were."""
    done = 0
    while settled := settle_batch(at=at):
        done += settled
        if report:
            report(done)
    return done


@transaction.atomic
def settle_batch(*, at: datetime, limit: int = BATCH) -> int:
    """Settle the orders that have been due longest and that nobody else works on; return how many there were."""
    wait = settings.SETTLE_AFTER
    params = {"wait": wait, "latest": at - shortest_wait(), "at": at, "open": list(OPEN), "limit": limit}
    orders = next((found for end in ENDS if (found := list(Order.objects.raw(end, params)))), [])
    write(_drafts(orders), at=at)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(settled_at=at)
    return len(orders)


def _lines(orders: Iterable[Order]) -> Mapping[int, list[OrderLine]]:
    found = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=[order.pk for order in orders]).order_by("pk"):
        found[line.order_id].append(line)
    return found


def _drafts(orders: Sequence[Order]) -> list[Draft]:
    """Return what to settle of each order; of one whose deposit was settled before it was paid after all, the rest."""
    lines = _lines(orders)
    numbers = dict(Settlement.objects.filter(order__in=orders).values_list("order").annotate(Max("number")).order_by())
    drafts = []
    for order in orders:
        more = earned(order, lines[order.pk])
        if order.pk in numbers:
            more -= settled(order, lines[order.pk])
        number = numbers.get(order.pk, 0) + 1
        drafts.append(Draft(order, lines[order.pk], more, _kind(order), number, order.due_at, new_code("stl")))
    return drafts


def _kind(order: Order) -> Settlement.Kind:
    lapsed = order.cancel_reason == CancelReason.BALANCE_UNPAID
    return Settlement.Kind.DEPOSIT if lapsed else Settlement.Kind.ORDER


@transaction.atomic
def take_back(order: Order, *, at: datetime) -> Settlement | None:
    """Post what a settled order has earned less since, after a refund; None when nothing changed.

    The caller has locked the order. An order that was not settled yet waits for its turn.
    """
    order = Order.objects.get(pk=order.pk)
    if order.settled_at is None:
        return None
    lines = list(order.lines.order_by("pk"))
    more = earned(order, lines) - settled(order, lines)
    if not any((more.goods, more.subsidy, more.commission, more.shipping, more.shipping_subsidy, more.tax)):
        return None
    payable.hold_still([order.merchant_id])
    number = Settlement.objects.filter(order=order).aggregate(last=Max("number"))["last"] + 1
    draft = Draft(order, lines, more, Settlement.Kind.CLAWBACK, number, at, new_code("stl"))
    return write([draft], at=at)[0]


def settled(order: Order, lines: Sequence[OrderLine]) -> Earned:
    """Return what was settled of an order so far."""
    names = ("shipping", "shipping_subsidy", "tax")
    sums = Settlement.objects.filter(order=order).aggregate(**{name: Sum(name, default=ZERO) for name in names})
    by_line = SettlementLine.objects.filter(line__in=lines).values_list("line").order_by()
    goods = {
        line: Goods(*amounts) for line, *amounts in by_line.annotate(Sum("goods"), Sum("subsidy"), Sum("commission"))
    }
    return Earned(tuple(goods.get(line.pk, Goods()) for line in lines), **sums)


def write(drafts: Sequence[Draft], *, at: datetime) -> list[Settlement]:
    """Post the drafts and write their rows, in the caller's transaction; the orders must be locked."""
    transfers = _post(drafts, at=at)
    made = Settlement.objects.bulk_create(
        Settlement(
            code=draft.code, merchant_id=draft.order.merchant_id, order=draft.order, number=draft.number,
            kind=draft.kind, currency=draft.order.currency, goods=draft.more.goods, subsidy=draft.more.subsidy,
            commission=draft.more.commission, shipping=draft.more.shipping, tax=draft.more.tax,
            shipping_subsidy=draft.more.shipping_subsidy, net=draft.more.net, due_at=draft.due_at, settled_at=at,
            transfer=transfers.get(draft.code),
        )
        for draft in drafts
    )  # fmt: skip
    SettlementLine.objects.bulk_create(
        SettlementLine(
            settlement=settlement, line=line, goods=part.goods, subsidy=part.subsidy, commission=part.commission,
            rate=line.commission_rate, net=part.net,
        )
        for settlement, draft in zip(made, drafts, strict=True)
        for line, part in zip(draft.lines, draft.more.lines, strict=True)
    )  # fmt: skip
    return made


def _post(drafts: Sequence[Draft], *, at: datetime) -> dict[str, Transfer]:
    """Post a transfer for each draft that moves something; return the transfers by the settlement's code."""
    orders = Order.objects.filter(pk__in=[draft.order.pk for draft in drafts])
    owners = dict(orders.values_list("pk", "merchant__code"))
    postings = {
        draft.code: ledger.Posting("settlement", f"settlement:{draft.code}", at, entries)
        for draft in drafts
        if (entries := _entries(draft.more, owner=owners[draft.order.pk], currency=draft.order.currency))
    }
    posted = ledger.post_many(list(postings.values())) if postings else []
    return dict(zip(postings, posted, strict=True))


def _entries(more: Earned, *, owner: str, currency: str) -> dict[Account, Decimal]:
    """Return what a settlement moves: out of sales and the platform's subsidies, to commission and the merchant."""
    amounts = {
        (Account.Kind.SALES, owner): -more.paid,
        (Account.Kind.SUBSIDY, ""): -more.subsidy - more.shipping_subsidy,
        (Account.Kind.COMMISSION, ""): more.commission,
        (Account.Kind.PAYABLE, owner): more.net,
    }
    return {
        ledger.account(kind, owner=owner, currency=currency): amount
        for (kind, owner), amount in amounts.items()
        if amount
    }
