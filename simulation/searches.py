"""What shoppers type to find a thing: words that are in titles, from the wide ones to the narrow, and English ones."""

from functools import cache
from random import Random

from .words.categories import TREE
from .words.kinds import KINDS, Kind

WEIGHTS = (40, 22, 18, 12, 8)  # noun, feature and noun, style and noun, category, English noun
NAMES = {slug: name for children in TREE.values() for slug, name, _ in children}


def of(title: str, category: str) -> tuple[str, ...]:
    """Return the searches that may lead to a product, in the order of WEIGHTS; its title for goods of other words."""
    kind = next((kind for kind in _of_category(category) if title.endswith(kind.noun[0])), None)
    if kind is None:
        return (title,) * len(WEIGHTS)
    noun, noun_en = kind.noun
    feature = next((words[0] for words in kind.features if title.startswith(words[0])), "")
    style = next((words[0] for words in kind.styles if title.removesuffix(noun).endswith(words[0])), "")
    return noun, feature + noun, style + noun, NAMES[category], noun_en


def draw(searches: tuple[str, ...], rng: Random) -> str:
    """Return what somebody types this time."""
    return rng.choices(searches, WEIGHTS)[0]


@cache
def _of_category(slug: str) -> tuple[Kind, ...]:
    """Return the kinds of a category, those with the longest nouns first."""
    return tuple(sorted((kind for kind in KINDS if kind.category == slug), key=lambda kind: -len(kind.noun[0])))
