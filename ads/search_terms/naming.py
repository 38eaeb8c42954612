"""The number of a search term, by which tokens and events know it."""

from functools import lru_cache
from hashlib import blake2b

from ..auction.words import normalise


@lru_cache(maxsize=65_536)
def number(text: str) -> int | None:
    """Return the number of a search as typed: a signed 64-bit hash of the normalised text; None for an empty one."""
    term = normalise(text)
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big", signed=True) if term else None
