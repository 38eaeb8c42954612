"""Pages by key: the next rows after one that was seen, as fast on the last page as on the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db.models import F, Model, OrderBy, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of rows: by which column, and from which end."""

    title: str
    column: str
    is_descending: bool


SORTS: Mapping[str, Sort] = {
    "new": Sort(_("Newest first"), "placed_at", True),
    "old": Sort(_("Oldest first"), "placed_at", False),
    "high": Sort(_("Highest amount first"), "total", True),
    "low": Sort(_("Lowest amount first"), "total", False),
    "due": Sort(_("First to be shipped"), "ship_by_at", False),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, with the keys of the pages before and after; empty where there is none."""

    rows: list[Model]
    before: str
    after: str


def page(rows: QuerySet, sort: Sort, *, size: int, after: str = "", before: str = "", is_small: bool = False) -> Page:
    """Return the rows after, or before, a key; one that cannot be read counts for none.

    A small set of rows is sorted as it is, instead of being looked for along the index of all.
    """
    key = _read(after or before, sort)
    backwards = bool(key and before and not after)
    ahead = sort.is_descending is backwards  # whether greater values come next
    found = rows.filter(_beyond(sort, key, ahead)) if key else rows
    shown = list(found.order_by(*_order(sort, ahead, is_small))[: size + 1])
    is_more, shown = len(shown) > size, shown[:size]
    if backwards:
        shown.reverse()
    has_before, has_after = (is_more, True) if backwards else (bool(key), is_more)
    return Page(
        shown,
        _write(shown[0], sort) if shown and has_before else "",
        _write(shown[-1], sort) if shown and has_after else "",
    )


def _order(sort: Sort, ahead: bool, is_small: bool) -> list[OrderBy]:
    column = Coalesce(sort.column, sort.column) if is_small else F(sort.column)  # an expression is in no index
    return [OrderBy(column, descending=not ahead), OrderBy(F("pk"), descending=not ahead)]


def _beyond(sort: Sort, key: tuple[datetime | Decimal, int], ahead: bool) -> Q:
    value, pk = key
    way = "gt" if ahead else "lt"
    strictly = Q(**{f"{sort.column}__{way}": value}) | Q(**{f"pk__{way}": pk})
    return Q(**{f"{sort.column}__{way}e": value}) & strictly


def _write(row: Model, sort: Sort) -> str:
    value = getattr(row, sort.column)
    return f"{value.isoformat() if isinstance(value, datetime) else value}_{row.pk}"


def _read(key: str, sort: Sort) -> tuple[datetime | Decimal, int] | None:
    text, _separator, pk = key.rpartition("_")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        value = Decimal(text) if sort.column == "total" else parse_datetime(text)
    except (InvalidOperation, ValueError):
        return None
    is_usable = (isinstance(value, Decimal) and value.is_finite()) or (isinstance(value, datetime) and value.tzinfo)
    return (value, int(pk)) if is_usable else None
