"""Template tags by which a report asks anew: sorted by a column, for one value alone, for all of a dimension."""

import json
from dataclasses import dataclass

from django import template

from ..behind.cells import Cell
from ..measuring.asking import Result, Row
from ..measuring.definition import Definition
from ..measuring.dimensions import DIMENSIONS, Type

register = template.Library()


@dataclass(frozen=True, slots=True)
class Sorting:
    """How rows are sorted by a column now, `ascending`, `descending` or not, and how a click on it sorts them."""

    now: str
    next: str


@register.simple_tag
def sorting(result: Result, code: str) -> Sorting:
    """Return the sorting of a column; the first click puts the largest number or the first name first."""
    asked = result.definition.sort
    natural = code if code in DIMENSIONS else f"-{code}"
    other = code if natural != code else f"-{code}"
    now = {code: "ascending", f"-{code}": "descending"}.get(asked, "")
    return Sorting(now, other if asked == natural else natural)


@register.simple_tag
def only(result: Result, row: Row, place: int) -> str:
    """Return the filters with the value of a row's dimension alone; nothing for days, for none, and where it is so."""
    definition = result.definition
    code = definition.dimensions[place]
    value = Cell.of(definition.dimensions, row.keys).values[code]
    filters = _filters(definition)
    if DIMENSIONS[code].type == Type.DATE or value in (None, "") or filters.get(code) == [value]:
        return ""
    return json.dumps(filters | {code: [value]})


@register.simple_tag
def without(result: Result, code: str) -> str:
    """Return the filters but those of a dimension."""
    return json.dumps({name: values for name, values in _filters(result.definition).items() if name != code})


def _filters(definition: Definition) -> dict[str, list[str]]:
    return {name: list(values) for name, values in definition.filters}
