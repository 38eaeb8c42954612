"""Reads what a program or a form gives for a member, whatever it is, into the way in which members are kept."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .members import AMOUNTS, MOMENTS, Span, encode

OPTIONAL = frozenset({"bid", "target_cost", "target_roi", "total_budget", "ends_at", "frequency_cap"})


def legible(member: str, value: Any) -> Any:
    """Return a value as it is kept. Raises ValueError when it is none for that member."""
    if value is None:
        if member in OPTIONAL:
            return None
        raise ValueError(member)
    try:
        return encode(member, READERS.get(member, _text)(value))
    except (TypeError, AttributeError, InvalidOperation) as error:
        raise ValueError(member) from error


def number(value: Any) -> Decimal:
    """Return a finite number, given as such or written. Raises ValueError."""
    try:
        read = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(value) from error
    if not read.is_finite():
        raise ValueError(value)
    return read


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return str(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(value)
    return value


def _moment(value: datetime | str) -> datetime:
    read = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    if read.tzinfo is None:
        raise ValueError(value)
    return read


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(_text(value))


def _placements(values: list) -> list[str]:
    if isinstance(values, str):
        raise ValueError(values)
    return [_text(value) for value in values]


def _modifiers(values: dict) -> dict[str, int]:
    return {_text(name): _whole(percent) for name, percent in values.items()}


def _spans(values: list) -> list[Span]:
    spans = [value if isinstance(value, Span) else Span(**value) for value in values]
    return [
        Span(_day(span.first_day), _day(span.last_day), _whole(span.bid_percent), _whole(span.budget_percent))
        for span in spans
    ]


READERS: dict[str, Callable] = {
    **dict.fromkeys(AMOUNTS, number), **dict.fromkeys(MOMENTS, _moment), "frequency_cap": _whole,
    "placements": _placements, "modifiers": _modifiers, "promotion_days": _spans,
}  # fmt: skip
