"""Robots that say who they are, by the kept list of user agents."""

from functools import lru_cache

from crawleruseragents import is_crawler

LONGEST = 500


@lru_cache(maxsize=4096)
def is_robot(agent: str) -> bool:
    """Whether a user agent belongs to a known robot; only its beginning is looked at."""
    return is_crawler(agent[:LONGEST])
