"""What ads are credited with: conversions, their lines, and signed parts of these."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.money import AmountField, CurrencyField
from shops.models import Merchant, Product

from .campaigns import Ad, Campaign
from .events import EventKind


class Conversion(models.Model):
    """A paid order as the ads see it; orders live above, so it is known here by its code."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order_code = models.CharField(max_length=24, unique=True)
    shopper = models.UUIDField()
    currency = CurrencyField()
    value = AmountField(help_text=_("Sum of its lines, without shipping and tax"))
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["merchant", "at"]), models.Index(fields=["shopper", "at"])]

    def __str__(self):
        return self.order_code


class ConversionLine(models.Model):
    """One line of a conversion."""

    conversion = models.ForeignKey(Conversion, models.PROTECT, related_name="lines")
    line_code = models.CharField(max_length=24, unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    value = AmountField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="conversion_line_not_negative")]

    def __str__(self):
        return self.line_code


class Credit(models.Model):
    """A signed part of a line's value that a touch is credited with under a rule; append-only."""

    class Reason(models.TextChoices):
        INITIAL = "initial", _("Sale")
        REFUND = "refund", _("Refund")
        INVALID = "invalid", _("Touch found invalid")

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    line = models.ForeignKey(ConversionLine, models.PROTECT, related_name="credits")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    ad = models.ForeignKey(Ad, models.PROTECT, related_name="+")
    event_day = models.DateField()
    token = models.UUIDField(help_text=_("Of the touch"))
    touch = models.CharField(max_length=10, choices=EventKind)
    rule = models.CharField(max_length=24)
    reason = models.CharField(max_length=8, choices=Reason)
    cause = models.CharField(max_length=40, help_text=_("Code of the order or refund, or token of an invalid touch"))
    share = models.DecimalField(max_digits=9, decimal_places=8, help_text=_("Part of the line; 0 on a refund"))
    amount = AmountField()
    is_same_product = models.BooleanField(help_text=_("The advertised product was bought; else halo"))
    touched_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "rule", "event_day", "token", "reason", "cause"], name="credit_once"
            ),
            models.CheckConstraint(condition=Q(touched_at__lte=F("at")), name="credit_after_touch"),
        ]
        indexes = [
            models.Index(fields=["merchant", "at"]),
            models.Index(fields=["campaign", "at"]),
            models.Index(fields=["line"], condition=Q(reason="invalid"), name="credit_restated"),
            BrinIndex(fields=["at"], name="credit_at", autosummarize=True),
        ]

    def __str__(self):
        return f"{self.amount} {self.reason}"
