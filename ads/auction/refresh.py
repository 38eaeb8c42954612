"""Keeps one index per process fresh from a thread of its own; decisions read what is there and never wait.

Money, steering and stock are read at every tick, as arrays. Ads are read again only for campaigns in which anything has
changed, and what decisions will ask for is sorted before they can.
"""

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Literal

from django.conf import settings
from django.db import close_old_connections, connection

from chengfeng import clock

from .. import prediction
from ..audiences import membership
from ..prediction import Predictor
from . import reading, snapshot
from .frequency import Frequency
from .index import Index
from .odds import Odds
from .roster import Roster
from .standings import Goods
from .strips import Strip, strip

logger = logging.getLogger(__name__)

MARKS = 2.0  # seconds between looks at what has changed in campaigns
GOODS = 3.0
MEMBERSHIPS = 3.0
CATALOGUE = 300.0
STALE = 10.0  # seconds without news, after which the health page says so
SPENT = 60.0  # seconds without news, after which nothing is served: what was known of money and stock is worth nothing
FIRST = 5.0  # seconds that decisions wait for the first index of a process; after that they are empty until it is there
MANY = 1_000  # fresh ads that are worth a collection of their own
YIELD = 0.0005  # seconds after which a thread lets others run: building must not hold up decisions


class Due:
    """Says when something is to be done again."""

    def __init__(self, seconds: float):
        self.seconds, self.last = seconds, float("-inf")

    def now(self) -> bool:
        """Whether it is due; if so, it counts as done."""
        is_due = time.monotonic() - self.last >= self.seconds
        if is_due:
            self.last = time.monotonic()
        return is_due


class Reader:
    """Reads an index from the database, and then again as little of it as has changed.

    `fresh` counts the ads that were read since somebody set it to 0.
    """

    def __init__(self):
        self.index: Index | None = None
        self.fresh = 0
        self._roster: Roster | None = None
        self._marks: reading.Marks = {}
        self._strips: dict[int, Strip] = {}
        self._due = {name: Due(seconds) for name, seconds in PERIODS.items()}
        self._paths: Mapping[str, tuple[int, ...]] = {}
        self._categories: Mapping[str, str] = {}

    def read(self) -> Index:
        """Return the index of now."""
        before, read_at = self.index, time.monotonic()
        roster = self._read_roster()
        predictor = prediction.load(before and before.odds.predictor)
        odds = self._odds(before, roster, predictor)
        goods = self._goods(before, roster)
        memberships = before.memberships if before else None
        if memberships is None or self._due["memberships"].now():
            memberships = membership.load(memberships)
        money = snapshot.read_money(roster)
        self.index = Index(roster, odds, money, goods, memberships, read_at=read_at)
        self.index.warm(before and before.asked, at=clock.now())
        return self.index

    def _read_roster(self) -> Roster:
        """Return the roster, a new one if campaigns or the catalogue have changed."""
        catalogue_changed = self._due["catalogue"].now() and self._read_catalogue()
        marks = reading.read_marks() if self._due["marks"].now() else self._marks
        if self._roster and marks == self._marks and not catalogue_changed:
            return self._roster
        changed = [campaign for campaign, mark in marks.items() if self._marks.get(campaign) != mark]
        fresh = {campaign: strip(rows) for campaign, rows in reading.read_candidates(changed).items()}
        kept = {campaign: self._strips[campaign] for campaign in marks if campaign in self._strips}
        strips = dict(sorted((kept | fresh).items()))
        self._roster = Roster([*strips.values()], category_path=self._paths, product_category=self._categories)
        self._strips, self._marks = strips, marks
        self.fresh += sum(len(one.candidates) for one in fresh.values())
        return self._roster

    def _read_catalogue(self) -> bool:
        """Read the categories, of products too, now and then, for there are many; tell whether any has changed."""
        found = reading.read_category_paths(), reading.read_product_categories()
        changed = found != (self._paths, self._categories)
        self._paths, self._categories = found
        return changed

    def _odds(self, before: Index | None, roster: Roster, predictor: Predictor) -> Odds:
        if before and before.roster is roster and before.odds.predictor is predictor:
            return before.odds
        return Odds(roster, predictor)

    def _goods(self, before: Index | None, roster: Roster) -> Goods:
        is_due = self._due["goods"].now()
        if before and before.roster is roster and not is_due:
            return before.goods
        return snapshot.read_goods(roster)


PERIODS = {"marks": MARKS, "goods": GOODS, "memberships": MEMBERSHIPS, "catalogue": CATALOGUE}


def load() -> Index:
    """Read everything and return an index."""
    return Reader().read()


def is_stale(index: Index | None) -> bool:
    """Whether an index is older than it can get while the database answers."""
    return index is not None and _age(index) > STALE


def is_spent(index: Index) -> bool:
    """Whether an index is so old that nothing may be served from it."""
    return _age(index) > SPENT


def _age(index: Index) -> float:
    return time.monotonic() - index.read_at


class Keeper:
    """The index of this process and the thread that renews it; it survives the database, keeping what it last knew."""

    def __init__(self):
        self.index: Index | None = None
        self.frequency = Frequency()
        self._reader = Reader()
        self._is_failing = self._has_frozen = False
        self._starting, self._has_tried = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, once per process, and wait a moment for its first index."""
        with self._starting:
            if self._thread is None:
                sys.setswitchinterval(YIELD)
                self._thread = threading.Thread(target=self._run, name="auction-index", daemon=True)
                self._thread.start()
        self._has_tried.wait(FIRST)

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def tick(self) -> None:
        """Bring the index up to date; whatever goes wrong, keep the last one and try again at the next tick."""
        try:
            with clock.at(clock.latest()):
                self.index = self._reader.read()
                self.frequency.catch_up(at=clock.now())
            self._spare_collections()
        except Exception:
            if not self._is_failing:
                logger.warning("the auction keeps its last index", exc_info=True)
            self._is_failing = True
            if not connection.in_atomic_block:
                connection.close()
        else:
            if self._is_failing:
                logger.warning("the auction renews its index again")
            self._is_failing = False

    def _spare_collections(self) -> None:
        """Leave what lives long out of collections, which would walk through it and hold up decisions."""
        if self._reader.fresh >= MANY or not self._has_frozen:
            gc.collect()
            gc.freeze()
            self._reader.fresh, self._has_frozen = 0, True

    def _run(self) -> None:
        while True:
            close_old_connections()
            self.tick()
            self._has_tried.set()
            time.sleep(settings.AUCTION_REFRESH_SECONDS)


_keeper = Keeper()


def current() -> Index | None:
    """Return this process's index, about as old as `AUCTION_REFRESH_SECONDS` while the database answers; None at first.

    Where those are 0, as in tests, it is read for every call and no thread is started.
    """
    if not settings.AUCTION_REFRESH_SECONDS:
        return load()
    if _keeper.index is None:
        _keeper.start()
    return _keeper.index


def state() -> Literal["idle", "starting", "ok", "stale", "stopped"]:
    """Return how this process's index is; `idle` until a decision is asked for."""
    if not _keeper.is_running:
        return "idle"
    index = _keeper.index
    if index is None:
        return "starting"
    if is_spent(index):
        return "stopped"
    return "stale" if is_stale(index) else "ok"


def frequency() -> Frequency:
    """Return what this process knows of views by shopper."""
    return _keeper.frequency


def _begin_anew() -> None:
    """Forget the keeper after a fork: its thread stayed behind in the parent."""
    global _keeper
    _keeper = Keeper()


os.register_at_fork(after_in_child=_begin_anew)
