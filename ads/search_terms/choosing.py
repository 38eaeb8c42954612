"""Choosing: searches become keywords of a group, or are left out from now on, with one click."""

from collections.abc import Iterable
from datetime import datetime

from shops.tenancy import Access

from ..auction.words import normalise
from ..campaigns.groups import edit_group
from ..models import AdGroup, Change, Match, NegativeKeyword

LONGEST = 80  # characters of a keyword


def add(access: Access, group: AdGroup, texts: Iterable[str], *, at: datetime) -> Change | None:
    """Let a group bid on searches, exactly as they were typed; those it has stay as they are.

    Raises what `edit_group` raises: EditConflict, Illegal, WaitsForApproval.
    """
    known = list(group.keywords.values_list("text", "match", "bid"))
    fresh = _fresh(texts, [(text, match) for text, match, _bid in known])
    return _edit(access, group, at, keywords=[*known, *((text, Match.EXACT, None) for text in fresh)])


def exclude(access: Access, group: AdGroup, texts: Iterable[str], *, at: datetime) -> Change | None:
    """Show a group's ads no longer on searches, exactly as they were typed. Raises as `add`."""
    known = list(NegativeKeyword.objects.filter(group=group).values_list("text", "match"))
    return _edit(access, group, at, negatives=[*known, *((text, Match.EXACT) for text in _fresh(texts, known))])


def is_untargeted(group: AdGroup) -> bool:
    """Whether a group's ads run everywhere: its first keyword confines them to searches."""
    return not group.keywords.exists() and not group.categories.exists()


def _fresh(texts: Iterable[str], known: Iterable[tuple[str, str]]) -> list[str]:
    exact = {normalise(text) for text, match in known if match == Match.EXACT}
    wanted = dict.fromkeys(normalise(text) for text in texts)
    return [text for text in wanted if text and len(text) <= LONGEST and text not in exact]


def _edit(access: Access, group: AdGroup, at: datetime, **lists) -> Change | None:
    source = Change.Source.SEARCH_TERMS
    return edit_group(access, group, at=at, version=group.campaign.version, source=source, **lists)
