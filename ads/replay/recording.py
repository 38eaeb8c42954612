"""Recording: a sample of decided pages, taken without ever holding one up, and written by a thread of its own."""

import atexit
import logging
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection

from ..auction import Index, Page, PageDecision
from .writing import add_up, write

logger = logging.getLogger(__name__)

TICK = 1.0  # seconds between two writes of records
HOURS_TICK = 10.0  # seconds between two writes of counts, which are as many as campaigns
TRACED = 5_000  # ads a second that tracing may look at in one process
PAUSE = 0.02  # seconds between pages that are traced
MOST_TERMS = 1_000  # new searches that may wait


@dataclass(frozen=True, slots=True)
class Sampled:
    """A decided page and all that is needed to decide it again; it stands for `weight` pages."""

    index: Index
    page: Page
    shopper: UUID
    at: datetime
    draw: int
    decision: PageDecision
    tokens: Sequence[bytes]
    weight: float = 1.0


class Recorder:
    """A reservoir of the pages decided since the last write, and the searches that are new to this process.

    What became of campaigns in them is added up here and written now and then.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._pages: list[Sampled] = []
        self._seen = 0
        self._known: set[str] = set()
        self._searches: dict[str, datetime] = {}
        self._counts: Counter[tuple] = Counter()
        self._added_at = time.monotonic()
        self._is_failing = False
        self._thread: threading.Thread | None = None

    def take(self, sampled: Sampled) -> None:
        """Keep a page with the same chance as every other one of this second."""
        most = _most(sampled.index)
        with self._lock:
            self._seen += 1
            if len(self._pages) < most:
                self._pages.append(sampled)
            elif (place := random.randrange(self._seen)) < most:
                self._pages[place] = sampled
            for request in sampled.page:
                if request.query and request.query not in self._known and len(self._searches) < MOST_TERMS:
                    self._searches.setdefault(request.query, sampled.at)
        if self._thread is None and settings.AUCTION_REFRESH_SECONDS:
            self._start()

    def flush(self) -> int:
        """Write all that was kept at once; return how many pages that were."""
        written = self._write()
        self._add_up()
        return written

    def _write(self, *, pause: float = 0.0) -> int:
        """Write the records of what was kept; return how many pages that were. What cannot be written is dropped."""
        with self._lock:
            pages, seen, searches = self._pages, self._seen, self._searches
            self._pages, self._seen, self._searches = [], 0, {}
        if not pages and not searches:
            return 0
        self._counts += write([replace(page, weight=seen / len(pages)) for page in pages], searches, pause=pause)
        if len(self._known) > 100 * MOST_TERMS:
            self._known.clear()
        self._known.update(searches)
        return len(pages)

    def _add_up(self, *, pause: float = 0.0) -> None:
        """Write what became of campaigns since the last time."""
        counts, self._counts = self._counts, Counter()
        self._added_at = time.monotonic()
        add_up(counts, pause=pause)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="auction-recorder", daemon=True)
                self._thread.start()
                atexit.register(self._try, self.flush)

    def _run(self) -> None:
        while True:
            time.sleep(TICK)
            close_old_connections()
            self._try(self._tick)

    def _tick(self) -> None:
        self._write(pause=PAUSE)
        if time.monotonic() - self._added_at >= HOURS_TICK:
            self._add_up(pause=PAUSE)

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception:
            if not self._is_failing:
                logger.warning("auctions are not recorded until this is over", exc_info=True)
            self._is_failing = True
            connection.close()
        else:
            if self._is_failing:
                logger.warning("auctions are recorded again")
            self._is_failing = False


def _most(index: Index) -> int:
    """Return how many pages a second are recorded: as many as the setting says, fewer where tracing one is long."""
    return max(1, min(settings.AUCTION_RECORDS_A_SECOND, TRACED // max(len(index), 1)))


recorder = Recorder()


def sample(
    index: Index,
    page: Page,
    *,
    shopper: UUID,
    at: datetime,
    draw: int,
    decision: PageDecision,
    tokens: Sequence[bytes],
) -> None:
    """Take note of a decided page; `tokens` are the ids of its winners, auction by auction."""
    if settings.AUCTION_RECORDS_A_SECOND:
        recorder.take(Sampled(index, page, shopper, at, draw, decision, tokens))


def _begin_anew() -> None:
    """Forget what was kept after a fork: its thread stayed behind in the parent."""
    global recorder
    recorder = Recorder()


os.register_at_fork(after_in_child=_begin_anew)
