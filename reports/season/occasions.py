"""Occasions that are ready to be named as seasons: their usual days in any year, to be changed before they are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

THURSDAY = 3


@dataclass(frozen=True, slots=True)
class Occasion:
    """A promotion of every year: what it is called, and its first day, that of its sale, and its last."""

    label: str | Promise
    days: Callable[[int], tuple[date, date | None, date]]


def _fixed(first: tuple[int, int], last: tuple[int, int], sale: tuple[int, int] | None = None):
    return lambda year: (date(year, *first), sale and date(year, *sale), date(year, *last))


def _black_friday(year: int) -> tuple[date, None, date]:
    """Return the day after the fourth Thursday of November, up to the Monday after it."""
    start = date(year, 11, 1)
    thursday = start + timedelta(days=(THURSDAY - start.weekday()) % 7 + 21)
    return thursday + timedelta(days=1), None, thursday + timedelta(days=4)


OCCASIONS = {
    "new-year": Occasion(_("New Year"), _fixed((1, 1), (1, 3))),
    "womens-day": Occasion(_("Women’s Day"), _fixed((3, 1), (3, 8))),
    "618": Occasion(_("618"), _fixed((6, 1), (6, 18))),
    "double-11": Occasion(_("Double 11"), _fixed((10, 21), (11, 11), (11, 1))),
    "black-friday": Occasion(_("Black Friday"), _black_friday),
    "double-12": Occasion(_("Double 12"), _fixed((12, 10), (12, 12))),
    "christmas": Occasion(_("Christmas"), _fixed((12, 18), (12, 25))),
}


def usual(occasion: str, year: int) -> dict:
    """Return the fields of the season of that occasion and year as it usually is."""
    found = OCCASIONS[occasion]
    first, sale, last = found.days(year)
    titled = format_lazy("{label} {year}", label=found.label, year=year)
    return {
        "occasion": occasion, "first": first, "sale_from": sale, "last": last,
        "title": _in("zh-hans", titled), "title_en": _in("en", titled),
    }  # fmt: skip


def _in(language: str, text: Promise) -> str:
    with override(language):
        return str(text)
