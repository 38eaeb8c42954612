"""Suggestions: what people search for on the platform that a group's goods are about, and it does not bid on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chengfeng import sql

from ..auction.words import normalise, words
from ..models import Ad, AdGroup

PERIOD = timedelta(days=14)
FLOOR = 5  # people who must have searched for it: fewer are not told
LOOKED_AT = 2_000  # most frequent searches
MOST = 20


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A search and about how often it was made in 14 days, to one digit."""

    text: str
    searches: int


def suggest(group: AdGroup, *, at: datetime) -> list[Suggestion]:
    """Return searches that name what a group advertises and are none of its keywords, the most frequent first."""
    advertised = group.ads.filter(state=Ad.State.ACTIVE).values_list("product__title", "product__title_en")
    about = frozenset().union(*(words(f"{title} {title_en}") for title, title_en in advertised))
    mine = {normalise(text) for text in group.keywords.values_list("text", flat=True)}
    params = {"since": at - PERIOD, "first_day": (at - PERIOD).date(), "until": at, "floor": FLOOR, "most": LOOKED_AT}
    found = sql.rows(SEARCHES, params)
    fitting = [(text, n) for text, n in found if text not in mine and words(text) and words(text) <= about]
    return [Suggestion(text, _about(n)) for text, n in fitting[:MOST]]


def _about(number: float) -> int:
    """Return a number to its first digit: what the sample can tell."""
    unit = 10 ** (len(str(int(number))) - 1)
    return max(int(number) // unit * unit, FLOOR)


SEARCHES = """
SELECT t.text, sum(r.weight) AS searches FROM ads_auctionrecord r JOIN ads_searchterm t ON t.number = r.term
WHERE r.day >= %(first_day)s AND r.at >= %(since)s AND r.at < %(until)s AND r.placement = 'search'
GROUP BY t.text HAVING count(DISTINCT r.shopper) >= %(floor)s ORDER BY searches DESC, t.text LIMIT %(most)s
"""
