"""Tables of the reports room: facts per merchant-local day, how far they have looked, and exports."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ads.models import Campaign
from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.models import Job
from chengfeng.money import AmountField
from shops.models import Merchant, Product, User

from .anomalies.models import Anomaly as Anomaly
from .anomalies.models import AnomalyMute as AnomalyMute
from .anomalies.models import PastHours as PastHours
from .building.models import ReportRun as ReportRun
from .building.models import ReportSchedule as ReportSchedule
from .building.models import SavedReport as SavedReport
from .history.models import HistoryDay as HistoryDay
from .reconciliation.models import ReconciledDay as ReconciledDay
from .reconciliation.models import ReconciliationRun as ReconciliationRun
from .season.models import Season as Season


class Fact(models.Model):
    """What one merchant-local day comes to, rebuilt from raw rows and never counted up by the way."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()

    class Meta:
        abstract = True


class Advertised(models.Model):
    """The measures of advertising that merchants, campaigns and products have in common."""

    impressions = models.PositiveIntegerField(default=0)
    viewable = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    invalid_clicks = models.PositiveIntegerField(default=0)
    spend = AmountField(default=0)
    ad_credits = AmountField(default=0)
    ad_orders = models.PositiveIntegerField(default=0)
    ad_gmv = AmountField(default=0)
    ad_direct_gmv = AmountField(default=0)
    ad_new_gmv = AmountField(default=0)
    ad_refunds = AmountField(default=0)
    ad_claimed = AmountField(default=0)

    class Meta:
        abstract = True


class Bought(models.Model):
    """The measures of who bought, that merchants and products have in common."""

    new_buyers = models.PositiveIntegerField(default=0)
    returning_orders = models.PositiveIntegerField(default=0)
    new_gmv = AmountField(default=0)
    returning_gmv = AmountField(default=0)
    brand_new_gmv = AmountField(default=0)

    class Meta:
        abstract = True


class MerchantDay(Fact, Advertised, Bought):
    """A merchant's day as a whole; its marks say how far the day's other facts are to be trusted, too."""

    placed_orders = models.PositiveIntegerField(default=0)
    placed_value = AmountField(default=0)
    paid_orders = models.PositiveIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    item_value = AmountField(default=0)
    discounts = AmountField(default=0)
    freight = AmountField(default=0)
    tax = AmountField(default=0)
    paid_gmv = AmountField(default=0)
    shipped = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    refunds = AmountField(default=0)
    refund_count = models.PositiveIntegerField(default=0)
    all_settled_orders = models.PositiveIntegerField(default=0)
    all_settled_gmv = AmountField(default=0)
    rebuilt_at = models.DateTimeField()
    complete_through = models.DateTimeField(help_text=_("Up to which instant of the day its rows were there to see"))
    is_final = models.BooleanField(help_text=_("No event of the day can arrive any more"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day"], name="merchant_day_once")]
        indexes = [models.Index(fields=["day"], condition=Q(is_final=False), name="merchant_day_provisional")]

    def __str__(self):
        return f"{self.merchant_id} {self.day}"


class CampaignDayFact(Fact, Advertised):
    """A campaign's day."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day", "campaign"], name="campaign_day_fact_once")]

    def __str__(self):
        return f"{self.campaign_id} {self.day}"


class ProductDay(Fact, Advertised, Bought):
    """A product's day."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    paid_orders = models.PositiveIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    line_value = AmountField(default=0)
    line_refunds = AmountField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day", "product"], name="product_day_once")]

    def __str__(self):
        return f"{self.product_id} {self.day}"


class Echo(Fact):
    """What happened on a day and counts for an earlier one, or the same: of the merchant, a campaign or a product.

    Sales and refunds count for the day of the touch and for that of the settlement, second purchases for the day of the
    first, settlements for the day of payment.
    """

    about = models.DateField(help_text=_("The day it counts for"))
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+", db_index=False)
    touch_orders = models.PositiveIntegerField(default=0)
    touch_gmv = AmountField(default=0)
    touch_direct_gmv = AmountField(default=0)
    touch_new_gmv = AmountField(default=0)
    touch_refunds = AmountField(default=0)
    touch_claimed = AmountField(default=0)
    settled_orders = models.PositiveIntegerField(default=0)
    settled_gmv = AmountField(default=0)
    settled_direct_gmv = AmountField(default=0)
    settled_new_gmv = AmountField(default=0)
    settled_refunds = AmountField(default=0)
    again_7 = models.PositiveIntegerField(default=0, db_default=0)
    again_15 = models.PositiveIntegerField(default=0, db_default=0)
    again_30 = models.PositiveIntegerField(default=0, db_default=0)
    again_60 = models.PositiveIntegerField(default=0, db_default=0)
    ltv_30 = AmountField(default=0, db_default=0)
    settled_in_7 = AmountField(default=0, db_default=0)
    settled_in_14 = AmountField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "day", "about", "campaign", "product"], name="echo_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(about__lte=F("day")), name="echo_comes_after"),
        ]
        indexes = [models.Index(fields=["merchant", "about"], name="echo_about")]

    def __str__(self):
        return f"{self.merchant_id} {self.day} about {self.about}"


class PaymentDay(Fact):
    """What one way of paying brought in on a day, by the day its orders became paid."""

    method = models.CharField(max_length=24)
    payments = models.PositiveIntegerField(default=0)
    amount = AmountField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day", "method"], name="payment_day_once")]

    def __str__(self):
        return f"{self.method} {self.day}"


class FactsMark(models.Model):
    """How far a table of raw rows has been looked through for days to rebuild.

    Rows are numbered before they are committed, so a number counts as settled only when it was seen a while ago.
    """

    source = models.CharField(max_length=20, unique=True)
    settled = models.BigIntegerField(default=0)
    seen = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(settled__lte=F("seen")), name="facts_mark_settles_seen")]

    def __str__(self):
        return f"{self.source} {self.settled}"


class Export(models.Model):
    """A file of rows that somebody asked for, kept for some days."""

    class Kind(models.TextChoices):
        ORDERS = "orders", _("Orders")
        LINES = "order_lines", _("Order lines")
        ADS = "ad_days", _("Ads by day")
        PRODUCTS = "product_days", _("Products by day")
        DAYS = "days", _("Days")
        MONEY = "payments", _("Payments and refunds")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", _("Excel (XLSX)")

    code = CodeField(prefix="exp")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    format = models.CharField(_("format"), max_length=4, choices=Format, default=Format.CSV)
    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    columns = ArrayField(models.CharField(max_length=24), verbose_name=_("columns"))
    language = models.CharField(max_length=10, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    file = models.FileField(upload_to="exports/", storage=private, blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="export_period"),
            models.CheckConstraint(condition=Q(columns__len__gt=0), name="export_has_columns"),
        ]
        indexes = [models.Index(fields=["merchant", "-requested_at"])]

    def __str__(self):
        return f"{self.get_kind_display()} {self.first} – {self.last}"
