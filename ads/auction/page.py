"""What an auction is asked and what it answers: a page of up to five auctions, decided together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .outcomes import Empty, Outcome

if TYPE_CHECKING:
    from .index import Candidate

MOST_AUCTIONS, MOST_SLOTS = 5, 40  # of one page


@dataclass(frozen=True, slots=True)
class Request:
    """A part of a page with room for ads. `category` is a slug, `product` the code of the product that it shows."""

    placement: str
    slots: int
    query: str = ""
    category: str = ""
    product: str = ""
    exclude: frozenset[str] = frozenset()


Page = Sequence[Request]


@dataclass(frozen=True, slots=True)
class Winner:
    """An ad to be shown. `bid` and `price` are ten-thousandths of its currency, per click or viewable impression.

    `pctr` and `pcvr` are what was predicted; `keyword` is the one that matched the search, if one did.
    """

    position: int
    row: int
    candidate: "Candidate"
    bid: int
    price: int
    pctr: float
    pcvr: float
    keyword: int | None = None
    is_explored: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The winners of one auction by position; when there are none, the reason."""

    winners: tuple[Winner, ...] = ()
    reason: Empty | None = None


@dataclass(frozen=True, slots=True)
class PageDecision:
    """The decisions of a page's auctions, in their order. `views` is what the shopper had seen, as it was counted."""

    auctions: tuple[Decision, ...]
    views: tuple[int, ...] = ()


class Traced(NamedTuple):
    """What became of one ad in one auction of a page, and the figures behind it.

    `bid` is what it wanted to pay, `price` and `vcg_price` what winners pay by the platform's rule and by VCG, all in
    ten-thousandths of its currency. `propensity` is how often an explored ad's kind is given the slot.
    """

    auction: int
    row: int
    candidate: "Candidate"
    outcome: Outcome
    bid: int
    pctr: float
    pcvr: float
    quality: int
    score: int
    price: int | None = None
    vcg_price: int | None = None
    position: int | None = None
    keyword: int | None = None
    propensity: float = 1.0
