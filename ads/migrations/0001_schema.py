"""The tables of ads: campaigns, events and behaviours by day, money spent, what is learned and what is credited."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.migrations import CreateModel

from ads.models.campaigns import everywhere
from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField
from chengfeng.tables import CreateModels, CreatePartitioned

TABLES = [
    CreateModel(
        name="AdAccount",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.OneToOneField(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            (
                "daily_budget",
                AmountField(
                    blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="daily budget of all campaigns"
                ),
            ),
            (
                "approval_limit",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    help_text="Empty: nobody else has to approve.",
                    max_digits=18,
                    null=True,
                    verbose_name="daily budget above which a second person approves",
                ),
            ),
            (
                "alert_balance",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    max_digits=18,
                    null=True,
                    verbose_name="warn when the wallet falls below",
                ),
            ),
            (
                "alert_days",
                models.PositiveSmallIntegerField(default=3, verbose_name="warn when it lasts fewer days than"),
            ),
            ("alerted_at", models.DateTimeField(blank=True, editable=False, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("daily_budget__isnull", True), ("daily_budget__gt", 0), _connector="OR"),
                    name="ad_account_budgets",
                )
            ],
        },
    ),
    CreateModel(
        name="Campaign",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="cmp")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("name", models.CharField(max_length=120, verbose_name="name")),
            (
                "objective",
                models.CharField(
                    choices=[
                        ("product_sales", "Product sales"),
                        ("new_customers", "New customers of the shop"),
                        ("seeding", "Engagement with notes"),
                        ("live", "Live room"),
                        ("leads", "Leads"),
                    ],
                    default="product_sales",
                    max_length=16,
                    verbose_name="objective",
                ),
            ),
            (
                "bid_mode",
                models.CharField(
                    choices=[
                        ("cpc", "Manual CPC"),
                        ("cpm", "Manual CPM (viewable)"),
                        ("max_conversions", "Most conversions"),
                        ("target_cost", "Target cost per conversion"),
                        ("target_roi", "Target ROI"),
                    ],
                    default="cpc",
                    max_length=16,
                    verbose_name="bidding",
                ),
            ),
            ("bid", AmountField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="bid")),
            (
                "target_cost",
                AmountField(
                    blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="target cost per conversion"
                ),
            ),
            (
                "target_roi",
                models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="target ROI"),
            ),
            (
                "roi_on",
                models.CharField(
                    choices=[("paid", "Paid value"), ("settled", "Settled value")],
                    default="paid",
                    max_length=8,
                    verbose_name="ROI on",
                ),
            ),
            ("daily_budget", AmountField(decimal_places=4, max_digits=18, verbose_name="daily budget")),
            (
                "total_budget",
                AmountField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="total budget"),
            ),
            (
                "pacing",
                models.CharField(
                    choices=[("even", "Evenly over the day"), ("fast", "As fast as possible")],
                    default="even",
                    max_length=4,
                    verbose_name="pacing",
                ),
            ),
            (
                "placements",
                ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("feed", "Feed"),
                            ("search", "Search results"),
                            ("product", "Product page"),
                            ("shop", "Shop page"),
                        ],
                        max_length=12,
                    ),
                    default=everywhere,
                    size=None,
                ),
            ),
            (
                "frequency_cap",
                models.PositiveSmallIntegerField(
                    blank=True,
                    help_text="Empty: the platform's own limit.",
                    null=True,
                    verbose_name="impressions per person and day",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[("paused", "Paused"), ("active", "Active"), ("archived", "Archived")],
                    default="paused",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            ("starts_at", models.DateTimeField(verbose_name="starts")),
            ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
            (
                "hours",
                models.CharField(
                    default="111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111",
                    help_text="Monday 0 h first",
                    max_length=168,
                    verbose_name="hours of the week",
                ),
            ),
            ("version", models.PositiveIntegerField(default=1)),
            (
                "created_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("updated_at", models.DateTimeField()),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "state"], name="ads_campaig_merchan_b433bb_idx")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("bid__isnull", True), ("bid__gt", 0), _connector="OR"), name="campaign_bids"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bid_mode__in", ["cpc", "cpm"]), _negated=True),
                        ("bid__isnull", False),
                        _connector="OR",
                    ),
                    name="campaign_manual_bid_is_given",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bid_mode", "target_cost"), _negated=True), ("target_cost__gt", 0), _connector="OR"
                    ),
                    name="campaign_target_cost_is_given",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bid_mode", "target_roi"), _negated=True),
                        models.Q(("target_roi__gte", Decimal("0.01")), ("target_roi__lte", Decimal("100"))),
                        _connector="OR",
                    ),
                    name="campaign_target_roi_is_given",
                ),
                models.CheckConstraint(condition=models.Q(("daily_budget__gt", 0)), name="campaign_has_a_budget"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bid_mode", "cpc"), _negated=True),
                        ("daily_budget__gte", models.F("bid")),
                        _connector="OR",
                    ),
                    name="campaign_affords_a_click",
                ),
                models.CheckConstraint(
                    condition=models.Q(("total_budget__isnull", True), ("total_budget__gt", 0), _connector="OR"),
                    name="campaign_total_budget",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                    ),
                    name="campaign_ends",
                ),
                models.CheckConstraint(
                    condition=models.Q(("hours__regex", "^[01]{168}$")), name="campaign_hours_are_a_week"
                ),
                models.CheckConstraint(condition=models.Q(("placements__len__gt", 0)), name="campaign_runs_somewhere"),
            ],
        },
    ),
    CreateModel(
        name="PlacementModifier",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("campaign", models.ForeignKey(on_delete=models.CASCADE, related_name="modifiers", to="ads.campaign")),
            (
                "placement",
                models.CharField(
                    choices=[
                        ("feed", "Feed"),
                        ("search", "Search results"),
                        ("product", "Product page"),
                        ("shop", "Shop page"),
                    ],
                    max_length=12,
                    verbose_name="placement",
                ),
            ),
            (
                "percent",
                models.SmallIntegerField(
                    validators=[MinValueValidator(-99), MaxValueValidator(900)], verbose_name="per cent"
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("campaign", "placement"), name="placement_modifier_once"),
                models.CheckConstraint(
                    condition=models.Q(("percent__gte", -99), ("percent__lte", 900)), name="placement_modifier_range"
                ),
            ],
        },
    ),
    CreateModel(
        name="PromotionDays",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("campaign", models.ForeignKey(on_delete=models.CASCADE, related_name="promotion_days", to="ads.campaign")),
            ("first_day", models.DateField(verbose_name="first day")),
            ("last_day", models.DateField(verbose_name="last day")),
            ("bid_percent", models.SmallIntegerField(default=0, verbose_name="bid")),
            ("budget_percent", models.SmallIntegerField(default=0, verbose_name="budget")),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("last_day__gte", models.F("first_day"))), name="promotion_days_end"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("bid_percent__gte", -99),
                        ("bid_percent__lte", 900),
                        ("budget_percent__gte", -99),
                        ("budget_percent__lte", 900),
                    ),
                    name="promotion_days_range",
                ),
            ],
        },
    ),
    CreateModel(
        name="AdGroup",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="grp")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="groups", to="ads.campaign")),
            ("name", models.CharField(max_length=120, verbose_name="name")),
            (
                "state",
                models.CharField(
                    choices=[("active", "Active"), ("paused", "Paused"), ("archived", "Archived")],
                    default="active",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            (
                "bid",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    help_text="Empty: the campaign's.",
                    max_digits=18,
                    null=True,
                    verbose_name="bid of the group",
                ),
            ),
            (
                "exclude_buyers_days",
                models.PositiveSmallIntegerField(
                    blank=True, null=True, verbose_name="leave out who bought from the shop in the last days"
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("categories", models.ManyToManyField(blank=True, related_name="+", to="shops.category")),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("bid__isnull", True), ("bid__gt", 0), _connector="OR"), name="ad_group_bids"
                )
            ],
        },
    ),
    CreateModel(
        name="Ad",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="ad")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="ads", to="ads.campaign")),
            ("group", models.ForeignKey(on_delete=models.PROTECT, related_name="ads", to="ads.adgroup")),
            ("product", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.product")),
            (
                "note",
                models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.note"),
            ),
            ("headline", models.CharField(blank=True, max_length=60, verbose_name="headline")),
            (
                "state",
                models.CharField(
                    choices=[("active", "Active"), ("paused", "Paused")],
                    default="active",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            (
                "review",
                models.CharField(
                    choices=[("pending", "Under review"), ("approved", "Approved"), ("rejected", "Rejected")],
                    default="approved",
                    max_length=8,
                    verbose_name="review",
                ),
            ),
            ("review_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            (
                "reviewed_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("reviewed_at", models.DateTimeField(blank=True, null=True)),
            ("created_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("group", "product", "note"), name="ad_once", nulls_distinct=False),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("review", "rejected"), _negated=True),
                        models.Q(("review_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="ad_rejected_for_a_reason",
                ),
            ],
        },
    ),
    CreateModel(
        name="Keyword",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("group", models.ForeignKey(on_delete=models.CASCADE, related_name="keywords", to="ads.adgroup")),
            ("text", models.CharField(max_length=80, verbose_name="keyword")),
            (
                "match",
                models.CharField(
                    choices=[("broad", "Broad"), ("phrase", "Phrase"), ("exact", "Exact")],
                    default="broad",
                    max_length=8,
                    verbose_name="match",
                ),
            ),
            (
                "bid",
                AmountField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="bid of the keyword"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("group", "text", "match"), name="keyword_once"),
                models.CheckConstraint(
                    condition=models.Q(("bid__isnull", True), ("bid__gt", 0), _connector="OR"), name="keyword_bids"
                ),
            ],
        },
    ),
    CreateModel(
        name="NegativeKeyword",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("campaign", models.ForeignKey(on_delete=models.CASCADE, related_name="negatives", to="ads.campaign")),
            (
                "group",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.CASCADE, related_name="negatives", to="ads.adgroup"
                ),
            ),
            ("text", models.CharField(max_length=80, verbose_name="negative keyword")),
            (
                "match",
                models.CharField(
                    choices=[("broad", "Broad"), ("phrase", "Phrase"), ("exact", "Exact")],
                    default="exact",
                    max_length=8,
                    verbose_name="match",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("campaign", "group", "text", "match"), name="negative_keyword_once", nulls_distinct=False
                )
            ],
        },
    ),
    CreatePartitioned(
        name="AuctionRecord",
        by="day",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "day", "number", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("day", models.DateField()),
            ("number", models.UUIDField()),
            ("at", models.DateTimeField()),
            (
                "placement",
                models.CharField(
                    choices=[
                        ("feed", "Feed"),
                        ("search", "Search results"),
                        ("product", "Product page"),
                        ("shop", "Shop page"),
                    ],
                    max_length=12,
                ),
            ),
            ("slots", models.PositiveSmallIntegerField()),
            ("term", models.BigIntegerField(null=True)),
            ("category", models.CharField(blank=True, max_length=80)),
            ("shopper", models.UUIDField()),
            ("draw", models.BigIntegerField()),
            ("versions", models.JSONField(default=dict, help_text="Versions of the predictions by kind")),
            ("reason", models.CharField(blank=True, help_text="Why nothing was shown", max_length=20)),
            ("weight", models.FloatField(default=1)),
            ("candidates", models.JSONField(default=list)),
        ],
        options={
            "indexes": [models.Index(fields=["at"], name="auction_record_at")],
        },
    ),
    CreateModel(
        name="AuctionHour",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ads.campaign")),
            ("hour", models.DateTimeField()),
            (
                "placement",
                models.CharField(
                    choices=[
                        ("feed", "Feed"),
                        ("search", "Search results"),
                        ("product", "Product page"),
                        ("shop", "Shop page"),
                    ],
                    max_length=12,
                ),
            ),
            ("outcome", models.CharField(max_length=20)),
            ("auctions", models.FloatField()),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "hour"], name="auction_hour_of_merchant")],
            "constraints": [
                models.UniqueConstraint(fields=("campaign", "hour", "placement", "outcome"), name="auction_hour_once")
            ],
        },
    ),
    CreatePartitioned(
        name="Event",
        by="day",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "day", "token", "kind", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("day", models.DateField()),
            ("token", models.UUIDField()),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("impression", "Impression"),
                        ("viewable", "Viewable impression"),
                        ("click", "Click"),
                        ("engagement", "Engagement"),
                    ],
                    max_length=10,
                ),
            ),
            (
                "merchant",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=models.DO_NOTHING,
                    related_name="+",
                    to="shops.merchant",
                ),
            ),
            (
                "campaign",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=models.DO_NOTHING,
                    related_name="+",
                    to="ads.campaign",
                ),
            ),
            (
                "group",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=models.DO_NOTHING,
                    related_name="+",
                    to="ads.adgroup",
                ),
            ),
            (
                "ad",
                models.ForeignKey(
                    db_constraint=False, db_index=False, on_delete=models.DO_NOTHING, related_name="+", to="ads.ad"
                ),
            ),
            (
                "product",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=models.DO_NOTHING,
                    related_name="+",
                    to="shops.product",
                ),
            ),
            (
                "keyword",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=models.DO_NOTHING,
                    related_name="+",
                    to="ads.keyword",
                ),
            ),
            ("term", models.BigIntegerField(help_text="Number of the search term", null=True)),
            (
                "placement",
                models.CharField(
                    choices=[
                        ("feed", "Feed"),
                        ("search", "Search results"),
                        ("product", "Product page"),
                        ("shop", "Shop page"),
                    ],
                    max_length=12,
                ),
            ),
            ("position", models.PositiveSmallIntegerField()),
            ("shopper", models.UUIDField()),
            (
                "pricing",
                models.CharField(
                    choices=[("cpc", "Per click"), ("cpm", "Per viewable impression")], default="cpc", max_length=3
                ),
            ),
            (
                "bid",
                AmountField(
                    decimal_places=4,
                    help_text="Highest price of what is charged: a click or one viewable impression",
                    max_digits=18,
                ),
            ),
            ("price", AmountField(decimal_places=4, help_text="Clearing price of what is charged", max_digits=18)),
            ("pctr", models.FloatField(help_text="Predicted probability of a click", null=True)),
            ("pcvr", models.FloatField(help_text="Predicted probability of a purchase after a click", null=True)),
            ("is_explored", models.BooleanField(default=False, help_text="Shown to learn about the ad")),
            ("decided_at", models.DateTimeField()),
            ("at", models.DateTimeField()),
            ("received_at", models.DateTimeField()),
            ("network", models.BinaryField(help_text="Keyed hash of the visitor's /24 or /48", null=True)),
            ("is_valid", models.BooleanField(default=True)),
            (
                "reason",
                models.CharField(blank=True, help_text="Why it is invalid, or valid but free of charge", max_length=24),
            ),
            ("rescored_at", models.DateTimeField(null=True)),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("kind", "click")), fields=["shopper", "at"], name="event_touches"),
                models.Index(
                    condition=models.Q(("kind", "click")), fields=["campaign", "at"], name="event_clicks_of_campaign"
                ),
                models.Index(fields=["merchant", "at"], name="event_of_merchant"),
                models.Index(
                    condition=models.Q(("rescored_at__isnull", False)), fields=["rescored_at"], name="event_rescored"
                ),
                BrinIndex(autosummarize=True, fields=["received_at"], name="event_received"),
            ],
        },
    ),
    CreateModel(
        name="AdDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("ad", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ads.ad")),
            ("day", models.DateField()),
            ("impressions", models.PositiveIntegerField()),
            ("clicks", models.PositiveIntegerField()),
        ],
        options={
            "indexes": [models.Index(fields=["day"], name="ad_day_day")],
            "constraints": [models.UniqueConstraint(fields=("ad", "day"), name="ad_day_once")],
        },
    ),
    CreatePartitioned(
        name="Behaviour",
        by="day",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "day", "shopper", "kind", "product", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("day", models.DateField()),
            ("shopper", models.UUIDField()),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("view", "Viewed"),
                        ("read", "Read a note about it"),
                        ("cart", "Put into the cart"),
                        ("buy", "Bought"),
                    ],
                    max_length=4,
                ),
            ),
            (
                "product",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=models.DO_NOTHING,
                    related_name="+",
                    to="shops.product",
                ),
            ),
            (
                "merchant",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=models.DO_NOTHING,
                    related_name="+",
                    to="shops.merchant",
                ),
            ),
            ("at", models.DateTimeField(help_text="First time on that day")),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "kind", "day"], name="behaviour_of_merchant")],
        },
    ),
    CreateModel(
        name="SearchTerm",
        fields=[
            ("number", models.BigIntegerField(primary_key=True, serialize=False)),
            ("text", models.CharField(max_length=200, unique=True)),
            ("first_at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="Audience",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="aud")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("name", models.CharField(max_length=120, verbose_name="name")),
            (
                "kinds",
                ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("view", "Viewed"),
                            ("read", "Read a note about it"),
                            ("cart", "Put into the cart"),
                            ("buy", "Bought"),
                        ],
                        max_length=4,
                    ),
                    size=None,
                    verbose_name="what they did",
                ),
            ),
            ("days", models.PositiveSmallIntegerField(verbose_name="in the last days")),
            (
                "category",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.category"
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[("active", "Active"), ("archived", "Archived")], default="active", max_length=8
                ),
            ),
            ("size", models.PositiveIntegerField(help_text="People at the last count", null=True)),
            ("counted_at", models.DateTimeField(null=True)),
            ("changed_at", models.DateTimeField(help_text="Last count that found other people", null=True)),
            (
                "created_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("products", models.ManyToManyField(blank=True, related_name="+", to="shops.product")),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("kinds__len__gt", 0)), name="audience_did_something"),
                models.CheckConstraint(condition=models.Q(("days__in", [3, 7, 15, 30])), name="audience_days"),
                models.UniqueConstraint(fields=("merchant", "name"), name="audience_name"),
            ],
        },
    ),
    CreateModel(
        name="AudienceMember",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "audience", "shopper", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            (
                "audience",
                models.ForeignKey(db_index=False, on_delete=models.CASCADE, related_name="+", to="ads.audience"),
            ),
            ("shopper", models.UUIDField()),
        ],
    ),
    CreateModel(
        name="GroupAudience",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("group", models.ForeignKey(on_delete=models.CASCADE, related_name="audiences", to="ads.adgroup")),
            ("audience", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ads.audience")),
            ("is_excluded", models.BooleanField(default=False, verbose_name="leave out")),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("group", "audience"), name="group_audience_once")],
        },
    ),
    CreateModel(
        name="OptOut",
        fields=[
            ("shopper", models.UUIDField(primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="PredictionModel",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(choices=[("click", "Clicks"), ("purchase", "Purchases")], max_length=8)),
            ("version", models.PositiveIntegerField()),
            (
                "state",
                models.CharField(
                    choices=[("serving", "Serving"), ("rejected", "Rejected"), ("retired", "Retired")], max_length=8
                ),
            ),
            ("weights", models.BinaryField()),
            ("trained_through", models.DateTimeField(help_text="Events received before it were learnt from")),
            ("examples", models.BigIntegerField()),
            ("metrics", models.JSONField(default=dict, help_text="Progressive validation and calibration")),
            ("note", models.CharField(blank=True, max_length=200)),
            ("made_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("kind", "version"), name="prediction_model_version"),
                models.UniqueConstraint(
                    condition=models.Q(("state", "serving")), fields=("kind",), name="prediction_model_serves_once"
                ),
            ],
        },
    ),
    CreateModel(
        name="Steering",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("campaign", models.OneToOneField(on_delete=models.PROTECT, related_name="steering", to="ads.campaign")),
            (
                "phase",
                models.CharField(
                    choices=[
                        ("learning", "Learning"),
                        ("learned", "Learned"),
                        ("limited", "Limited by the budget"),
                        ("failed", "Could not learn"),
                    ],
                    default="learning",
                    max_length=8,
                    verbose_name="phase",
                ),
            ),
            ("phase_since", models.DateTimeField()),
            (
                "multiplier",
                models.FloatField(default=1, help_text="Bid = multiplier × what a click is predicted to be worth"),
            ),
            (
                "participation",
                models.FloatField(default=1, help_text="Share of auctions entered, where the bid is fixed"),
            ),
            ("state", models.JSONField(default=dict, help_text="What the controller remembers")),
            ("updated_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("multiplier__gte", 0)), name="steering_multiplies"),
                models.CheckConstraint(
                    condition=models.Q(("participation__gte", 0), ("participation__lte", 1)), name="steering_takes_part"
                ),
            ],
        },
    ),
    CreateModel(
        name="SteeringStep",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ads.campaign")),
            ("at", models.DateTimeField()),
            ("reason", models.CharField(max_length=24)),
            (
                "phase",
                models.CharField(
                    choices=[
                        ("learning", "Learning"),
                        ("learned", "Learned"),
                        ("limited", "Limited by the budget"),
                        ("failed", "Could not learn"),
                    ],
                    max_length=8,
                ),
            ),
            ("spent", AmountField(decimal_places=4, help_text="Today so far", max_digits=18)),
            ("planned", AmountField(decimal_places=4, help_text="What today should have spent by now", max_digits=18)),
            ("conversions", models.FloatField(help_text="Realised in the window")),
            ("predicted_conversions", models.FloatField()),
            ("value", AmountField(decimal_places=4, help_text="Realised in the window", max_digits=18)),
            ("multiplier_before", models.FloatField()),
            ("multiplier_after", models.FloatField()),
            ("participation_after", models.FloatField(default=1)),
            ("details", models.JSONField(default=dict)),
        ],
        options={
            "indexes": [models.Index(fields=["campaign", "-at"], name="steering_step_of_campaign")],
        },
    ),
    CreateModel(
        name="Change",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="chn")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="changes", to="ads.campaign")),
            (
                "batch",
                models.CharField(blank=True, db_index=True, help_text="Changes made together share it", max_length=24),
            ),
            (
                "source",
                models.CharField(
                    choices=[
                        ("page", "Console"),
                        ("program", "Open API"),
                        ("bulk", "Bulk edit"),
                        ("search_terms", "Search terms"),
                        ("rule", "By itself"),
                        ("undo", "Undo"),
                    ],
                    max_length=12,
                ),
            ),
            (
                "by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("before", models.JSONField(default=dict)),
            ("after", models.JSONField(default=dict)),
            ("at", models.DateTimeField()),
            (
                "undoes",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="undone_by", to="ads.change"
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["campaign", "-at"], name="ads_change_campaig_54f3ea_idx"),
                models.Index(fields=["merchant", "-at"], name="ads_change_merchan_7de41a_idx"),
            ],
        },
    ),
    CreateModel(
        name="Proposal",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="pro")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="proposals", to="ads.campaign")),
            ("version", models.PositiveIntegerField(help_text="Of the campaign it was made for")),
            ("wanted", models.JSONField(default=dict)),
            ("before", models.JSONField(default=dict)),
            ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting", "Waiting"),
                        ("approved", "Approved"),
                        ("refused", "Refused"),
                        ("withdrawn", "Withdrawn"),
                        ("outdated", "Outdated"),
                    ],
                    default="waiting",
                    max_length=10,
                ),
            ),
            ("proposed_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("proposed_at", models.DateTimeField()),
            (
                "decided_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("decided_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "approved"), _negated=True),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="proposal_approved_by_another",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "waiting")),
                    fields=("campaign",),
                    name="proposal_waits_once_per_campaign",
                ),
            ],
        },
    ),
    CreateModel(
        name="Eligibility",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("campaign", models.OneToOneField(on_delete=models.PROTECT, related_name="eligibility", to="ads.campaign")),
            ("obstacles", ArrayField(base_field=models.CharField(max_length=24), blank=True, default=list, size=None)),
            ("since", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="Rescore",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ads.campaign")),
            ("happened_at", models.DateTimeField(help_text="The first of the events")),
            ("reason", models.CharField(max_length=24)),
            ("events", models.PositiveIntegerField()),
            ("clicks", models.PositiveIntegerField()),
            (
                "returned",
                AmountField(decimal_places=4, default=0, help_text="Charges given back for them", max_digits=18),
            ),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "at"], name="rescore_of_merchant")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("events__gt", 0), ("clicks__lte", models.F("events")), ("returned__gte", 0)),
                    name="rescore_found_some",
                )
            ],
        },
    ),
    CreateModel(
        name="Appeal",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="apl")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            (
                "campaign",
                models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="ads.campaign"),
            ),
            (
                "kind",
                models.CharField(
                    choices=[("more", "There is more invalid traffic"), ("wrong", "Good traffic was found invalid")],
                    default="more",
                    max_length=5,
                    verbose_name="kind",
                ),
            ),
            ("first", models.DateField(verbose_name="from")),
            ("last", models.DateField(verbose_name="to")),
            ("text", models.TextField(max_length=2000, verbose_name="what you saw")),
            (
                "state",
                models.CharField(
                    choices=[("open", "Open"), ("upheld", "Upheld"), ("refused", "Refused")],
                    default="open",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            ("answer", models.TextField(blank=True, max_length=2000, verbose_name="answer")),
            (
                "returned",
                AmountField(decimal_places=4, default=0, help_text="Charges given back by the answer", max_digits=18),
            ),
            (
                "asked_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("asked_at", models.DateTimeField()),
            (
                "answered_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("answered_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "-asked_at"], name="appeal_of_merchant")],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("first__lte", models.F("last"))), name="appeal_period"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("answered_at__isnull", True), ("state", "open")),
                        models.Q(
                            models.Q(("state", "open"), _negated=True),
                            ("answered_at__isnull", False),
                            models.Q(("answer", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="appeal_answered_in_words",
                ),
            ],
        },
    ),
    CreateModel(
        name="Conversion",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order_code", models.CharField(max_length=24, unique=True)),
            ("shopper", models.UUIDField()),
            ("currency", CurrencyField(max_length=3)),
            (
                "value",
                AmountField(decimal_places=4, help_text="Sum of its lines, without shipping and tax", max_digits=18),
            ),
            ("is_new", models.BooleanField(help_text="The shopper had not bought at the shop in the 365 days before")),
            ("placed_at", models.DateTimeField()),
            ("at", models.DateTimeField(help_text="When it was paid")),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "at"], name="ads_convers_merchan_109206_idx"),
                models.Index(fields=["shopper", "at"], name="ads_convers_shopper_7faf04_idx"),
                BrinIndex(autosummarize=True, fields=["at"], name="conversion_at"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("placed_at__lte", models.F("at"))), name="conversion_placed_first"
                )
            ],
        },
    ),
    CreateModel(
        name="ConversionLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("conversion", models.ForeignKey(on_delete=models.PROTECT, related_name="lines", to="ads.conversion")),
            ("line_code", models.CharField(max_length=24, unique=True)),
            ("product", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.product")),
            (
                "variant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.variant"),
            ),
            ("brand", models.CharField(blank=True, max_length=120)),
            (
                "category",
                models.ForeignKey(
                    db_index=False, null=True, on_delete=models.PROTECT, related_name="+", to="shops.category"
                ),
            ),
            (
                "is_new_to_brand",
                models.BooleanField(help_text="The same of the brand; of goods without a brand, of the shop"),
            ),
            ("quantity", models.PositiveIntegerField()),
            ("value", AmountField(decimal_places=4, max_digits=18)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="conversion_line_not_negative")
            ],
        },
    ),
    CreateModel(
        name="ConversionRefund",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.ForeignKey(on_delete=models.PROTECT, related_name="refunds", to="ads.conversionline")),
            ("code", models.CharField(help_text="Of the refund", max_length=24)),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("at", models.DateTimeField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("line", "code"), name="conversion_refund_once")],
        },
    ),
    CreateModel(
        name="Credit",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("line", models.ForeignKey(on_delete=models.PROTECT, related_name="credits", to="ads.conversionline")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ads.campaign")),
            ("ad", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="ads.ad")),
            ("event_day", models.DateField()),
            ("token", models.UUIDField(help_text="Of the touch")),
            (
                "touch",
                models.CharField(
                    choices=[
                        ("impression", "Impression"),
                        ("viewable", "Viewable impression"),
                        ("click", "Click"),
                        ("engagement", "Engagement"),
                    ],
                    max_length=10,
                ),
            ),
            ("rule", models.CharField(max_length=24)),
            (
                "reason",
                models.CharField(
                    choices=[
                        ("initial", "Sale"),
                        ("refund", "Refund"),
                        ("invalid", "Touch found invalid"),
                        ("linked", "Device known to be the shopper's"),
                        ("late", "Touch reported late"),
                    ],
                    max_length=8,
                ),
            ),
            (
                "cause",
                models.CharField(
                    help_text="Code of the order or refund, token of the touch, or number of the link", max_length=40
                ),
            ),
            (
                "refund",
                models.CharField(
                    blank=True, help_text="Code of the refund it is a part of; else the sale", max_length=24
                ),
            ),
            ("share", models.DecimalField(decimal_places=8, help_text="Part of the line; 0 on a refund", max_digits=9)),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("is_same_product", models.BooleanField(help_text="The advertised product was bought; else halo")),
            ("touched_at", models.DateTimeField()),
            ("at", models.DateTimeField(help_text="When it counts: the moment of the sale or the refund")),
            ("posted_at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "at"], name="ads_credit_merchan_48ec19_idx"),
                models.Index(fields=["campaign", "at"], name="ads_credit_campaig_c1e045_idx"),
                models.Index(condition=models.Q(("share__lt", 0)), fields=["line"], name="credit_restated"),
                BrinIndex(autosummarize=True, fields=["at"], name="credit_at"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("line", "rule", "token", "touch", "refund", "reason", "cause"), name="credit_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(("touched_at__lte", models.F("at"))), name="credit_after_touch"
                ),
                models.CheckConstraint(
                    condition=models.Q(("refund", ""), ("share", 0), _connector="OR"), name="credit_refund_has_no_share"
                ),
            ],
        },
    ),
    CreateModel(
        name="SaleClaim",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            (
                "conversion",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="ads.conversion"),
            ),
            (
                "campaign",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="ads.campaign"),
            ),
            ("event_day", models.DateField()),
            ("token", models.UUIDField(db_index=True, help_text="Of the touch")),
            ("touched_at", models.DateTimeField()),
            ("at", models.DateTimeField(help_text="The moment of the sale")),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "at"], name="ads_salecla_merchan_70be07_idx"),
                models.Index(fields=["campaign", "at"], name="ads_salecla_campaig_7319bb_idx"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("conversion", "campaign"), name="sale_claim_once"),
                models.CheckConstraint(
                    condition=models.Q(("touched_at__lte", models.F("at"))), name="sale_claim_after_touch"
                ),
            ],
        },
    ),
    CreateModel(
        name="CampaignDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("campaign", models.ForeignKey(on_delete=models.PROTECT, related_name="days", to="ads.campaign")),
            ("day", models.DateField()),
            ("budget", AmountField(decimal_places=4, max_digits=18)),
            ("spent", AmountField(decimal_places=4, default=0, max_digits=18)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("campaign", "day"), name="campaign_day_once"),
                models.CheckConstraint(
                    condition=models.Q(("spent__gte", 0), ("spent__lte", models.F("budget"))),
                    name="campaign_day_in_budget",
                ),
            ],
        },
    ),
    CreateModel(
        name="CampaignTotal",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("campaign", models.OneToOneField(on_delete=models.PROTECT, related_name="total", to="ads.campaign")),
            ("budget", AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
            ("spent", AmountField(decimal_places=4, default=0, max_digits=18)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("spent__gte", 0),
                        models.Q(("budget__isnull", True), ("spent__lte", models.F("budget")), _connector="OR"),
                    ),
                    name="campaign_total_in_budget",
                )
            ],
        },
    ),
    CreateModel(
        name="AccountDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("day", models.DateField()),
            ("budget", AmountField(decimal_places=4, max_digits=18)),
            ("spent", AmountField(decimal_places=4, default=0, max_digits=18)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("merchant", "day"), name="account_day_once"),
                models.CheckConstraint(
                    condition=models.Q(("spent__gte", 0), ("spent__lte", models.F("budget"))),
                    name="account_day_in_budget",
                ),
            ],
        },
    ),
    CreateModel(
        name="Charge",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="chg")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            (
                "campaign",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="ads.campaign"),
            ),
            ("event_day", models.DateField()),
            ("token", models.UUIDField(help_text="Of what was charged")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("impression", "Impression"),
                        ("viewable", "Viewable impression"),
                        ("click", "Click"),
                        ("engagement", "Engagement"),
                    ],
                    default="click",
                    max_length=10,
                ),
            ),
            ("day", models.DateField(help_text="Local day of the merchant, whose budget paid")),
            ("bid", AmountField(decimal_places=4, max_digits=18)),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("granted", AmountField(decimal_places=4, default=0, help_text="The part that grants bore", max_digits=18)),
            ("transfer", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="chengfeng.transfer")),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "at"], name="ads_charge_merchan_a1a916_idx"),
                models.Index(fields=["campaign", "day"], name="ads_charge_campaig_a372b9_idx"),
                BrinIndex(autosummarize=True, fields=["at"], name="charge_at"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("event_day", "token"), name="charge_click_once"),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0), ("amount__lte", models.F("bid"))), name="charge_within_bid"
                ),
                models.CheckConstraint(
                    condition=models.Q(("granted__gte", 0), ("granted__lte", models.F("amount"))),
                    name="charge_granted_is_a_part",
                ),
            ],
        },
    ),
    CreateModel(
        name="CreditNote",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="crn")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("charge", models.OneToOneField(on_delete=models.PROTECT, related_name="credit_note", to="ads.charge")),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("reason", models.CharField(max_length=24)),
            ("transfer", models.OneToOneField(on_delete=models.PROTECT, related_name="+", to="chengfeng.transfer")),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "at"], name="ads_creditn_merchan_bf4863_idx"),
                BrinIndex(autosummarize=True, fields=["at"], name="credit_note_at"),
            ],
            "constraints": [models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="credit_note_gives")],
        },
    ),
    CreateModel(
        name="TopUp",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="top")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("amount", AmountField(decimal_places=4, max_digits=18, verbose_name="amount")),
            ("currency", CurrencyField(max_length=3)),
            ("provider", models.CharField(default="sandbox", max_length=16)),
            ("provider_reference", models.CharField(blank=True, max_length=80, null=True, unique=True)),
            (
                "state",
                models.CharField(
                    choices=[("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
                    default="pending",
                    max_length=8,
                ),
            ),
            (
                "requested_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("requested_at", models.DateTimeField()),
            ("done_at", models.DateTimeField(blank=True, null=True)),
            (
                "transfer",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="chengfeng.transfer"
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="top_up_adds"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "done"), _negated=True), ("transfer__isnull", False), _connector="OR"
                    ),
                    name="top_up_done_is_posted",
                ),
            ],
        },
    ),
    CreateModel(
        name="Grant",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="gra")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            (
                "kind",
                models.CharField(
                    choices=[("grant", "Grant"), ("rebate", "Rebate"), ("compensation", "Compensation")],
                    default="grant",
                    max_length=12,
                    verbose_name="kind",
                ),
            ),
            ("amount", AmountField(decimal_places=4, max_digits=18, verbose_name="amount")),
            ("currency", CurrencyField(max_length=3)),
            (
                "objective",
                models.CharField(
                    blank=True,
                    choices=[
                        ("product_sales", "Product sales"),
                        ("new_customers", "New customers of the shop"),
                        ("seeding", "Engagement with notes"),
                        ("live", "Live room"),
                        ("leads", "Leads"),
                    ],
                    max_length=16,
                    verbose_name="only for the objective",
                ),
            ),
            (
                "campaign",
                models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="ads.campaign"),
            ),
            ("reason", models.CharField(max_length=200, verbose_name="reason")),
            ("reference", models.CharField(help_text="The fact it is given for, once", max_length=80, unique=True)),
            ("starts_at", models.DateTimeField(verbose_name="starts")),
            ("expires_at", models.DateTimeField(verbose_name="expires")),
            (
                "given_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("given_at", models.DateTimeField()),
            (
                "warned_days",
                models.PositiveSmallIntegerField(editable=False, help_text="Last expiry warning sent", null=True),
            ),
            ("expired_at", models.DateTimeField(blank=True, null=True)),
            ("transfer", models.OneToOneField(on_delete=models.PROTECT, related_name="+", to="chengfeng.transfer")),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "expires_at"], name="grant_by_expiry")],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="grant_gives"),
                models.CheckConstraint(
                    condition=models.Q(("expires_at__gt", models.F("starts_at"))), name="grant_expires"
                ),
            ],
        },
    ),
    CreateModel(
        name="WalletDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("day", models.DateField()),
            ("kind", models.CharField(max_length=24)),
            ("lines", models.PositiveIntegerField(help_text="Transfers")),
            (
                "times",
                models.PositiveIntegerField(help_text="Charges that share these transfers; else as many as lines"),
            ),
            ("cash", AmountField(decimal_places=4, max_digits=18)),
            ("grants", AmountField(decimal_places=4, max_digits=18)),
            ("lowest", models.BigIntegerField(help_text="Number of the first transfer")),
            ("highest", models.BigIntegerField(db_index=True, help_text="Number of the last transfer")),
            ("last_at", models.DateTimeField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("merchant", "day", "kind"), name="wallet_day_once")],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("ads", "0001_initial"),
        ("ads", "0002_initial"),
        ("ads", "0004_ad_days"),
        ("ads", "0005_placements"),
        ("ads", "0006_structure"),
        ("ads", "0007_one_group_each"),
        ("ads", "0009_events_as_received"),
        ("ads", "0010_traffic_quality"),
        ("ads", "0011_opting_out"),
        ("ads", "0012_eligibility"),
        ("ads", "0013_credits_by_time"),
        ("ads", "0014_wallet_days"),
        ("ads", "0015_fewer_indexes"),
        ("ads", "0016_found_by_day"),
        ("ads", "0017_measurement"),
        ("ads", "0018_frozen_facts"),
        ("ads", "0019_opted_out_are_kept_apart"),
        ("ads", "0021_sale_claims"),
    ]
    dependencies = [("shops", "0001_schema")]
    operations = [CreateModels(TABLES)]
