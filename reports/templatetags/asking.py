"""Template tags of asking: what ready-made reports look like, and how one asks anew, sorted, for one value, for all."""

import json
from dataclasses import dataclass

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..behind.cells import Cell
from ..measuring.asking import Result, Row
from ..measuring.definition import Definition
from ..measuring.dimensions import DIMENSIONS, Type

register = template.Library()


@dataclass(frozen=True, slots=True)
class Look:
    """What a ready-made report looks like in a list: an icon, and the question that it answers."""

    icon: str
    question: str | Promise


LOOKS = {
    "shop": Look("building-store", _("Which shops grow, and what do their ads bring?")),
    "shop_day": Look("calendar", _("How did each shop do, day by day?")),
    "day": Look("chart-line", _("How do the days compare with those before?")),
    "campaign": Look("speakerphone", _("Which campaigns are worth what they cost?")),
    "group": Look("stack-2", _("Which ad groups are worth what they cost?")),
    "creative": Look("photo", _("Which pictures and notes are clicked, and which sell?")),
    "keyword": Look("key", _("Which keywords bring orders, and at what price?")),
    "term": Look("search", _("What did shoppers search for before they bought?")),
    "placement": Look("layout-grid", _("Where do ads work best: feed, search, shop or product page?")),
    "hour": Look("clock-hour-4", _("At which hours do shoppers look, click and buy?")),
    "region": Look("map-pin", _("Where do the orders go?")),
    "advertised": Look("package", _("Which products are worth advertising?")),
    "bought": Look("shopping-cart", _("Which products do ads sell, and which sell by themselves?")),
    "advertised_bought": Look("arrows-exchange", _("What do people buy after they saw another product?")),
    "customers": Look("users", _("Do ads bring new customers, or those who come anyway?")),
}
PLAIN = Look("table", "")


@register.simple_tag
def look_of(name: str) -> Look:
    """Return what a ready-made report looks like."""
    return LOOKS.get(name, PLAIN)


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
