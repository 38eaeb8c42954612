"""What is told of the rows behind a number: the columns of each kind of row, for pages, files and programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..measuring.dimensions import DIMENSIONS, Family
from ..measuring.measures import SUMS, Sum


class Form(StrEnum):
    """How a value is written."""

    MOMENT = "moment"
    DAY = "day"
    ORDER = "order"
    VALUE = "value"  # of a dimension
    STEP = "step"
    NOTE = "note"
    SHARE = "share"
    COUNT = "count"
    ADDED = "added"  # in the unit of the number


@dataclass(frozen=True, slots=True)
class Column:
    """A column of rows: its name, its label, and of which dimension its values are, where of any.

    A quiet one is left out where there is little room.
    """

    name: str
    label: str | Promise
    form: Form
    dimension: str = ""
    is_quiet: bool = False


def _of(code: str, *, is_quiet: bool = False) -> Column:
    return Column(code, DIMENSIONS[code].label, Form.VALUE, code, is_quiet)


ADDED = Column("added", _("Amount"), Form.ADDED)
ORDER = Column("orders", _("Order"), Form.ORDER)
SOLD = Column("sold", _("Sold"), Form.MOMENT)
AT = Column("at", _("Counted at"), Form.MOMENT)
SETTLED = Column("settled", _("Settled"), Form.MOMENT, is_quiet=True)
TOUCHED = Column("touched", _("Touched"), Form.MOMENT)
STEP = Column("step", _("What"), Form.STEP)
SHARE = Column("share", _("Share"), Form.SHARE)
PLACEMENT, TERM, AD = _of("placement"), _of("term"), _of("ad", is_quiet=True)

CREDITS = (ORDER, AT, STEP, ADDED, SHARE, _of("campaign"), AD, _of("product"), _of("touch"), TOUCHED, SOLD, SETTLED)
SALES = (ORDER, AT, STEP, ADDED, _of("product"), Column("quantity", _("Units"), Form.COUNT), SOLD, SETTLED)
ORDERS = (ORDER, SOLD, Column("lines", _("Order lines"), Form.COUNT), ADDED)
PEOPLE = (
    Column("orders", _("An order of the customer"), Form.ORDER), SOLD,
    Column("lines", _("Order lines"), Form.COUNT), ADDED,
)  # fmt: skip
UNITS = (ORDER, SOLD, SHARE, ADDED)
CHARGES = (
    Column("recorded", _("Booked"), Form.MOMENT), Column("is_note", _("What"), Form.NOTE), ADDED, _of("campaign"), AD,
    PLACEMENT, TERM, _of("touch"),
)  # fmt: skip
DAY = Column("day", DIMENSIONS["day"].label, Form.DAY)
EVENTS = (DAY, _of("campaign"), AD, PLACEMENT, _of("touch"), ADDED)

BY_FAMILY = {
    Family.SEEN: EVENTS, Family.SPENT: CHARGES, Family.CREDITED: CREDITS, Family.RETURNED: CREDITS,
    Family.CLAIMED: CREDITS, Family.SHOP: SALES,
}  # fmt: skip


def columns_of(code: str) -> Sequence[Column]:
    """Return the columns of the rows behind a sum."""
    of: Sum = SUMS[code]
    if code == "units":
        return UNITS
    if of.is_distinct:
        return PEOPLE if "customers" in code else ORDERS
    return BY_FAMILY[of.family]
