"""Why an order was credited as it was, with the money behind it: touches, credits, transfers and charges."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from django.db.models import Q, Sum, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ads.attribution import DEFAULT, Candidate, Rule, Sale, Sold, Trail, Verdict, sale_of
from ads.attribution import explain as trail_of
from ads.attribution.meeting import LOOK_BACK
from ads.attribution.rules import Goods, Model, State
from ads.models import Charge, Credit
from chengfeng.models import Account, Transfer
from chengfeng.money import ZERO
from orders.models import Order, OrderLine, Refund
from shops.catalogue.goods_then import were
from shops.models import Product

DAY = timedelta(days=1)

UNPAID = _("This order is not paid, and the rule credits orders when they are paid. Nothing is credited yet.")
LOST = _("This order was cancelled before it was paid, and the rule credits orders when they are paid.")
UNSETTLED = _("This order is not settled yet. It will be credited like this once it is.")
STILL_UNPAID = _("This order is placed and not paid yet. What is credited is taken back if it is cancelled unpaid.")
TAKEN_BACK = _("This order was cancelled before it was paid: what had been credited is taken back in full.")


Line = tuple[OrderLine, tuple[Decimal, Decimal], list[Credit]]


@dataclass(frozen=True, slots=True)
class Touch:
    """A candidate with the charge if it had one, and the verdict on it for each line of the order."""

    candidate: Candidate
    charge: Charge | None
    verdicts: list[tuple[OrderLine, Verdict]]

    @property
    def product(self) -> Product:
        return self.candidate.event.product


@dataclass(frozen=True, slots=True)
class Movement:
    """What a transfer moved for the order, by account; `whole` is what it moved in all where others share it."""

    transfer: Transfer
    entries: list[tuple[Account, Decimal]]
    whole: Decimal | None = None


@dataclass(frozen=True)
class Explanation:
    """What the page shows of one order; `remark` is what is to be known of its state, `trail` None while that says all.

    `lines` are those of the order with the part of each that is credited, of the sale and after refunds, and with the
    entries that were posted.
    """

    rule: Rule
    trail: Trail | None
    remark: str
    touches: list[Touch]
    lines: list[Line]
    movements: list[Movement]

    @cached_property
    def taken(self) -> list[Touch]:
        return [touch for touch in self.touches if touch.candidate.is_taken]

    @property
    def is_default(self) -> bool:
        """Whether what the rule credits is posted."""
        return self.rule.version == DEFAULT.version

    @property
    def looked_back(self) -> int:
        """How many days before the order touches are looked for."""
        return max(self.rule.window, LOOK_BACK) // DAY

    @property
    def is_shared(self) -> bool:
        """Whether several touches may share a line."""
        return self.rule.model in (Model.LINEAR, Model.POSITION, Model.DECAY)


def explain(order: Order, rule: Rule = DEFAULT) -> Explanation:
    """Gather the explanation of an order under a rule."""
    sale, remark = _sale(order, rule)
    trail = trail_of(sale, rule=rule) if sale else None
    candidates = trail.candidates if trail else []
    charges = _charges(candidates)
    lines = {line.code: line for line in order.lines.order_by("pk")}
    prefetch_related_objects([candidate.event for candidate in candidates], "product")
    return Explanation(
        rule, trail, remark, [Touch(c, charges.get(_key(c)), _verdicts(c, sale, lines)) for c in candidates],
        _lines(lines.values(), trail), _movements(order, charges, candidates),
    )  # fmt: skip


def _verdicts(candidate: Candidate, sale: Sale, lines: Mapping[str, OrderLine]) -> list[tuple[OrderLine, Verdict]]:
    return [(lines[sold.code], verdict) for sold, verdict in zip(sale.lines, candidate.verdicts, strict=True)]


def _sale(order: Order, rule: Rule) -> tuple[Sale | None, str]:
    """Return the sale that a rule sees, None where it sees none, and what is to be known of the order's state."""
    if rule.state is State.PLACED:
        remark = "" if order.paid_at else TAKEN_BACK if order.cancelled_at else STILL_UNPAID
        return _as_placed(order), remark
    if order.paid_at is None:
        return None, LOST if order.cancelled_at else UNPAID
    return sale_of(order.code), "" if order.settled_at or rule.state is State.PAID else UNSETTLED


def _as_placed(order: Order) -> Sale:
    """Return an order as it was placed, with what refunds, or its cancellation, left of it."""
    done = Sum("refund_lines__amount", filter=Q(refund_lines__refund__state=Refund.State.DONE), default=ZERO)
    lines = list(order.lines.annotate(back=Coalesce(done, ZERO)).order_by("pk"))
    goods = were([(line.product_id, order.placed_at) for line in lines])
    is_lost = order.cancelled_at and not order.paid_at
    sold = [
        Sold(
            line.code, Goods(order.merchant_id, line.product_id, then.brand, then.category, line.variant_id),
            line.total, ZERO if is_lost else max(line.total - line.back, ZERO),
        )
        for line, then in zip(lines, goods, strict=True)
    ]  # fmt: skip
    at = order.placed_at
    return Sale(order.code, order.merchant_id, order.currency, order.shopper, at, at, sold)


def _key(candidate: Candidate) -> tuple:
    return candidate.event.day, candidate.event.token, candidate.event.kind


def _charges(candidates: Sequence[Candidate]) -> dict:
    """Return the charges of the candidates by day, token and kind."""
    tokens = {candidate.event.token for candidate in candidates}
    found = Charge.objects.filter(token__in=tokens) if tokens else []
    return {(charge.event_day, charge.token, charge.kind): charge for charge in found}


def _lines(lines: Iterable[OrderLine], trail: Trail | None) -> list[Line]:
    by_line = defaultdict(list)
    for credit in trail.credits if trail else []:
        by_line[credit.line.line_code].append(credit)
    parts = {line.code: amounts for line, *amounts in trail.parts} if trail else {}
    nothing = (ZERO, ZERO)
    return [(line, tuple(parts.get(line.code, nothing)), by_line[line.code]) for line in lines]


def _movements(order: Order, charges: dict, candidates: Sequence[Candidate]) -> list[Movement]:
    """Return what moved money for the order: its payments, its refunds, the touches it is owed to."""
    paid = [f"payment:{share.payment.code}:{order.code}" for share in order.payment_shares.select_related("payment")]
    given_back = [f"refund:{code}" for code in order.refunds.values_list("code", flat=True)]
    clicks = _charged(charges, candidates)
    transfers = Transfer.objects.filter(Q(reference__in=[*paid, *given_back]) | Q(pk__in=clicks)).order_by("at", "pk")
    return [_movement(transfer, clicks.get(transfer.pk)) for transfer in transfers.prefetch_related("entries__account")]


def _charged(charges: dict, candidates: Sequence[Candidate]) -> dict[int, Decimal]:
    """Return by transfer what the touches that the order is owed to cost."""
    taken = {_key(candidate) for candidate in candidates if candidate.is_taken}
    amounts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for key in taken & charges.keys():
        amounts[charges[key].transfer_id] += charges[key].amount
    return dict(amounts)


def _movement(transfer: Transfer, charged: Decimal | None) -> Movement:
    """Return a transfer, or the charged part of one that is shared; of what several accounts paid, who was paid."""
    entries = sorted(((entry.account, entry.amount) for entry in transfer.entries.all()), key=itemgetter(1))
    *payers, (payee, whole) = entries
    if charged in (None, whole):
        return Movement(transfer, entries)
    paid = [(payers[0][0], -charged)] if len(payers) == 1 else []
    return Movement(transfer, [*paid, (payee, charged)], whole)
