"""A few things that were costly to make, the latest used: kept for all threads of a process."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Keeping(Generic[Thing]):
    """Keeps as many things as it is told to, each by its key; what was not asked for the longest goes first."""

    def __init__(self, most: int) -> None:
        self.most, self._things, self._lock = most, OrderedDict[Hashable, Thing](), Lock()

    def get(self, key: Hashable) -> Thing | None:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def put(self, key: Hashable, thing: Thing) -> None:
        with self._lock:
            self._things[key] = thing
            while len(self._things) > self.most:
                self._things.popitem(last=False)
