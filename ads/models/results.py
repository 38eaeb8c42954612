"""What ads are credited with: conversions, their lines, and signed parts of these."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.money import AmountField, CurrencyField
from shops.models import Category, Merchant, Product, Variant

from .campaigns import Ad, Campaign
from .events import EventKind


class Conversion(models.Model):
    """A paid order as the ads see it; orders live above, so it is known here by its code."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order_code = models.CharField(max_length=24, unique=True)
    shopper = models.UUIDField()
    currency = CurrencyField()
    value = AmountField(help_text=_("Sum of its lines, without shipping and tax"))
    is_new = models.BooleanField(help_text=_("The shopper had not bought at the shop in the 365 days before"))
    placed_at = models.DateTimeField()
    at = models.DateTimeField(help_text=_("When it was paid"))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(placed_at__lte=F("at")), name="conversion_placed_first")]
        indexes = [
            models.Index(fields=["merchant", "at"]),
            models.Index(fields=["shopper", "at"]),
            BrinIndex(fields=["at"], name="conversion_at", autosummarize=True),
        ]

    def __str__(self):
        return self.order_code


class ConversionLine(models.Model):
    """One line of a conversion, with what its goods were when it was placed."""

    conversion = models.ForeignKey(Conversion, models.PROTECT, related_name="lines")
    line_code = models.CharField(max_length=24, unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", db_index=False)
    brand = models.CharField(max_length=120, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_index=False)
    is_new_to_brand = models.BooleanField(help_text=_("The same of the brand; of goods without a brand, of the shop"))
    quantity = models.PositiveIntegerField()
    value = AmountField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="conversion_line_not_negative")]

    def __str__(self):
        return self.line_code


class ConversionRefund(models.Model):
    """What a refund took off a line; append-only."""

    line = models.ForeignKey(ConversionLine, models.PROTECT, related_name="refunds")
    code = models.CharField(max_length=24, help_text=_("Of the refund"))
    amount = AmountField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "code"], name="conversion_refund_once")]

    def __str__(self):
        return f"{self.amount} of {self.line_id}"


class Credit(models.Model):
    """A signed part of a line's value that a touch is credited with under a rule; append-only.

    It belongs to the sale, or to one of its refunds; why it was posted, and when, is another matter: a later finding
    posts differences to what stands for each of them, at the moment of the sale or the refund.
    """

    class Reason(models.TextChoices):
        INITIAL = "initial", _("Sale")
        REFUND = "refund", _("Refund")
        INVALID = "invalid", _("Touch found invalid")
        LINKED = "linked", _("Device known to be the shopper's")
        LATE = "late", _("Touch reported late")

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    line = models.ForeignKey(ConversionLine, models.PROTECT, related_name="credits")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    ad = models.ForeignKey(Ad, models.PROTECT, related_name="+")
    event_day = models.DateField()
    token = models.UUIDField(help_text=_("Of the touch"))
    touch = models.CharField(max_length=10, choices=EventKind)
    rule = models.CharField(max_length=24)
    reason = models.CharField(max_length=8, choices=Reason)
    cause = models.CharField(
        max_length=40, help_text=_("Code of the order or refund, token of the touch, or number of the link")
    )
    refund = models.CharField(
        max_length=24, blank=True, help_text=_("Code of the refund it is a part of; else the sale")
    )
    share = models.DecimalField(max_digits=9, decimal_places=8, help_text=_("Part of the line; 0 on a refund"))
    amount = AmountField()
    is_same_product = models.BooleanField(help_text=_("The advertised product was bought; else halo"))
    touched_at = models.DateTimeField()
    at = models.DateTimeField(help_text=_("When it counts: the moment of the sale or the refund"))
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "rule", "token", "touch", "refund", "reason", "cause", "posted_at"], name="credit_once"
            ),
            models.CheckConstraint(condition=Q(touched_at__lte=F("at")), name="credit_after_touch"),
            models.CheckConstraint(condition=Q(refund="") | Q(share=0), name="credit_refund_has_no_share"),
        ]
        indexes = [
            models.Index(fields=["merchant", "at"]),
            models.Index(fields=["campaign", "at"]),
            models.Index(fields=["line"], condition=Q(share__lt=0), name="credit_restated"),
            BrinIndex(fields=["at"], name="credit_at", autosummarize=True),
        ]

    def __str__(self):
        return f"{self.amount} {self.reason}"


class SaleClaim(models.Model):
    """That a campaign would claim a sale in full, for the latest touch of its own behind it.

    Where another touch takes its place, the claim is another row with a higher number.
    """

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    conversion = models.ForeignKey(Conversion, models.PROTECT, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    event_day = models.DateField()
    token = models.UUIDField(db_index=True, help_text=_("Of the touch"))
    touched_at = models.DateTimeField()
    at = models.DateTimeField(help_text=_("The moment of the sale"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversion", "campaign"], name="sale_claim_once"),
            models.CheckConstraint(condition=Q(touched_at__lte=F("at")), name="sale_claim_after_touch"),
        ]
        indexes = [models.Index(fields=["merchant", "at"]), models.Index(fields=["campaign", "at"])]

    def __str__(self):
        return f"{self.campaign_id}: {self.conversion_id}"
