"""What the audit trail says of an order, in a merchant's words."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shops.models import AuditEntry

from .. import carriers
from ..moves import CancelReason
from .models import Flag

TOLD_ELSEWHERE = {"order.ship", "order.deliver", "order.cancel", "order.refund", "order.note"}  # by rows of their own
TITLES = {
    "order.ship": gettext_lazy("Shipped"),
    "order.deliver": gettext_lazy("Delivered"),
    "order.cancel": gettext_lazy("Cancelled"),
    "order.refund": gettext_lazy("Refund"),
    "order.note": gettext_lazy("Note"),
    "order.flag": gettext_lazy("Flag"),
    "payment.capture": gettext_lazy("Payment captured"),
    "payment.void": gettext_lazy("Payment let go"),
    "voucher.verify": gettext_lazy("Voucher verified"),
}
SPOKEN: dict[str, Callable[[str], str]] = {  # the details that people are told, and how
    "carrier": carriers.name_of,
    "tracking": str,
    "number": str,
    "reason": lambda reason: str(CancelReason(reason).label),
    "flag": lambda colour: str(Flag(colour).label),
}


def title(entry: AuditEntry) -> str:
    return str(TITLES.get(entry.verb, entry.verb))


def doer(entry: AuditEntry) -> object:
    """Return who did it: a person, or the name by which the merchant knows the program."""
    return entry.actor or (entry.token and _("program “%(name)s”") % {"name": entry.token})


def facts(entry: AuditEntry) -> list[str]:
    """Return the details that say something to people; codes of rows do not, and the amount has its own place."""
    return [SPOKEN[name](value) for name, value in entry.details.items() if value and name in SPOKEN]


def amount(entry: AuditEntry) -> Decimal | None:
    """Return the money that it moved, in the order's currency."""
    return Decimal(entry.details["amount"]) if "amount" in entry.details else None
