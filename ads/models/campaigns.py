"""Account, campaign, ad group, ad: what a merchant wants advertised, for how much, when, where and to whom."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField
from shops.models import Category, Merchant, Note, Product, User

ALWAYS = "1" * 168
LOWEST_ROI, HIGHEST_ROI = Decimal("0.01"), Decimal("100")


class Placement(models.TextChoices):
    FEED = "feed", _("Feed")
    SEARCH = "search", _("Search results")
    PRODUCT = "product", _("Product page")
    SHOP = "shop", _("Shop page")


def everywhere() -> list[str]:
    """Return every placement."""
    return list(Placement.values)


class AdAccount(models.Model):
    """What a merchant has decided for all of its campaigns together."""

    merchant = models.OneToOneField(Merchant, models.PROTECT, related_name="+")
    daily_budget = AmountField(_("daily budget of all campaigns"), null=True, blank=True)
    approval_limit = AmountField(
        _("daily budget above which a second person approves"), null=True, blank=True,
        help_text=_("Empty: nobody else has to approve."),
    )  # fmt: skip
    alert_balance = AmountField(_("warn when the wallet falls below"), null=True, blank=True)
    alert_days = models.PositiveSmallIntegerField(_("warn when it lasts fewer days than"), default=3)
    alerted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(daily_budget__isnull=True) | Q(daily_budget__gt=0), name="ad_account_budgets"
            )
        ]

    def __str__(self):
        return str(self.merchant)


class Campaign(models.Model):
    """What a merchant wants advertised, for how much, when and where; its ad groups say what and to whom.

    A bid is per click, or per 1,000 viewable impressions (`cpm`); in the modes that bid by themselves it is optional,
    the highest price per click.
    """

    class Objective(models.TextChoices):
        PRODUCT_SALES = "product_sales", _("Product sales")
        NEW_CUSTOMERS = "new_customers", _("New customers of the shop")
        SEEDING = "seeding", _("Engagement with notes")
        LIVE = "live", _("Live room")
        LEADS = "leads", _("Leads")

    class BidMode(models.TextChoices):
        CPC = "cpc", _("Manual CPC")
        CPM = "cpm", _("Manual CPM (viewable)")
        MAX_CONVERSIONS = "max_conversions", _("Most conversions")
        TARGET_COST = "target_cost", _("Target cost per conversion")
        TARGET_ROI = "target_roi", _("Target ROI")

    class RoiOn(models.TextChoices):
        PAID = "paid", _("Paid value")
        SETTLED = "settled", _("Settled value")

    class Pacing(models.TextChoices):
        EVEN = "even", _("Evenly over the day")
        FAST = "fast", _("As fast as possible")

    class State(models.TextChoices):
        PAUSED = "paused", _("Paused")
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    MANUAL = frozenset({BidMode.CPC, BidMode.CPM})

    code = CodeField(prefix="cmp")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    objective = models.CharField(_("objective"), max_length=16, choices=Objective, default=Objective.PRODUCT_SALES)
    bid_mode = models.CharField(_("bidding"), max_length=16, choices=BidMode, default=BidMode.CPC)
    bid = AmountField(_("bid"), null=True, blank=True)
    target_cost = AmountField(_("target cost per conversion"), null=True, blank=True)
    target_roi = models.DecimalField(_("target ROI"), max_digits=6, decimal_places=2, null=True, blank=True)
    roi_on = models.CharField(_("ROI on"), max_length=8, choices=RoiOn, default=RoiOn.PAID)
    daily_budget = AmountField(_("daily budget"))
    total_budget = AmountField(_("total budget"), null=True, blank=True)
    pacing = models.CharField(_("pacing"), max_length=4, choices=Pacing, default=Pacing.EVEN)
    placements = ArrayField(models.CharField(max_length=12, choices=Placement), default=everywhere)
    frequency_cap = models.PositiveSmallIntegerField(
        _("impressions per person and day"), null=True, blank=True, help_text=_("Empty: the platform's own limit.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PAUSED)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    hours = models.CharField(_("hours of the week"), max_length=168, default=ALWAYS, help_text=_("Monday 0 h first"))
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(bid__isnull=True) | Q(bid__gt=0), name="campaign_bids"),
            models.CheckConstraint(
                condition=~Q(bid_mode__in=["cpc", "cpm"]) | Q(bid__isnull=False), name="campaign_manual_bid_is_given"
            ),
            models.CheckConstraint(
                condition=~Q(bid_mode="target_cost") | Q(target_cost__gt=0), name="campaign_target_cost_is_given"
            ),
            models.CheckConstraint(
                condition=~Q(bid_mode="target_roi") | Q(target_roi__gte=LOWEST_ROI, target_roi__lte=HIGHEST_ROI),
                name="campaign_target_roi_is_given",
            ),
            models.CheckConstraint(condition=Q(daily_budget__gt=0), name="campaign_has_a_budget"),
            models.CheckConstraint(
                condition=~Q(bid_mode="cpc") | Q(daily_budget__gte=F("bid")), name="campaign_affords_a_click"
            ),
            models.CheckConstraint(
                condition=Q(total_budget__isnull=True) | Q(total_budget__gt=0), name="campaign_total_budget"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="campaign_ends"
            ),
            models.CheckConstraint(condition=Q(hours__regex=r"^[01]{168}$"), name="campaign_hours_are_a_week"),
            models.CheckConstraint(condition=Q(placements__len__gt=0), name="campaign_runs_somewhere"),
        ]
        indexes = [models.Index(fields=["merchant", "state"])]

    def __str__(self):
        return self.name

    @property
    def is_manual(self) -> bool:
        """Whether the merchant fixes the bid, so that there is nothing to learn."""
        return self.bid_mode in self.MANUAL


class PlacementModifier(models.Model):
    """How much more or less, in per cent, a campaign bids on a placement."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="modifiers")
    placement = models.CharField(_("placement"), max_length=12, choices=Placement)
    percent = models.SmallIntegerField(_("per cent"), validators=[MinValueValidator(-99), MaxValueValidator(900)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "placement"], name="placement_modifier_once"),
            models.CheckConstraint(condition=Q(percent__gte=-99, percent__lte=900), name="placement_modifier_range"),
        ]

    def __str__(self):
        return f"{self.placement} {self.percent:+} %"


class PromotionDays(models.Model):
    """Local days on which a campaign bids and spends more (or less): a bid in per cent, a budget in per cent.

    In a campaign with a target it is the target that gives way: +25 % bid means a target ROI divided by 1.25.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="promotion_days")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    bid_percent = models.SmallIntegerField(_("bid"), default=0)
    budget_percent = models.SmallIntegerField(_("budget"), default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="promotion_days_end"),
            models.CheckConstraint(
                condition=Q(bid_percent__gte=-99, bid_percent__lte=900)
                & Q(budget_percent__gte=-99, budget_percent__lte=900),
                name="promotion_days_range",
            ),
        ]

    def __str__(self):
        return f"{self.first_day} – {self.last_day}"


class AdGroup(models.Model):
    """Ads of a campaign that share whom they are shown to, and may share a bid of their own."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ARCHIVED = "archived", _("Archived")

    code = CodeField(prefix="grp")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="groups")
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    bid = AmountField(_("bid of the group"), null=True, blank=True, help_text=_("Empty: the campaign's."))
    categories = models.ManyToManyField(Category, related_name="+", blank=True)
    exclude_buyers_days = models.PositiveSmallIntegerField(
        _("leave out who bought from the shop in the last days"), null=True, blank=True
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(bid__isnull=True) | Q(bid__gt=0), name="ad_group_bids")]

    def __str__(self):
        return self.name


class Ad(models.Model):
    """A creative of a group: a product, or a note that leads to it, with a headline of its own if one was written."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")

    class Review(models.TextChoices):
        PENDING = "pending", _("Under review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    code = CodeField(prefix="ad")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="ads")
    group = models.ForeignKey(AdGroup, models.PROTECT, related_name="ads")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    note = models.ForeignKey(Note, models.PROTECT, null=True, blank=True, related_name="+")
    headline = models.CharField(_("headline"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ACTIVE)
    review = models.CharField(_("review"), max_length=8, choices=Review, default=Review.APPROVED)
    review_reason = models.CharField(_("reason"), max_length=200, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "product", "note"], nulls_distinct=False, name="ad_once"),
            models.CheckConstraint(
                condition=~Q(review="rejected") | ~Q(review_reason=""), name="ad_rejected_for_a_reason"
            ),
        ]

    def __str__(self):
        return f"{self.campaign} · {self.product}"


class Match(models.TextChoices):
    BROAD = "broad", _("Broad")
    PHRASE = "phrase", _("Phrase")
    EXACT = "exact", _("Exact")


class Keyword(models.Model):
    """A search for which a group bids."""

    Match = Match

    group = models.ForeignKey(AdGroup, models.CASCADE, related_name="keywords")
    text = models.CharField(_("keyword"), max_length=80)
    match = models.CharField(_("match"), max_length=8, choices=Match, default=Match.BROAD)
    bid = AmountField(_("bid of the keyword"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "text", "match"], name="keyword_once"),
            models.CheckConstraint(condition=Q(bid__isnull=True) | Q(bid__gt=0), name="keyword_bids"),
        ]

    def __str__(self):
        return self.text


class NegativeKeyword(models.Model):
    """A search on which a campaign, or one group of it, is not shown."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="negatives")
    group = models.ForeignKey(AdGroup, models.CASCADE, null=True, blank=True, related_name="negatives")
    text = models.CharField(_("negative keyword"), max_length=80)
    match = models.CharField(_("match"), max_length=8, choices=Match, default=Match.EXACT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "group", "text", "match"], nulls_distinct=False, name="negative_keyword_once"
            )
        ]

    def __str__(self):
        return self.text
