"""The rows behind a sum as expressions: those of its family, before they are added up, that add anything to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
from ibis import Table

from ..measuring.dimensions import DIMENSIONS, Family, Type
from ..measuring.families import (
    ADDED,
    COLUMN,
    FAMILIES,
    ROWS,
    Question,
    credited_counted,
    credited_lines,
    shop_counted,
    units,
)
from ..measuring.measures import SUMS
from .columns import Form, columns_of


@dataclass(frozen=True)
class OfCell(Question):
    """A question about one cell: what its values of dimensions are, None for what has none."""

    cell: Mapping[str, Any] = field(default_factory=dict)

    def chosen(self, rows: Table) -> Table:
        rows = super().chosen(rows)
        for code, value in self.cell.items():
            key = self.key(rows, code)
            rows = rows.filter(key.isnull() if value is None else key == value)
        return rows


def behind(asked: OfCell, code: str) -> Table:
    """Return the rows behind a sum, in their order: the columns of `columns_of`, of which `added` sums up to it.

    What else tells rows apart, and so gives them one order, is in columns called `by_…`. Each row tells how many there
    are in all, and what they sum up to: `of_all` and `sum_of_all`.
    """
    of = SUMS[code]
    rows = ROWS[of.family](asked)
    if of.is_distinct:
        found = _counted(rows, code, of.family)
    elif of.family is Family.SEEN:
        found = _numbered(asked, rows.mutate(added=ADDED[of.family](rows)[code]))
    else:
        found = rows.mutate(added=ADDED[of.family](rows)[code])
    return _told(found.filter(found.added != 0), code)


def whole(asked: OfCell, families: Sequence[Family]) -> Table:
    """Return the sums of the cell, as the report adds them up."""
    united = ibis.union(*parts) if len(parts := [FAMILIES[family](asked, []) for family in families]) > 1 else parts[0]
    return united.aggregate(**{code: united[code].sum().cast("int64") for code in SUMS})


def _counted(rows: Table, code: str, family: Family) -> Table:
    """Return a row for each different thing that is counted: an order, a customer; the units of each order line."""
    lines = credited_lines(rows, {}) if family is Family.CREDITED else rows
    if code == "units":
        return lines.mutate(added=units(lines))
    column, condition = (credited_counted if family is Family.CREDITED else shop_counted)(lines)[code]
    kept = lines.filter(condition)
    different = kept.group_by(counted=kept[column]).aggregate(
        orders=kept.orders.max(), sold=kept.sold.max(), lines=kept.line.nunique()
    )
    return different.mutate(added=ibis.literal(1, "int64"))


def _numbered(asked: OfCell, rows: Table) -> Table:
    """Return how many events there were, by day and ad, for nobody reads them one by one."""
    codes = ["day", "campaign", "ad", "placement", "touch"]
    return rows.group_by(**{code: asked.key(rows, code) for code in codes}).aggregate(added=rows.added.sum())


def _told(rows: Table, code: str) -> Table:
    told = {}
    for column in columns_of(code):
        name = column.name if column.name in rows.columns else COLUMN.get(column.dimension, column.dimension)
        told[column.name] = rows[name].cast(_type(column.form, column.dimension))
    hidden = {name: rows[name] for name in ("line", "token", "counted") if name in rows.columns}
    rows = rows.select(**told, **{f"by_{name}": value for name, value in hidden.items()})
    (moment, *_) = [column.name for column in columns_of(code) if column.form in (Form.MOMENT, Form.DAY)]
    rest = [rows[name] for name in rows.columns if name not in (moment, "share")]
    rows = rows.mutate(of_all=rows.count().over(), sum_of_all=rows.added.sum().over().cast("int64"))
    return rows.order_by([rows[moment].desc(), *rest])


def _type(form: Form, dimension: str) -> str:
    if form == Form.VALUE:
        return "string" if DIMENSIONS[dimension].type == Type.TEXT else "int64"
    return {Form.ORDER: "string", Form.SHARE: "float64", Form.NOTE: "bool"}.get(form, "int64")
