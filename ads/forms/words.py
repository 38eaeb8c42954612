"""Keywords as people write them, one a line, read and written."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..campaigns.rules import LONGEST_KEYWORD, MOST_KEYWORDS, MOST_NEGATIVES
from ..models import Keyword

Word = tuple[str, str, Decimal | None]

MARKS = {("[", "]"): Keyword.Match.EXACT, ('"', '"'): Keyword.Match.PHRASE, ("“", "”"): Keyword.Match.PHRASE}
WRITTEN = {Keyword.Match.EXACT: "[{}]", Keyword.Match.PHRASE: '"{}"'}
OPENING = re.compile(r"-?\s*[\[\"“]")  # of words that are marked, wherever the mark ends
WITH_BID = re.compile(r"(?P<word>.+?)\s*[=＝]\s*(?P<bid>\d{1,8}(\.\d{1,4})?)\Z")


def parse_keywords(written: str) -> list[Word]:
    """Read keywords: `red dress` broad, `"red dress"` as a phrase, `[red dress]` exactly; `… = 1.20` bids on its own.

    Raises ValidationError naming the line that breaks a rule.
    """
    words = _read(written)
    if len(words) > MOST_KEYWORDS:
        raise ValidationError(_("At most %(most)d keywords."), params={"most": MOST_KEYWORDS})
    return words


def parse_negatives(written: str) -> list[tuple[str, str]]:
    """Read negative keywords, which have no bid. Raises ValidationError naming the line that breaks a rule."""
    words = _read(written)
    if any(bid is not None for _text, _match, bid in words):
        raise ValidationError(_("A negative keyword has no bid."))
    if len(words) > MOST_NEGATIVES:
        raise ValidationError(_("At most %(most)d negative keywords."), params={"most": MOST_NEGATIVES})
    return [(text, match) for text, match, _bid in words]


def _read(written: str) -> list[Word]:
    words = {}
    for number, line in enumerate(written.splitlines(), start=1):
        text, match, bid = _parse(line.strip())
        if len(text) > LONGEST_KEYWORD:
            raise ValidationError(_("Line %(line)d: a keyword has at most 80 characters."), params={"line": number})
        if match == Keyword.Match.BROAD and OPENING.match(text):
            said = _("Line %(line)d: a mark that opens must close; a bid stands after =.")
            raise ValidationError(said, params={"line": number})
        if bid == 0:
            raise ValidationError(_("Line %(line)d: a bid is more than 0."), params={"line": number})
        if text:
            words[text, match] = bid
    return [(text, match, bid) for (text, match), bid in words.items()]


def _parse(line: str) -> Word:
    found = WITH_BID.match(line)
    text, bid = (found["word"], Decimal(found["bid"])) if found else (line, None)
    for (opening, closing), match in MARKS.items():
        if len(text) > 1 and text.startswith(opening) and text.endswith(closing):
            return text[1:-1].strip(), match, bid
    return text, Keyword.Match.BROAD, bid


def write_keywords(rows: Iterable[Sequence]) -> str:
    """Write rows of text, match and perhaps bid as they are read."""
    return "\n".join(_write(*row) for row in rows)


def _write(text: str, match: str, bid: Decimal | None = None) -> str:
    written = WRITTEN.get(match, "{}").format(text)
    return written if bid is None else f"{written} = {Decimal(bid).normalize():f}"
