"""Tables of unusual numbers: what the hours of the days before came to, what was found, and who wants no letters."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField
from shops.models import Merchant, User


class Watched(models.TextChoices):
    """The measures that are watched, by their codes."""

    IMPRESSIONS = "impressions", _("Impressions")
    CLICKS = "clicks", _("Clicks")
    INVALID_CLICKS = "invalid_clicks", _("Invalid clicks")
    SPEND = "spend", _("Ad spend")
    PLACED_ORDERS = "placed_orders", _("Orders placed")
    PAID_GMV = "paid_gmv", _("Paid GMV")
    REFUNDS = "refunds", _("Refunds")


class PastHours(models.Model):
    """What a merchant's local day had come to by the end of each of its hours, as far as it was known the day after."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    sums = models.JSONField(encoder=DjangoJSONEncoder, help_text=_("By measure: 24 sums, as text"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day"], name="past_hours_once")]
        indexes = [models.Index(fields=["day"], name="past_hours_by_day")]

    def __str__(self):
        return f"{self.merchant_id} {self.day}"


class Anomaly(models.Model):
    """A measure that was far from usual on a local day, in the hours from `since` to `until`, as last looked at."""

    code = CodeField(prefix="anm")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    measure = models.CharField(max_length=16, choices=Watched)
    since = models.PositiveSmallIntegerField(help_text=_("Full hour of the day; 0: since midnight"))
    until = models.PositiveSmallIntegerField(help_text=_("Full hour of the day"))
    value = AmountField()
    usual = AmountField(help_text=_("Median of the same hours of the days before"))
    low = AmountField(help_text=_("The least of them"))
    high = AmountField(help_text=_("The most of them"))
    days = models.PositiveSmallIntegerField(help_text=_("How many days before it is compared with"))
    found_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was usual again"))
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "day", "measure"], name="anomaly_once_a_day"),
            models.CheckConstraint(condition=Q(since__lt=F("until"), until__lte=24), name="anomaly_hours"),
            models.CheckConstraint(condition=Q(value__lt=F("low")) | Q(value__gt=F("high")), name="anomaly_is_unusual"),
        ]

    def __str__(self):
        return f"{self.get_measure_display()} {self.day}"

    @property
    def is_high(self) -> bool:
        return self.value > self.high

    @property
    def hours(self) -> str:
        """The hours of the day that it is about, as people say it."""
        if not self.since:
            return gettext("until %(hour)d:00") % {"hour": self.until}
        return gettext("from %(since)d:00 until %(until)d:00") % {"since": self.since, "until": self.until}


class AnomalyMute(models.Model):
    """A member who wants no letters about a merchant's unusual numbers."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "user"], name="anomaly_mute_once")]

    def __str__(self):
        return f"{self.merchant_id} {self.user_id}"
