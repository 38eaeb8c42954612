"""Why an order was credited as it was, with the money behind it: touches, credits, transfers and charges."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from operator import itemgetter

from django.db.models import Q

from ads.attribution import Candidate, Trail
from ads.attribution import explain as trail_of
from ads.models import Charge, Credit
from chengfeng.models import Account, Transfer
from chengfeng.money import ZERO
from orders.models import Order, OrderLine

WIDTH, MARGIN = 960, 24


@dataclass(frozen=True, slots=True)
class Touch:
    """A candidate with its place on the timeline, its charge if it had one, and the product it showed."""

    candidate: Candidate
    x: float
    charge: Charge | None
    product: str


@dataclass(frozen=True, slots=True)
class Movement:
    """What a transfer moved for the order, by account; `whole` is what it moved in all where others share it."""

    transfer: Transfer
    entries: list[tuple[Account, Decimal]]
    whole: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the page shows of one order."""

    trail: Trail | None
    touches: list[Touch]
    window_x: float
    lines: list[tuple[OrderLine, list[Credit]]]
    movements: list[Movement]

    @property
    def taken(self) -> list[Touch]:
        return [touch for touch in self.touches if touch.candidate.is_taken]

    @property
    def window_width(self) -> float:
        return round(WIDTH - MARGIN - self.window_x, 1)

    @property
    def days(self) -> list[tuple[int, float]]:
        """The marks of the timeline: days before the order, and where they stand."""
        return [
            (days, place(timedelta(days=days), self.scale)) for days in (0, 1, 3, 7, 14, 30) if days <= self.scale.days
        ]

    @property
    def scale(self) -> timedelta:
        """The length of the timeline: the rule's window, or as far back as the touches go."""
        oldest = max((touch.candidate.elapsed for touch in self.touches), default=timedelta())
        return timedelta(days=7) if oldest <= timedelta(days=7) else timedelta(days=30)


def place(elapsed: timedelta, scale: timedelta) -> float:
    """Return the place on the timeline, the order at its right end; early times are drawn closer together."""
    share = (elapsed / scale) ** 0.5
    return round(WIDTH - MARGIN - min(share, 1) * (WIDTH - 2 * MARGIN), 1)


def explain(order: Order) -> Explanation:
    """Gather the explanation of an order; `trail` is None until it is paid."""
    trail = trail_of(order.code)
    candidates = trail.candidates if trail else []
    charges = _charges(candidates)
    scale = timedelta(days=7 if all(c.elapsed <= timedelta(days=7) for c in candidates) else 30)
    products = {c.event.pk: c.event.product for c in candidates}
    touches = [
        Touch(c, place(c.elapsed, scale), charges.get((c.event.day, c.event.token, c.event.kind)), products[c.event.pk])
        for c in candidates
    ]
    window = trail.rule.window if trail else timedelta(days=7)
    return Explanation(
        trail, touches, place(window, scale), _lines(order, trail), _movements(order, charges, candidates)
    )


def _charges(candidates: list[Candidate]) -> dict:
    """Return the charges of the candidates' clicks by day, token and kind."""
    tokens = [candidate.event.token for candidate in candidates if candidate.event.kind == "click"]
    found = Charge.objects.filter(token__in=tokens) if tokens else []
    return {(charge.event_day, charge.token, "click"): charge for charge in found}


def _lines(order: Order, trail: Trail | None) -> list[tuple[OrderLine, list[Credit]]]:
    by_line = defaultdict(list)
    for credit in trail.credits if trail else []:
        by_line[credit.line.line_code].append(credit)
    return [(line, by_line[line.code]) for line in order.lines.order_by("pk")]


def _movements(order: Order, charges: dict, candidates: list[Candidate]) -> list[Movement]:
    """Return what moved money for the order: its payments, its refunds, the clicks it is owed to."""
    paid = [f"payment:{share.payment.code}:{order.code}" for share in order.payment_shares.select_related("payment")]
    given_back = [f"refund:{code}" for code in order.refunds.values_list("code", flat=True)]
    clicks = _charged(charges, candidates)
    transfers = Transfer.objects.filter(Q(reference__in=[*paid, *given_back]) | Q(pk__in=clicks)).order_by("at", "pk")
    return [_movement(transfer, clicks.get(transfer.pk)) for transfer in transfers.prefetch_related("entries__account")]


def _charged(charges: dict, candidates: list[Candidate]) -> dict[int, Decimal]:
    """Return by transfer what the clicks that the order is owed to cost."""
    taken = {(c.event.day, c.event.token, c.event.kind) for c in candidates if c.is_taken}
    amounts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for key in taken & charges.keys():
        amounts[charges[key].transfer_id] += charges[key].amount
    return dict(amounts)


def _movement(transfer: Transfer, charged: Decimal | None) -> Movement:
    """Return a transfer, or the charged part of one that is shared, which one account pays to another."""
    entries = sorted(((entry.account, entry.amount) for entry in transfer.entries.all()), key=itemgetter(1))
    whole = entries[-1][1]
    if charged in (None, whole):
        return Movement(transfer, entries)
    (payer, _), (payee, _) = entries
    return Movement(transfer, [(payer, -charged), (payee, charged)], whole)
