"""Reach: which ranked segments of the roster a request is answered from."""

from collections.abc import Hashable, Iterator
from heapq import merge

from .moments import Moment
from .numbers import mixed
from .page import Request
from .rankings import Entry
from .roster import Reached

NOTHING = Reached((), frozenset())


def spoken(moment: Moment, request: Request) -> Reached:
    """Return what the request's search reaches, nothing without one."""
    return moment.roster.reached(request.query) if request.query else NOTHING


def segments(moment: Moment, request: Request, said: Reached) -> Iterator[tuple[Hashable, str]]:
    """Yield keys of segments, and how each is matched.

    An ad without targeting runs everywhere, one with categories where the page is about one of them or one below, one
    with keywords where a search matches; with both, either is enough. On a search, what is about it counts in full.
    """
    roster = moment.roster
    if len(roster.everywhere.rows):
        yield None, "none" if request.query else "page"
    category = request.category or roster.product_category.get(request.product, "")
    for pk in roster.category_path.get(category, ()):
        if pk in roster.by_category:
            yield pk, "topic" if request.query else "page"
    yield from said.segments


def entries(moment: Moment, request: Request, said: Reached, draw: int) -> Iterator[Entry]:
    """Yield the bids of all rows that a request reaches, best first; a row may come again with a lower score."""
    rankings = [moment.ranking(request.placement, match, key) for key, match in segments(moment, request, said)]
    walks = [ranking.walk(draw) for ranking in rankings if len(ranking.rows)]
    if len(walks) == 1:
        return walks[0]
    return merge(*walks, key=lambda entry: (-entry.score, mixed(entry.row, draw)))
