"""Strips: candidates as columns, made once when they are read, and laid side by side whenever the roster changes.

What takes a while in Python is thus done for changed campaigns only; ten thousand ads are joined in milliseconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from .. import steering
from ..models import Campaign, Placement
from ..prediction import AdFacts
from ..prediction.facts import NONE, FactSheet, brand_number
from .candidates import Candidate
from .numbers import NEVER, RATE, micros, whole
from .words import words

Mode = Campaign.BidMode
PLACEMENTS = tuple(Placement.values)
NEGATIVE, AUDIENCE, BUYER, CAPPED = 1, 2, 4, 8  # what must be looked at before a row is shown, as bits
IDS = ("ad", "product", "merchant", "category", "brand", "note")
NUMBERS = (
    "campaign", "guards", "cap", "is_manual", "is_viewable", "is_roi", "is_conversions", "is_settled", "is_untargeted",
    "bid", "rate", "budget", "starts", "ends", *IDS,
    *(f"factor_{placement}" for placement in PLACEMENTS), *(f"runs_{placement}" for placement in PLACEMENTS),
)  # fmt: skip
REALS = ("first_multiplier", "target", "price")


@dataclass(frozen=True, slots=True)
class Strip:
    """Some candidates and their columns: numbers and reals by row as named above, and the hours of the week.

    `categories` and `topics` are pairs of a key and a place among the candidates; the key of a topic is `key_of` it.
    """

    candidates: Sequence[Candidate]
    numbers: np.ndarray
    reals: np.ndarray
    hours: np.ndarray
    categories: np.ndarray
    topics: np.ndarray


def strip(candidates: Sequence[Candidate]) -> Strip:
    """Return candidates with their columns."""
    untargeted = [(at, row.title) for at, row in enumerate(candidates) if row.is_untargeted]
    numbers = np.array([_numbers(row) for row in candidates], dtype=np.int64).reshape(len(candidates), len(NUMBERS))
    reals = np.array([_reals(row) for row in candidates], dtype=float).reshape(len(candidates), len(REALS))
    hours = np.frombuffer("".join(row.hours for row in candidates).encode(), dtype=np.uint8) == ord("1")
    return Strip(
        candidates, numbers, reals, hours.reshape(len(candidates), 168),
        _pairs((category, at) for at, row in enumerate(candidates) for category in sorted(row.categories)),
        _pairs((key_of(word), at) for at, title in untargeted for word in words(title)),
    )  # fmt: skip


def joined(strips: Sequence[Strip]) -> Strip:
    """Lay strips side by side."""
    strips = strips or [EMPTY]
    starts = np.cumsum([0, *(len(one.candidates) for one in strips)])
    return Strip(
        [row for one in strips for row in one.candidates],
        *(np.concatenate([getattr(one, name) for one in strips]) for name in ("numbers", "reals", "hours")),
        *(_moved([getattr(one, name) for one in strips], starts) for name in ("categories", "topics")),
    )


def facts(whole: Strip) -> FactSheet:
    """Return what predictions are asked about the candidates."""
    ids = {name: whole.numbers[:, NUMBERS.index(name)] for name in IDS}
    rows: list[AdFacts] = [row.facts for row in whole.candidates]
    return FactSheet(rows, ids, whole.reals[:, REALS.index("price")])


def bid_of(row: Candidate, said: Decimal | None) -> int:
    """Return what its own bid, or a keyword's, is per event that is charged: for a CPM, per viewable impression."""
    return min(whole(said / 1000 if row.mode == Mode.CPM else said), NEVER)


def key_of(word: str) -> int:
    """Return 64 bits for a word, the same as long as the process lives."""
    return hash(word)


def _numbers(row: Candidate) -> tuple[int, ...]:
    told = row.facts
    return (
        row.campaign, _guards(row), row.frequency_cap or 0, row.is_manual, row.mode == Mode.CPM,
        row.mode == Mode.TARGET_ROI, row.mode == Mode.MAX_CONVERSIONS, row.roi_on == Campaign.RoiOn.SETTLED,
        row.is_untargeted, bid_of(row, row.bid), int(row.rate * RATE), min(whole(row.daily_budget), NEVER),
        micros(row.starts_at) if row.starts_at else 0, micros(row.ends_at) if row.ends_at else NEVER,
        row.ad, row.product, row.merchant, NONE if told.category is None else told.category, brand_number(told.brand),
        NONE if told.note is None else told.note,
        *(100 + row.modifiers.get(placement, 0) for placement in PLACEMENTS),
        *(placement in row.placements for placement in PLACEMENTS),
    )  # fmt: skip


def _reals(row: Candidate) -> tuple[float, ...]:
    first = steering.initial(mode=row.mode, daily_budget=row.daily_budget, rate=row.rate)
    return first, float(row.target or 1), float(row.facts.price or 0)


def _guards(row: Candidate) -> int:
    negative = NEGATIVE if row.negatives or row.group_negatives else 0
    audience = AUDIENCE if row.audiences or row.left_out else 0
    capped = CAPPED if row.frequency_cap else 0
    return negative | audience | capped | (BUYER if row.exclude_buyers_days else 0)


def _pairs(pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def _moved(pairs: Sequence[np.ndarray], starts: np.ndarray) -> np.ndarray:
    """Join pairs, whose places go on from strip to strip."""
    table = np.concatenate(pairs)
    table[:, 1] += np.repeat(starts[:-1], [len(one) for one in pairs])
    return table


EMPTY = strip([])
