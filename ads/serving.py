"""Serving: a decision for one shopper, each winner with the sealed token by which its events come back."""

import random
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from . import auction, tokens
from .auction.decide import Empty, Request, Winner
from .auction.index import Card
from .tokens import AdToken


@dataclass(frozen=True, slots=True)
class Served:
    """An ad on its way to a shopper."""

    token: str
    position: int
    product: Card


def serve(request: Request, *, shopper: UUID, at: datetime) -> tuple[list[Served], str | None]:
    """Decide a page's ads for a shopper; return them and, when there are none, the reason. Reads no row."""
    index = auction.current()
    decision = auction.decide(index, request, at=at, draw=random.getrandbits(32))
    reason = Empty.STALE if decision.reason and auction.is_stale(index) else decision.reason
    ids = tokens.new_ids(len(decision.winners))
    winners = zip(decision.winners, ids, strict=True)
    return [_served(winner, ident, request.placement, shopper, at) for winner, ident in winners], reason


def _served(winner: Winner, ident: UUID, placement: str, shopper: UUID, at: datetime) -> Served:
    candidate = winner.candidate
    token = AdToken(
        ident, shopper, candidate.ad, candidate.campaign, candidate.merchant, candidate.product, candidate.bid,
        winner.cost, placement, winner.position, at, candidate.group, pctr=float(winner.pctr),
    )  # fmt: skip
    return Served(tokens.seal(token), winner.position, replace(candidate.card, price=winner.product_price))
