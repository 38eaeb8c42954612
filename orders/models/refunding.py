"""The tables of money that goes back: refunds, why, and what they take off the lines."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField
from shops.models import Merchant, User

from ..aftersale.models import Case
from ..moves import CancelReason
from .order import Order, OrderLine
from .paying import Payment

REFUND_REASONS = {
    "payment_too_late": _("The payment came too late"),
    "payment_surplus": _("More was paid than was due"),
    "voucher_given_back": _("The voucher was not needed"),
    "voucher_expired": _("The voucher expired unused"),
    **{f"cancelled:{reason.value}": reason.label for reason in CancelReason},
    **{f"case:{reason.value}": reason.label for reason in Case.Reason},
}


def reason_text(reason: str) -> str:
    """Return why, for people: somebody's own words, or what the system gives as its reason."""
    return REFUND_REASONS.get(reason, reason)


class Refund(models.Model):
    """Money given back on one order through the payment it came by."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    code = CodeField(prefix="rfd")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="refunds")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = AmountField()
    currency = CurrencyField()
    shipping = AmountField(default=0, help_text=_("Part of the amount that gives back shipping, tax and fees"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # words, or a key of REFUND_REASONS
    restock = models.BooleanField(_("put the units back on the shelf"), default=False)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    provider_reference = models.CharField(max_length=80, null=True, blank=True, unique=True)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="refund_not_negative")]
        indexes = [
            models.Index(fields=["merchant", "done_at"]),
            models.Index(fields=["done_at"], condition=Q(state="done"), name="refund_done"),
        ]

    def __str__(self):
        return self.code

    @property
    def reason_text(self) -> str:
        return reason_text(self.reason)


class RefundLine(models.Model):
    """The units and the amount that a refund takes off one order line."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField(default=0)
    unshipped = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Units that had not left when it was asked for")
    )
    amount = AmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(condition=Q(unshipped__lte=F("quantity")), name="refund_line_unshipped"),
        ]

    def __str__(self):
        return f"{self.amount} of {self.line}"
