"""Keywords and negatives against a search: from texts with a match type to what was entered under them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..models import Match
from .words import has_phrase, normalise, words


class Hit(NamedTuple):
    """A text that a search matched: its match type, and what it is called among those of the type."""

    match: str
    key: object


class Matcher:
    """Texts by match type; `entries` holds under every hit what was entered under its text."""

    def __init__(self, texts: Iterable[tuple[str, str, object]]):
        """Take triples of text, match type and entry."""
        found = defaultdict(list)
        for text, match, entry in texts:
            found[Hit(match, words(text) if match == Match.BROAD else normalise(text))].append(entry)
        self.entries = dict(found)
        self._phrases, self._broad = defaultdict(list), defaultdict(list)
        for hit in self.entries:
            if hit.match == Match.PHRASE:
                self._phrases[hit.key[:1]].append(hit)
            elif hit.match == Match.BROAD and hit.key:
                self._broad[min(hit.key)].append(hit)

    def hits(self, query: str) -> Iterator[Hit]:
        """Yield what a search matches: the same text, a phrase in it, or words that are all in it."""
        text, spoken = normalise(query), words(query)
        exact = Hit(Match.EXACT.value, text)
        if exact in self.entries:
            yield exact
        for letter in sorted(set(text)):
            yield from (hit for hit in self._phrases.get(letter, ()) if has_phrase(text, hit.key))
        for word in sorted(spoken):
            yield from (hit for hit in self._broad.get(word, ()) if hit.key <= spoken)

    def found(self, query: str) -> frozenset:
        """Return everything entered under a text that the search matches."""
        return frozenset(entry for hit in self.hits(query) for entry in self.entries[hit])
