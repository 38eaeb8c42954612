"""Suggestions: what people search for on the platform that a group's goods are about, and it does not bid on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengfeng import sql

from ..auction.words import normalise, words
from ..models import Ad, AdGroup, Keyword

PERIOD = timedelta(days=14)
FLOOR = 5  # people who must have searched for it: fewer are not told
LOOKED_AT = 2_000  # most frequent searches
MOST = 20


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A search and about how often it was made in 14 days, to one digit."""

    text: str
    searches: int


def suggest(groups: Sequence[AdGroup], *, at: datetime) -> list[tuple[AdGroup, list[Suggestion]]]:
    """Return, of each group that has any, searches that name what it advertises and are none of its keywords.

    The most frequent come first. Three statements for any number of groups.
    """
    about, mine = _advertised(groups), _keywords(groups)
    params = {"since": at - PERIOD, "first_day": (at - PERIOD).date(), "until": at, "floor": FLOOR, "most": LOOKED_AT}
    searches = [(text, words(text), number) for text, number in sql.rows(SEARCHES, params)] if groups else []
    suggested = []
    for group in groups:
        named, known = about[group.pk], mine[group.pk]
        fitting = [(text, number) for text, said, number in searches if said and said <= named and text not in known]
        if fitting:
            suggested.append((group, [Suggestion(text, _about(number)) for text, number in fitting[:MOST]]))
    return suggested


def _advertised(groups: Sequence[AdGroup]) -> Mapping[int, set[str]]:
    """Return by group the words that name its goods."""
    found: dict[int, set[str]] = defaultdict(set)
    ads = Ad.objects.filter(group__in=groups, state=Ad.State.ACTIVE)
    for group, title, title_en in ads.values_list("group", "product__title", "product__title_en"):
        found[group] |= words(f"{title} {title_en}")
    return found


def _keywords(groups: Sequence[AdGroup]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for group, text in Keyword.objects.filter(group__in=groups).values_list("group", "text"):
        found[group].add(normalise(text))
    return found


def _about(number: float) -> int:
    """Return a number to its first digit: what the sample can tell."""
    unit = 10 ** (len(str(int(number))) - 1)
    return max(int(number) // unit * unit, FLOOR)


SEARCHES = """
SELECT t.text, sum(r.weight) AS searches FROM ads_auctionrecord r JOIN ads_searchterm t ON t.number = r.term
WHERE r.day >= %(first_day)s AND r.at >= %(since)s AND r.at < %(until)s AND r.placement = 'search'
GROUP BY t.text HAVING count(DISTINCT r.shopper) >= %(floor)s ORDER BY searches DESC, t.text LIMIT %(most)s
"""
