"""The tables of money that comes: payments, the orders that they pay, and what providers tell of them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField

from .order import Order
from .till import Checkout

METHODS = {
    "alipay": _("Alipay"),
    "wechat_pay": _("WeChat Pay"),
    "card": _("Card"),
    "credit_card": _("Credit card"),
    "debit_card": _("Debit card"),
    "voucher": _("Voucher"),
    "boleto": _("Boleto"),
}
FAILURES = {
    "authentication_required": _("The bank wants to ask the shopper first"),
    "cancelled": _("The shopper broke it off"),
    "declined": _("Declined"),
    "expired": _("Not paid in time"),
    "insufficient_funds": _("Not enough money on the account"),
    "no_page": _("The provider gave no page to pay at"),
    "unknown": _("It never reached the provider"),
    "voided": _("Let go before it was captured"),
}


def method_name(method: str) -> str:
    """Return what was paid with, for people; a method that providers bring along speaks for itself."""
    return METHODS.get(method, _spoken(method))


def _spoken(code: str) -> str:
    return code.replace("_", " ").capitalize()


class Payment(models.Model):
    """Money asked from a provider for a checkout; an unknown outcome stays pending until it is known.

    `amount` is what is asked for, and what came once it is captured: of an authorisation it may be a part.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        AUTHORISED = "authorised", _("Authorised")
        CAPTURED = "captured", _("Captured")
        VOIDED = "voided", _("Voided")
        FAILED = "failed", _("Failed")

    code = CodeField(prefix="pay")
    checkout = models.ForeignKey(Checkout, models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=16)
    method = models.CharField(max_length=24, help_text=_("What the shopper paid with"))
    instalments = models.PositiveSmallIntegerField(default=1)
    amount = AmountField()
    currency = CurrencyField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    provider_reference = models.CharField(max_length=80, null=True, blank=True)
    failure = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    captures_later = models.BooleanField(db_default=False, help_text=_("The merchant takes the money in a second step"))
    authorised = AmountField(null=True, blank=True, help_text=_("What may be captured at most"))
    authorised_at = models.DateTimeField(null=True, blank=True)
    to_capture = AmountField(null=True, blank=True, help_text=_("What the provider has been told to capture"))
    is_voiding = models.BooleanField(db_default=False, help_text=_("The provider has been told to void it"))
    captured_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_reference"], name="payment_provider_reference_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_not_negative"),
            models.CheckConstraint(
                condition=Q(authorised__isnull=True)
                | (Q(amount__lte=F("authorised")) & (Q(to_capture__isnull=True) | Q(to_capture__lte=F("authorised")))),
                name="payment_within_authorised",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["authorised", "voided"])
                | Q(authorised__isnull=False, authorised_at__isnull=False, provider_reference__isnull=False),
                name="payment_authorised_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(is_voiding=True) | Q(to_capture__isnull=True), name="payment_captured_or_voided"
            ),
            models.CheckConstraint(
                condition=~Q(state="captured") | (Q(captured_at__isnull=False) & Q(provider_reference__isnull=False)),
                name="payment_captured_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="pending"), name="payment_pending"),
            models.Index(fields=["authorised_at"], condition=Q(state="authorised"), name="payment_authorised"),
        ]

    def __str__(self):
        return self.code

    @property
    def method_name(self) -> str:
        return method_name(self.method)

    @property
    def failure_text(self) -> str:
        """Why it failed, for people; empty where it did not. A reason that only its provider has speaks for itself."""
        return FAILURES.get(self.failure, _spoken(self.failure))


class PaymentShare(models.Model):
    """The part of a payment that pays one order of its checkout."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="shares")
    order = models.ForeignKey(Order, models.PROTECT, related_name="payment_shares")
    amount = AmountField()
    surplus = AmountField(db_default=0, help_text=_("Part that the order had no use for; it is given back"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "order"], name="payment_share_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_share_not_negative"),
            models.CheckConstraint(condition=Q(surplus__gte=0, surplus__lte=F("amount")), name="payment_share_surplus"),
        ]

    def __str__(self):
        return f"{self.amount} of {self.payment}"


class WebhookReceipt(models.Model):
    """A message from a payment provider, taken once."""

    provider = models.CharField(max_length=16)
    message_id = models.CharField(max_length=80)
    payload = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "message_id"], name="webhook_once")]

    def __str__(self):
        return self.message_id
