"""Keeps one index per process fresh from a thread of its own; decisions read what is there and never wait."""

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.db import close_old_connections, connection

from . import snapshot
from .index import Index, arrange, build

logger = logging.getLogger(__name__)

REBUILD = 15.0  # seconds after which everything is read anew, whatever seems unchanged
CATALOGUE = 300.0
STALE = 10.0
EMPTY = build([], {})


def load(product_category: Mapping[str, str] | None = None) -> Index:
    """Read everything and build an index; the categories of all products only unless they are given."""
    candidates = snapshot.read_candidates()
    return build(
        candidates,
        snapshot.read_standings([candidate.ad for candidate in candidates]),
        category_path=snapshot.read_category_paths(),
        product_category=snapshot.read_product_categories() if product_category is None else product_category,
        read_at=time.monotonic(),
    )


def renew(index: Index) -> Index:
    """Return the index with the standings of now."""
    standings = snapshot.read_standings([candidate.ad for candidate in index.candidates])
    return replace(index, standings=arrange(index.candidates, standings), read_at=time.monotonic())


def is_stale(index: Index) -> bool:
    """Whether an index is older than it can get while the database answers."""
    return bool(index.read_at) and time.monotonic() - index.read_at > STALE


class Keeper:
    """The index of this process and the thread that renews it; it survives the database, keeping what it last knew."""

    def __init__(self):
        self.index = EMPTY
        self._fingerprint: tuple | None = None
        self._built_at = float("-inf")
        self._catalogue: dict[str, str] = {}
        self._catalogue_at = float("-inf")
        self._is_failing = False
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Build the first index and start the thread, once per process."""
        with self._starting:
            if self._thread is None:
                self.tick()
                self._thread = threading.Thread(target=self._run, name="auction-index", daemon=True)
                self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def tick(self) -> None:
        """Bring the index up to date; whatever goes wrong, keep the last one and try again at the next tick."""
        try:
            self._refresh()
        except Exception:
            if not self._is_failing:
                logger.warning("the auction keeps its last index", exc_info=True)
            self._is_failing = True
            if not connection.in_atomic_block:
                connection.close()
        else:
            self._is_failing = False

    def _refresh(self) -> None:
        fingerprint = snapshot.fingerprint()
        if fingerprint == self._fingerprint and time.monotonic() - self._built_at < REBUILD:
            self.index = renew(self.index)
            return
        self.index = load(self._product_categories())
        self._fingerprint, self._built_at = fingerprint, self.index.read_at

    def _product_categories(self) -> dict[str, str]:
        """Read the catalogue's categories now and then: they are many and seldom change."""
        if time.monotonic() - self._catalogue_at > CATALOGUE:
            self._catalogue, self._catalogue_at = snapshot.read_product_categories(), time.monotonic()
        return self._catalogue

    def _run(self) -> None:
        while True:
            time.sleep(settings.AUCTION_REFRESH_SECONDS)
            close_old_connections()
            self.tick()


_keeper = Keeper()


def current() -> Index:
    """Return this process's index, which is at most a second old while the database answers.

    Where `AUCTION_REFRESH_SECONDS` is 0, as in tests, it is read for every call and no thread is started.
    """
    if not settings.AUCTION_REFRESH_SECONDS:
        return load()
    if not _keeper.is_running:
        _keeper.start()
    return _keeper.index


def _begin_anew() -> None:
    """Forget the keeper after a fork: its thread stayed behind in the parent."""
    global _keeper
    _keeper = Keeper()


os.register_at_fork(after_in_child=_begin_anew)
