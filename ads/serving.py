"""Serving: a page decided for one shopper, each winner with the sealed token by which its events come back."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from . import auction, search_terms, tokens
from .auction import Decision, Empty, Index, Page, PageDecision, Request, Winner
from .auction.candidates import CPM, Card
from .auction.numbers import amount
from .models import Pricing
from .replay import recording

NO_PRICE = -1
PRICING = tokens.PRICINGS.index(Pricing.CPC), tokens.PRICINGS.index(Pricing.CPM)


@dataclass(frozen=True, slots=True)
class Served:
    """An ad on its way to a shopper; `price` is the product's lowest."""

    token: str
    position: int
    card: Card
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Filled:
    """The ads of one auction; when there are none, the reason."""

    ads: Sequence[Served]
    reason: Empty | None


def serve(page: Page, *, shopper: UUID, at: datetime) -> list[Filled]:
    """Decide the auctions of a page for a shopper, together. Reads no row."""
    index = auction.current()
    if index is None:
        return [Filled((), Empty.NOT_READY) for _ in page]
    if auction.is_spent(index):
        return [Filled((), Empty.STALE) for _ in page]
    draw, seen = random.getrandbits(32), auction.frequency()
    decision = auction.decide(index, page, shopper=shopper, at=at, draw=draw, views=seen.of(shopper, at))
    winners = [winner.candidate for held in decision.auctions for winner in held.winners]
    ids = tokens.new_ids(len(winners))
    if winners:
        seen.add(shopper, at, [(candidate.ad, candidate.campaign) for candidate in winners])
    recording.sample(index, page, shopper=shopper, at=at, draw=draw, decision=decision, tokens=ids)
    return _filled(index, page, decision, ids, shopper, at)


def _filled(
    index: Index, page: Page, decision: PageDecision, ids: Sequence[bytes], shopper: UUID, at: datetime
) -> list[Filled]:
    """Return the answer of each auction; the ids are those of all winners in their order."""
    left, who, when, filled = iter(ids), shopper.bytes, tokens.microseconds(at), []
    for request, held in zip(page, decision.auctions, strict=True):
        placement, term = tokens.PLACEMENTS.index(request.placement), search_terms.number(request.query)
        ads = [
            Served(
                _sealed(next(left), winner, who, when, placement, term), winner.position, winner.candidate.card,
                _price(index, winner.row),
            )
            for winner in held.winners
        ]  # fmt: skip
        filled.append(Filled(ads, _reason(index, held)))
    return filled


def _sealed(ident: bytes, winner: Winner, shopper: bytes, at: int, placement: int, term: int | None) -> str:
    candidate = winner.candidate
    return tokens.seal_fields(
        ident, shopper, candidate.ad, candidate.campaign, candidate.merchant, candidate.product,
        candidate.group, winner.keyword or tokens.NONE, term or tokens.NONE, winner.bid, winner.price, winner.pctr,
        winner.pcvr, at, placement, winner.position, PRICING[candidate.mode == CPM], winner.is_explored,
    )  # fmt: skip


def _price(index: Index, row: int) -> Decimal | None:
    units = index.goods.price.item(row)
    return None if units == NO_PRICE else amount(units)


def _reason(index: Index, held: Decision) -> Empty | None:
    return Empty.STALE if held.reason and auction.is_stale(index) else held.reason


__all__ = ["Filled", "Request", "Served", "serve"]
