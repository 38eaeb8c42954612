"""The candidate index: every running ad as a row of arrays, and maps from what a request says to rows.

Whole numbers throughout, so that equal scores are equal: amounts in ten-thousandths, click probabilities in
hundred-millionths, conversion rates in millionths.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from ..models import ALWAYS, Keyword
from .words import has_phrase, normalise, words

CENTS = 10_000
PROBABILITY = 100_000_000
RATE = 1_000_000
HIGHEST_BID = 10**9
NEVER = np.iinfo(np.int64).max

Rows = np.ndarray


@dataclass(frozen=True, slots=True)
class Shop:
    """Whose product it is, as a card says it."""

    slug: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What an ad shows: enough to draw it without asking the database."""

    code: str
    title: str
    title_en: str
    currency: str
    image: str
    merchant: Shop
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A running ad as the index takes it in; `rate` turns its currency into the one auctions compare in."""

    ad: int
    group: int
    campaign: int
    merchant: int
    product: int
    product_code: str
    bid: Decimal
    daily_budget: Decimal
    pctr: float
    title: str = ""
    currency: str = "CNY"
    rate: Decimal = Decimal(1)
    time_zone: str = "Asia/Shanghai"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: str = ALWAYS
    categories: frozenset[int] = frozenset()
    keywords: tuple[tuple[str, str], ...] = ()
    card: Card | None = None

    @property
    def is_untargeted(self) -> bool:
        return not self.categories and not self.keywords


@dataclass(frozen=True, slots=True)
class Standing:
    """What changes with every click and sale: whether an ad can be shown at all, and the money behind it.

    `day` is the last local day with a budget row and `left` what remained of it; other days have the full budget.
    """

    is_on: bool = True
    wallet: Decimal = Decimal(0)
    day: date | None = None
    left: Decimal = Decimal(0)
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standings:
    """The standings of all rows, as arrays."""

    is_on: np.ndarray
    wallet: np.ndarray
    day: np.ndarray
    left: np.ndarray
    price: Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Index:
    """All that a decision needs; never changed once made, only replaced."""

    candidates: Sequence[Candidate]
    standings: Standings
    product: np.ndarray
    bid: np.ndarray
    budget: np.ndarray
    rate: np.ndarray
    pctr: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    hours: np.ndarray
    zone: np.ndarray
    zones: Sequence[ZoneInfo]
    untargeted: Rows
    by_category: Mapping[int, Rows]
    exact: Mapping[str, Rows]
    phrases: Mapping[str, Sequence[tuple[str, Rows]]]
    broad: Mapping[str, Sequence[tuple[frozenset[str], Rows]]]
    by_word: Mapping[str, Rows]
    products: Mapping[str, int]
    category_path: Mapping[str, tuple[int, ...]]
    product_category: Mapping[str, str]
    read_at: float = 0.0

    def __len__(self) -> int:
        return len(self.candidates)

    def rows_for_words(self, query: str) -> Rows:
        """Return the rows whose keywords match a query."""
        text, spoken = normalise(query), words(query)
        found = [self.exact[text]] if text in self.exact else []
        for letter in set(text):
            found += [rows for phrase, rows in self.phrases.get(letter, ()) if has_phrase(text, phrase)]
        for word in spoken:
            found += [rows for needed, rows in self.broad.get(word, ()) if needed <= spoken]
        return self.union(found)

    def rows_about(self, query: str) -> Rows:
        """Return the rows whose product is called by a word of the query."""
        return self.union([self.by_word[word] for word in words(query) if word in self.by_word])

    def union(self, parts: Sequence[Rows]) -> Rows:
        """Return the rows of any part, each once, in order."""
        return parts[0] if len(parts) == 1 else np.flatnonzero(self.marked(parts))

    def marked(self, parts: Sequence[Rows]) -> np.ndarray:
        """Return for every row whether it is in any part."""
        marks = np.zeros(len(self), dtype=bool)
        for rows in parts:
            marks[rows] = True
        return marks


def whole(amount: Decimal) -> int:
    """Return an amount in ten-thousandths, cut to what scores can hold."""
    return min(int(amount * CENTS), HIGHEST_BID)


def micros(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000)


def build(
    candidates: Iterable[Candidate],
    standings: Mapping[int, Standing],
    *,
    category_path: Mapping[str, tuple[int, ...]] | None = None,
    product_category: Mapping[str, str] | None = None,
    read_at: float = 0.0,
) -> Index:
    """Build the index; `category_path` maps a slug to its id and those above it, `product_category` codes to slugs."""
    rows = list(candidates)
    names = sorted({row.time_zone for row in rows})
    return Index(
        candidates=rows,
        standings=arrange(rows, standings),
        product=_whole_numbers(row.product for row in rows),
        bid=_whole_numbers(whole(row.bid) for row in rows),
        budget=_whole_numbers(whole(row.daily_budget) for row in rows),
        rate=_whole_numbers(int(row.rate * RATE) for row in rows),
        pctr=_whole_numbers(max(1, round(row.pctr * PROBABILITY)) for row in rows),
        starts=_whole_numbers(micros(row.starts_at) if row.starts_at else 0 for row in rows),
        ends=_whole_numbers(micros(row.ends_at) if row.ends_at else NEVER for row in rows),
        hours=np.array([[hour == "1" for hour in row.hours] for row in rows], dtype=bool).reshape(len(rows), 168),
        zone=_whole_numbers(names.index(row.time_zone) for row in rows),
        zones=[ZoneInfo(name) for name in names],
        untargeted=_rows(at for at, row in enumerate(rows) if row.is_untargeted),
        by_category=_map((category, at) for at, row in enumerate(rows) for category in row.categories),
        exact=_map((normalise(text), at) for at, text in _keywords(rows, Keyword.Match.EXACT)),
        phrases=_phrases(rows),
        broad=_broad(rows),
        by_word=_map((word, at) for at, row in enumerate(rows) for word in words(row.title)),
        products={row.product_code: row.product for row in rows},
        category_path=category_path or {},
        product_category=product_category or {},
        read_at=read_at,
    )


def arrange(candidates: Sequence[Candidate], standings: Mapping[int, Standing]) -> Standings:
    """Put standings (by ad) in the order of the rows; an ad without one is off."""
    off = Standing(is_on=False)
    rows = [standings.get(candidate.ad, off) for candidate in candidates]
    return Standings(
        is_on=np.array([row.is_on for row in rows], dtype=bool),
        wallet=_whole_numbers(whole(row.wallet) for row in rows),
        day=_whole_numbers(row.day.toordinal() if row.day else 0 for row in rows),
        left=_whole_numbers(whole(row.left) for row in rows),
        price=[row.price for row in rows],
    )


def _keywords(rows: Sequence[Candidate], match: str) -> Iterable[tuple[int, str]]:
    return ((at, text) for at, row in enumerate(rows) for text, kind in row.keywords if kind == match)


def _phrases(rows: Sequence[Candidate]) -> dict[str, list[tuple[str, Rows]]]:
    by_phrase = _map((normalise(text), at) for at, text in _keywords(rows, Keyword.Match.PHRASE))
    by_letter = defaultdict(list)
    for phrase, found in by_phrase.items():
        by_letter[phrase[:1]].append((phrase, found))
    return dict(by_letter)


def _broad(rows: Sequence[Candidate]) -> dict[str, list[tuple[frozenset[str], Rows]]]:
    by_words = _map((words(text), at) for at, text in _keywords(rows, Keyword.Match.BROAD))
    by_word = defaultdict(list)
    for needed, found in by_words.items():
        if needed:
            by_word[min(needed)].append((needed, found))
    return dict(by_word)


def _map(pairs: Iterable[tuple]) -> dict:
    found = defaultdict(set)
    for key, at in pairs:
        found[key].add(at)
    return {key: _rows(sorted(rows)) for key, rows in found.items()}


def _rows(numbers: Iterable[int]) -> Rows:
    return np.fromiter(numbers, dtype=np.intp)


def _whole_numbers(numbers: Iterable[int]) -> np.ndarray:
    return np.fromiter(numbers, dtype=np.int64)
