"""A cell of a report as an address names it: a value for each dimension, or that there is none.

`cell.campaign=cmp_…&cell.day=2026-03-03&none=term` names the row of a campaign and a day without a search term; what is
not named is not restricted, so that no parameter at all names the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext as _

from ..measuring import local_days, naming
from ..measuring.definition import LONGEST
from ..measuring.dimensions import DIMENSIONS, Type
from ..measuring.naming import Named

PREFIX, NONE = "cell.", "none"


class BadCell(ValueError):
    """A value that its dimension cannot have, or a dimension that there is not; `field` is its parameter."""

    def __init__(self, field: str, message: str):
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Cell:
    """Values by dimension as addresses write them, None where there is none."""

    values: Mapping[str, str | None]

    @classmethod
    def of(cls, dimensions: Sequence[str], keys: Sequence[Any]) -> Self:
        """Return the cell of a row."""
        return cls({code: _written(key) for code, key in zip(dimensions, keys, strict=True)})

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Return the cell that parameters name; raises BadCell."""
        named = {name.removeprefix(PREFIX): query[name] for name in query if name.startswith(PREFIX)}
        values = named | dict.fromkeys(query.getlist(NONE))
        for code, value in values.items():
            if code not in DIMENSIONS:
                raise BadCell(PREFIX + code, _("There is none of this name: %s.") % code[:60])
            if value is not None:
                _check(code, value)
        return cls(values)

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters that name the cell."""
        known = [(PREFIX + code, value) for code, value in self.values.items() if value is not None]
        return known + [(NONE, code) for code, value in self.values.items() if value is None]

    def numbers(self, merchants: Sequence[int]) -> dict[str, Any]:
        """Return the values as engines know them; of a code that nothing bears, a number that nothing has."""
        return {code: None if value is None else _known(code, value, merchants) for code, value in self.values.items()}

    def keys(self, merchants: Sequence[int]) -> dict[str, Any]:
        """Return the values as a report's rows have them, for people."""
        return {code: None if value is None else _shown(code, value, merchants) for code, value in self.values.items()}


def _written(key: Any) -> str | None:
    if isinstance(key, Named):
        return key.code
    return None if key is None else str(key)


def _check(code: str, value: str) -> None:
    """Raise BadCell for what no row of a dimension can have."""
    try:
        _plain(code, value)
    except ValueError:
        raise BadCell(PREFIX + code, _("Give a day as YYYY-MM-DD, or a number of up to four digits.")) from None
    if len(value) > LONGEST or "\0" in value:
        raise BadCell(PREFIX + code, _("There is no such value."))


def _plain(code: str, value: str) -> Any:
    """Return a value that needs no look-up: the day of a date, a number, else the text itself; raises ValueError."""
    kind = DIMENSIONS[code].type
    if kind == Type.DATE:
        return date.fromisoformat(value)
    return int(value[:5]) if kind == Type.NUMBER else value


def _known(code: str, value: str, merchants: Sequence[int]) -> Any:
    if DIMENSIONS[code].type == Type.DATE:
        return local_days.number_of(_plain(code, value))
    if DIMENSIONS[code].type == Type.CODE:
        return next(iter(naming.numbers(code, [value], merchants)), -1)
    return _plain(code, value)


def _shown(code: str, value: str, merchants: Sequence[int]) -> Any:
    if DIMENSIONS[code].type != Type.CODE:
        return _plain(code, value)
    found = naming.names(code, naming.numbers(code, [value], merchants), merchants)
    return next(iter(found.values()), Named(value, value))
