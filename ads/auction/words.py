"""Text as the auction compares it: normalised, and cut into words, Chinese ones by segmentation."""

import re
import unicodedata
from functools import lru_cache

import jieba

from chengfeng.typed import visible

jieba.setLogLevel("WARNING")
LATIN = re.compile(r"[0-9a-z]")


@lru_cache(maxsize=65_536)
def normalise(text: str) -> str:
    """Return the text in one width and case, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", visible(text)).casefold().split())


@lru_cache(maxsize=65_536)
def words(text: str) -> frozenset[str]:
    """Return the words of a text, the shorter words inside long Chinese ones included."""
    return frozenset(word for word in jieba.cut_for_search(normalise(text)) if word[0].isalnum())


def has_phrase(text: str, phrase: str) -> bool:
    """Tell whether a normalised text contains a normalised phrase, without cutting a Latin word or number in two."""
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        if not _splits(text, start) and not _splits(text, end):
            return True
        start = text.find(phrase, start + 1)
    return False


def _splits(text: str, place: int) -> bool:
    return 0 < place < len(text) and all(LATIN.match(letter) for letter in text[place - 1 : place + 1])
