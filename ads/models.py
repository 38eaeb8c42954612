"""The tables of the ads room: campaigns, events in day partitions, charges, conversions and credits."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.models import Transfer
from chengfeng.money import AmountField, CurrencyField
from shops.models import Category, Merchant, Product, User

ALWAYS = "1" * 168


class Campaign(models.Model):
    """What a merchant wants advertised, for how much, when, and to whom."""

    class Objective(models.TextChoices):
        PRODUCT_SALES = "product_sales", _("Product sales")

    class BidMode(models.TextChoices):
        CPC = "cpc", _("Manual CPC")

    class State(models.TextChoices):
        PAUSED = "paused", _("Paused")
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    code = CodeField(prefix="cmp")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    objective = models.CharField(_("objective"), max_length=16, choices=Objective, default=Objective.PRODUCT_SALES)
    bid_mode = models.CharField(_("bidding"), max_length=8, choices=BidMode, default=BidMode.CPC)
    bid = AmountField(_("highest price per click"))
    daily_budget = AmountField(_("daily budget"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PAUSED)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    hours = models.CharField(_("hours of the week"), max_length=168, default=ALWAYS, help_text=_("Monday 0 h first"))
    categories = models.ManyToManyField(Category, related_name="+", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(bid__gt=0), name="campaign_bids"),
            models.CheckConstraint(condition=Q(daily_budget__gte=F("bid")), name="campaign_affords_a_click"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="campaign_ends"
            ),
            models.CheckConstraint(condition=Q(hours__regex=r"^[01]{168}$"), name="campaign_hours_are_a_week"),
        ]
        indexes = [models.Index(fields=["merchant", "state"])]

    def __str__(self):
        return self.name


class Ad(models.Model):
    """One product shown by a campaign."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")

    code = CodeField(prefix="ad")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="ads")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "product"], name="ad_product_once")]

    def __str__(self):
        return f"{self.campaign} · {self.product}"


class Keyword(models.Model):
    """A search for which a campaign bids."""

    class Match(models.TextChoices):
        BROAD = "broad", _("Broad")
        PHRASE = "phrase", _("Phrase")
        EXACT = "exact", _("Exact")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="keywords")
    text = models.CharField(_("keyword"), max_length=80)
    match = models.CharField(_("match"), max_length=8, choices=Match, default=Match.BROAD)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "text", "match"], name="keyword_once")]

    def __str__(self):
        return self.text


class CampaignDay(models.Model):
    """What a campaign spent on one local day, beside the budget it could not exceed."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="days")
    day = models.DateField()
    budget = AmountField()
    spent = AmountField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day"], name="campaign_day_once"),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & Q(spent__lte=F("budget")), name="campaign_day_in_budget"
            ),
        ]

    def __str__(self):
        return f"{self.campaign} {self.day}"


class AdDay(models.Model):
    """How often an ad was validly seen and clicked on one decision day (UTC): what predictions learn from."""

    ad = models.ForeignKey(Ad, models.PROTECT, related_name="+")
    day = models.DateField()
    impressions = models.PositiveIntegerField()
    clicks = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ad", "day"], name="ad_day_once")]
        indexes = [models.Index(fields=["day"], name="ad_day_day")]

    def __str__(self):
        return f"{self.ad} {self.day}"


class EventKind(models.TextChoices):
    IMPRESSION = "impression", _("Impression")
    VIEWABLE = "viewable", _("Viewable impression")
    CLICK = "click", _("Click")
    ENGAGEMENT = "engagement", _("Engagement")


class Placement(models.TextChoices):
    FEED = "feed", _("Feed")
    SEARCH = "search", _("Search results")
    PRODUCT = "product", _("Product page")
    SHOP = "shop", _("Shop page")


class Event(models.Model):
    """What happened to a served ad, once per token and kind; append-only, partitioned by decision day (UTC)."""

    pk = models.CompositePrimaryKey("day", "token", "kind")
    day = models.DateField()
    token = models.UUIDField()
    kind = models.CharField(max_length=10, choices=EventKind)
    merchant = models.ForeignKey(Merchant, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    campaign = models.ForeignKey(Campaign, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    ad = models.ForeignKey(Ad, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    product = models.ForeignKey(Product, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    placement = models.CharField(max_length=12, choices=Placement)
    position = models.PositiveSmallIntegerField()
    shopper = models.UUIDField()
    bid = AmountField()
    price = AmountField(help_text=_("Clearing price of a click"))
    decided_at = models.DateTimeField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_valid = models.BooleanField(default=True)
    reason = models.CharField(max_length=24, blank=True, help_text=_("Why it is invalid, or valid but free of charge"))

    class Meta:
        indexes = [
            models.Index(fields=["shopper", "at"], condition=Q(kind="click"), name="event_touches"),
            models.Index(fields=["merchant", "at"], name="event_of_merchant"),
        ]

    def __str__(self):
        return f"{self.kind} {self.token}"


class Charge(models.Model):
    """The price of one valid click, taken from the wallet by one transfer."""

    code = CodeField(prefix="chg")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    event_day = models.DateField()
    token = models.UUIDField(help_text=_("Of the click"))
    day = models.DateField(help_text=_("Local day of the merchant, whose budget paid"))
    bid = AmountField()
    amount = AmountField()
    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_day", "token"], name="charge_click_once"),
            models.CheckConstraint(condition=Q(amount__gt=0) & Q(amount__lte=F("bid")), name="charge_within_bid"),
        ]
        indexes = [models.Index(fields=["merchant", "at"]), models.Index(fields=["campaign", "day"])]

    def __str__(self):
        return self.code


class TopUp(models.Model):
    """Money on its way into a wallet."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    code = CodeField(prefix="top")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    amount = AmountField(_("amount"))
    currency = CurrencyField()
    provider = models.CharField(max_length=16, default="sandbox")
    provider_reference = models.CharField(max_length=80, null=True, blank=True, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="top_up_adds"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(transfer__isnull=False), name="top_up_done_is_posted"
            ),
        ]

    def __str__(self):
        return self.code


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

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    line = models.ForeignKey(ConversionLine, models.PROTECT, related_name="credits")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    ad = models.ForeignKey(Ad, models.PROTECT, related_name="+")
    event_day = models.DateField()
    token = models.UUIDField(help_text=_("Of the touch"))
    touch = models.CharField(max_length=10, choices=EventKind)
    rule = models.CharField(max_length=24)
    reason = models.CharField(max_length=8, choices=Reason)
    cause = models.CharField(max_length=40, help_text=_("Code of the order or refund"))
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
        indexes = [models.Index(fields=["merchant", "at"]), models.Index(fields=["campaign", "at"])]

    def __str__(self):
        return f"{self.amount} {self.reason}"
