"""Rows sorted by score once, for many decisions: each walks them from the top, in an order of its own among equals."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from typing import NamedTuple

import numpy as np

from .numbers import mixed
from .roster import Segment


@dataclass(frozen=True, slots=True)
class Board:
    """What rows are scored by on a placement for one match: `weight` = p × quality, and the click probability."""

    match: str
    quality: int
    weight: np.ndarray
    clicks: np.ndarray


class Entry(NamedTuple):
    """A row's bid in one auction: `ceiling` is the bid, `keyword` 0 without one."""

    score: int
    row: int
    ceiling: int
    keyword: int
    board: Board


class Ranking:
    """Rows on a board by falling score."""

    __slots__ = ("board", "bounds", "ceilings", "keywords", "newcomers", "rows", "scores")

    def __init__(self, board: Board, rows: np.ndarray, scores: np.ndarray, ceilings: np.ndarray, keywords):
        """Take columns in order of falling score; `keywords` may be None."""
        self.board, self.rows, self.scores, self.ceilings, self.keywords = board, rows, scores, ceilings, keywords
        turns = np.flatnonzero(scores[1:] != scores[:-1]) + 1
        self.bounds = np.concatenate([[0], turns, [len(rows)]]) if len(rows) else np.zeros(1, dtype=np.intp)
        self.newcomers: Ranking | None = None

    def new(self, is_new: np.ndarray) -> "Ranking":
        """Return the ranking of the new ads alone, given which rows are new; remembered."""
        if self.newcomers is None:
            places = np.flatnonzero(is_new[self.rows])
            keywords = None if self.keywords is None else self.keywords[places]
            columns = self.rows[places], self.scores[places], self.ceilings[places], keywords
            self.newcomers = Ranking(self.board, *columns)
        return self.newcomers

    def walk(self, draw: int) -> Iterator[Entry]:
        """Yield entries from the top; among equal scores every one may come first, as the draw has it."""
        row, score, ceiling, bound = self.rows.item, self.scores.item, self.ceilings.item, self.bounds.item
        keywords, board, first = self.keywords, self.board, 0
        for group in range(1, len(self.bounds)):
            size = bound(group) - first
            place, step = _shuffled(first, size, draw) if size > 1 else (0, 1)
            for _ in range(size):
                here = first + place
                keyword = 0 if keywords is None else keywords.item(here)
                yield Entry(score(here), row(here), ceiling(here), keyword, board)
                place = (place + step) % size
            first += size


def rank(segment: Segment, board: Board, *, scores: np.ndarray, ceilings: np.ndarray, reserve: int) -> Ranking:
    """Sort the rows of a segment by their scores; those below the reserve are left out."""
    kept = np.flatnonzero(scores >= reserve)
    order = kept[np.argsort(-scores[kept], kind="stable")]
    keywords = None if segment.keywords is None else segment.keywords[order]
    return Ranking(board, segment.rows[order], scores[order], ceilings[order], keywords)


def _shuffled(first: int, size: int, draw: int) -> tuple[int, int]:
    """Return a drawn place of `size` and a drawn step that, from there on and around, meets every place once."""
    step = mixed(size, draw) % size or 1
    while gcd(step, size) > 1:
        step = step % size + 1
    return mixed(first, draw) % size, step
