"""Small grammar for generated English: articles, counting words, capital letters."""

import re

COUNTERS = {
    "trousers": "pair of", "trainers": "pair of", "heels": "pair of", "earrings": "pair of", "sunglasses": "pair of",
    "headphones": "pair of", "Bluetooth earbuds": "pair of", "running shoes": "pair of", "dumbbells": "pair of",
    "towels": "set of", "building blocks": "set of", "coffee beans": "bag of", "nuts": "bag of", "tea": "tin of",
    "cookies": "box of", "noodles": "pack of", "dumplings": "pack of", "honey": "jar of", "shampoo": "bottle of",
}  # fmt: skip

_ARTICLE = re.compile(r"\b([Aa]) (?=[aeioAEIO]|un[^i]|ul|um|up)(?!one\b|one-|eu|Eu|EU)")


def counted(noun: str, phrase: str = "") -> str:
    """Return `phrase` (or the noun itself) so that it can follow an article: "pair of trousers"."""
    phrase = phrase or noun
    return f"{COUNTERS[noun]} {phrase}" if noun in COUNTERS else phrase


def sentence(text: str) -> str:
    """Return `text` with its first letter as a capital, the rest untouched."""
    return text[:1].upper() + text[1:]


def in_english(template: str, words: dict[str, object]) -> str:
    """Fill `template`, offering each word capitalised too ({Friend}), and correct "a" before vowels."""
    capitals = {sentence(name): sentence(str(word)) for name, word in words.items()}
    return sentence(_ARTICLE.sub(r"\1n ", template.format(**words, **capitals)))
