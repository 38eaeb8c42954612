"""Why an order was credited as it was, with the money behind it: touches, credits, transfers and charges."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from ads.attribution import Candidate, Trail
from ads.attribution import explain as trail_of
from ads.models import Charge, Credit
from chengfeng.models import Entry, Transfer
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
class Explanation:
    """What the page shows of one order."""

    trail: Trail | None
    touches: list[Touch]
    window_x: float
    lines: list[tuple[OrderLine, list[Credit]]]
    transfers: list[tuple[Transfer, list[Entry]]]

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
    window = trail.rule.click if trail else timedelta(days=7)
    return Explanation(
        trail, touches, place(window, scale), _lines(order, trail), _transfers(order, charges, candidates)
    )


def _charges(candidates: list[Candidate]) -> dict:
    """Return the charges of the candidates' clicks by day, token and kind."""
    tokens = [candidate.event.token for candidate in candidates if candidate.event.kind == "click"]
    found = Charge.objects.select_related("transfer").filter(token__in=tokens) if tokens else []
    return {(charge.event_day, charge.token, "click"): charge for charge in found}


def _lines(order: Order, trail: Trail | None) -> list[tuple[OrderLine, list[Credit]]]:
    by_line = defaultdict(list)
    for credit in trail.credits if trail else []:
        by_line[credit.line.line_code].append(credit)
    return [(line, by_line[line.code]) for line in order.lines.order_by("pk")]


def _transfers(order: Order, charges: dict, candidates: list[Candidate]) -> list[tuple[Transfer, list[Entry]]]:
    """Return the transfers that moved money for the order: its payments, its refunds, the clicks it is owed to."""
    paid = [f"payment:{share.payment.code}:{order.code}" for share in order.payment_shares.select_related("payment")]
    given_back = [f"refund:{code}" for code in order.refunds.values_list("code", flat=True)]
    taken = {(c.event.day, c.event.token, c.event.kind) for c in candidates if c.is_taken}
    clicks = [charge.transfer.reference for key, charge in charges.items() if key in taken]
    transfers = Transfer.objects.filter(reference__in=[*paid, *given_back, *clicks]).order_by("at", "pk")
    found = transfers.prefetch_related("entries__account")
    return [(transfer, sorted(transfer.entries.all(), key=lambda entry: entry.amount)) for transfer in found]
