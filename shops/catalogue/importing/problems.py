"""What can be wrong with a row: the rules and their words, what is kept of them, and the list to download."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from ..models import ImportProblem, ImportRun

MAX_KEPT = 10_000

RULES = {
    "malformed": _("The row cannot be parsed; a quotation mark may be missing."),
    "row_length": _("The row has %(found)s cells, the header %(expected)s."),
    "nul": _("The row holds a NUL character."),
    "encoding": _("The row holds bytes that make no character."),
    "required": _("This must not be empty."),
    "too_long": _("This has %(length)s characters; %(limit)s are allowed."),
    "control": _("This holds control characters."),
    "price": _("This is not a price."),
    "negative": _("This must not be negative."),
    "too_large": _("This is too large."),
    "decimals": _("%(currency)s has no coin this small."),
    "currency": _("The price is in %(found)s; the shop sells in %(expected)s."),
    "above_price": _("The sale price is above the price."),
    "quantity": _("This is not a whole number of units."),
    "gtin": _("This is not a GTIN: 8, 12, 13 or 14 digits with a right check digit."),
    "no_gtin": _("This barcode is no GTIN; the variant is brought in without one."),
    "choice": _("This is not one of: %(choices)s."),
    "options": _("There are %(found)s values for %(expected)s options."),
    "duplicate": _("An earlier row has it already."),
    "gtin_taken": _("The SKU %(sku)s has this GTIN."),
    "unknown_category": _("There is no such category; its rows are brought in without one."),
    "below_reserved": _("%(reserved)s units are set aside for orders, so %(reserved)s stay on hand."),
    "no_price": _("A price of 0 is no price; the variant stays off sale."),
    "no_picture": _("There is no such picture."),
}
WARNINGS = {"no_gtin", "unknown_category", "below_reserved", "no_price", "no_picture"}


@dataclass(slots=True)
class Problem:
    """A rule that a cell of a row breaks; a warning does not refuse the row."""

    row: int
    field: str
    rule: str
    value: str = ""
    facts: dict = field(default_factory=dict)

    @property
    def is_warning(self) -> bool:
        return self.rule in WARNINGS

    @property
    def message(self) -> str:
        return str(RULES[self.rule]) % self.facts


def keep(run: ImportRun, problems: Sequence[Problem]) -> None:
    """Store problems in the caller's transaction, until the run has as many as anybody will read."""
    room = MAX_KEPT - run.problems.count() if problems else 0
    ImportProblem.objects.bulk_create(
        ImportProblem(
            run=run, row=p.row, field=p.field[:60], rule=p.rule, is_warning=p.is_warning,
            message=p.message[:300], value=p.value.replace("\0", "␀")[:200],
        )
        for p in problems[: max(room, 0)]
    )  # fmt: skip


def table(run: ImportRun) -> Iterator[str]:
    """Yield the problems as lines of a CSV file that no spreadsheet takes for formulas."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(["row", "field", "rule", "warning", "message", "value"])
    for p in run.problems.order_by("row", "pk").iterator(chunk_size=2000):
        cells = [p.row, p.field, p.rule, "yes" if p.is_warning else "", p.message, p.value]
        yield writer.writerow([harmless(cell) for cell in cells])


def harmless(cell: object) -> object:
    """Return a cell that a spreadsheet will show and not execute."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


class _Line:
    """A file whose `write` hands the line back."""

    def write(self, line: str) -> str:
        return line
