"""Opening hours as people write them: `10:00-13:00, 14:00-22:00`."""

import re
from datetime import time
from itertools import pairwise

SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")


class BrokenHours(Exception):
    """These are no hours of a day: unreadable, not in order, or overlapping."""


def parse(text: str) -> list[tuple[time, time]]:
    """Return the spans of a day in order, none for an empty text; raises BrokenHours."""
    parts = [part.strip() for part in re.split(r"[,;，；、]", text.replace("：", ":")) if part.strip()]
    spans = sorted(_span(part) for part in parts)
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise BrokenHours(text)
    return spans


def _span(part: str) -> tuple[time, time]:
    found = SPAN.fullmatch(part)
    if not found:
        raise BrokenHours(part)
    first, last = (_time(*found.group(*numbers)) for numbers in ((1, 2), (3, 4)))
    if first >= last:
        raise BrokenHours(part)
    return first, last


def _time(hour: str, minute: str) -> time:
    """Return a time of day; 24:00 is the last minute."""
    if (int(hour), int(minute)) == (24, 0):
        return time(23, 59)
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise BrokenHours(f"{hour}:{minute}") from error


def written(spans: list[tuple[time, time]]) -> str:
    """Return spans as `parse` reads them."""
    return ", ".join(f"{first:%H:%M}-{last:%H:%M}" for first, last in spans)
