"""Grants from a CSV file: every row looked at first, all of them given or none."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from django.db import transaction
from django.utils.translation import gettext as _

from shops.catalogue.importing import reading
from shops.catalogue.importing.reading import FileRefused
from shops.models import User

from ..models import Grant
from .forms import GrantForm
from .granting import AlreadyGiven, Gift, OutOfTime, give
from .topping_up import AmountRefused

COLUMNS = ("merchant", "kind", "amount", "reason", "objective", "campaign", "first_day", "last_day", "reference")
NEEDED = {"merchant", "amount", "reason", "last_day"}
MOST_ROWS = 2000


@dataclass(slots=True)
class Row:
    """A row with its number in the file: what it would give, or which rule each field breaks."""

    number: int
    cells: dict[str, str]
    gift: Gift | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)


def look(content: bytes, *, at: datetime) -> list[Row]:
    """Return the rows of a file with what is wrong with each; nothing is given.

    Raises FileRefused when it is no table of grants, or too long.
    """
    found = reading.survey(BytesIO(content))
    records = reading.records(BytesIO(content), found)
    header = next(records, (1, []))[1]
    names = [cell.strip().lower().replace(" ", "_") for cell in header or []]
    if lacking := sorted(NEEDED.difference(names)):
        raise FileRefused(
            _("The first row must name the columns; these lack: %(names)s") % {"names": ", ".join(lacking)}
        )
    rows = [
        _row(number, dict(zip(names, cells or [], strict=False)), found.digest) for number, cells in records if cells
    ]
    if len(rows) > MOST_ROWS:
        raise FileRefused(_("The file has more than %(limit)s rows; split it.") % {"limit": MOST_ROWS})
    _look_together(rows, at)
    return rows


def _row(number: int, cells: dict[str, str], digest: str) -> Row:
    """Read a row as the form does; without a reference of its own, row and file are its reference."""
    cells = {name: cells.get(name, "").strip() for name in COLUMNS}
    cells["kind"] = cells["kind"] or Grant.Kind.GRANT.value
    cells["reference"] = cells["reference"] or f"file:{digest[:24]}:{number}"
    form = GrantForm(cells)
    if form.is_valid():
        return Row(number, cells, form.gift())
    problems = [(name, str(text)) for name, texts in form.errors.items() for text in texts]
    return Row(number, cells, problems=problems)


def _look_together(rows: Sequence[Row], at: datetime) -> None:
    """Note what only shows beside the other rows, the clock and the grants that there are."""
    known = {
        grant.reference: grant for grant in Grant.objects.filter(reference__in=[r.cells["reference"] for r in rows])
    }
    seen: set[str] = set()
    for row in rows:
        reference = row.cells["reference"]
        if reference in seen:
            row.problems.append(("reference", _("The reference stands in the file twice.")))
        if reference in known:
            row.problems.append(("reference", _("A grant with this reference was given before.")))
        if row.gift and row.gift.expires_at <= max(at, row.gift.starts_at or at):
            row.problems.append(("last_day", _("The last day is over.")))
        seen.add(reference)


@transaction.atomic
def give_all(rows: Sequence[Row], *, by: User, at: datetime) -> list[Grant]:
    """Give what every row says, all or none. Raises as `granting.give` does.

    Merchants come in the order of their keys, for each has an audit trail that is locked until the end.
    """
    gifts = sorted((row.gift for row in rows if row.gift), key=lambda gift: gift.merchant.pk)
    return [give(gift, at=at, by=by) for gift in gifts]


def written(rows: Sequence[Row]) -> str:
    """Return the rows as CSV, to be sent again once somebody has agreed."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(row.cells for row in rows)
    return out.getvalue()


__all__ = ["AlreadyGiven", "AmountRefused", "FileRefused", "OutOfTime", "Row", "give_all", "look", "written"]
