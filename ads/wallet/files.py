"""The statement as a file, CSV or XLSX, oldest line first and complete, streamed."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from chengfeng import sheets

from .lines import Kind, Statement

ROWS = """
SELECT {at} AS at, coalesce(%(labels)s::jsonb ->> kind, kind) AS kind, {about} AS about, count::numeric AS count,
    trim_scale(cash) AS cash, trim_scale(grants) AS grants, trim_scale(cash_after) AS cash_after,
    trim_scale(grants_after) AS grants_after, code
FROM ({query}) lines ORDER BY day, number
"""
AT = "to_char(at AT TIME ZONE %(zone)s, '{}')"


def headings() -> list[str]:
    """Return the names of the columns in the reader's language."""
    return [
        _("Time"), _("Kind"), _("For"), _("Number"), _("Cash"), _("Grants"), _("Cash after it"),
        _("Grants after it"), _("Ledger transfer"),
    ]  # fmt: skip


def csv(statement: Statement) -> Iterator[bytes]:
    """Yield the lines of a statement as CSV."""
    return sheets.csv(*_query(statement), headings=headings())


def xlsx(statement: Statement) -> Iterator[bytes]:
    """Yield the lines of a statement as an Excel file."""
    return sheets.xlsx(*_query(statement), headings=headings())


def _query(statement: Statement) -> tuple[str, dict]:
    at = AT.format("YYYY-MM-DD" if statement.by_day else "YYYY-MM-DD HH24:MI:SS")
    query = ROWS.format(query=statement.query, at=at, about=sheets.QUOTED.format("about"))
    labels = {kind.value: str(kind.label) for kind in Kind}
    return query, {**statement.params, "labels": json.dumps(labels)}
