"""An answer as a table to read: a page of rows, each value written for people, with the total of all."""

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from ads.models import EventKind, Placement
from chengfeng.templatetags.frame import text

from .measuring.asking import Result, Row
from .measuring.dimensions import NEW, RETURNING
from .measuring.naming import Named

PAGE = 50
NONE = {
    "keyword": pgettext_lazy("value", "no keyword"), "term": pgettext_lazy("value", "no search"),
    "brand": pgettext_lazy("value", "no brand"), "advertised_brand": pgettext_lazy("value", "no brand"),
    "region": pgettext_lazy("value", "no address"),
}  # fmt: skip


@dataclass
class Table:
    """The rows of a result, a page at a time."""

    result: Result
    number: str | None = None

    @cached_property
    def page(self) -> Page:
        return Paginator(self.result.rows, PAGE).get_page(self.number)

    @property
    def rows(self) -> list[tuple[list[str], Row]]:
        codes = self.result.definition.dimensions
        return [([written(c, key) for c, key in zip(codes, row.keys, strict=True)], row) for row in self.page]


def first_of(page: str) -> int:
    """Return the place of the first row of a page, as an address names it; of the first page where it names none."""
    return max(int(page) - 1, 0) * PAGE if page.isdecimal() and len(page) < 9 else 0


def written(code: str, key) -> str:
    """Return the value of a dimension as people read it."""
    if key is None or key == "":
        return str(NONE[code]) if code in NONE else _("none")
    if isinstance(key, Named):
        return text(key, "name") or key.code
    if code == "month":
        return date_format(key, "YEAR_MONTH_FORMAT")
    if code in ("day", "week"):
        return date_format(key, "SHORT_DATE_FORMAT")
    return _special(code, key)


def _special(code: str, key) -> str:
    if code == "hour":
        return f"{key}:00"
    if code == "weekday":
        return str(WEEKDAYS[key - 1])
    known = {
        "placement": dict(Placement.choices), "touch": dict(EventKind.choices),
        "customer": {NEW: _("New customers"), RETURNING: _("Returning customers")},
    }  # fmt: skip
    return str(known.get(code, {}).get(key, key))
