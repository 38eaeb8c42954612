"""The tables of reports: facts by day, reconciliation, history, stored reports and seasons."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import migrations, models
from django.db.migrations import CreateModel
from django.db.models.functions import ExtractYear

from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.money import AmountField, CurrencyField
from chengfeng.tables import CreateModels

TABLES = [
    CreateModel(
        name="SavedReport",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="rpt")),
            (
                "merchant",
                models.ForeignKey(
                    blank=True,
                    db_index=False,
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to="shops.merchant",
                ),
            ),
            (
                "portfolio_of",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("currency", models.CharField(blank=True, help_text="Of the shops that it is about", max_length=3)),
            ("name", models.CharField(max_length=120, verbose_name="name")),
            ("definition", models.JSONField()),
            ("is_shared", models.BooleanField(default=True, verbose_name="everybody who may see reports sees it")),
            ("version", models.PositiveIntegerField(default=1)),
            (
                "made_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("updated_at", models.DateTimeField()),
            ("removed_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("removed_at", None)), fields=["merchant", "name"], name="saved_report_of"
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("is_shared", True), ("made_by__isnull", False), _connector="OR"),
                    name="saved_report_is_somebodys",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("merchant__isnull", False), ("portfolio_of", None)),
                        models.Q(("merchant", None), ("portfolio_of__isnull", False)),
                        _connector="OR",
                    ),
                    name="saved_report_of_shop_or_portfolio",
                ),
            ],
        },
    ),
    CreateModel(
        name="ReportSchedule",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "report",
                models.OneToOneField(on_delete=models.PROTECT, related_name="schedule", to="reports.savedreport"),
            ),
            (
                "rhythm",
                models.CharField(
                    choices=[("daily", "Every day"), ("weekly", "Every week"), ("monthly", "Every month")],
                    max_length=8,
                    verbose_name="how often",
                ),
            ),
            (
                "hour",
                models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)], verbose_name="hour"),
            ),
            (
                "weekday",
                models.PositiveSmallIntegerField(
                    blank=True, help_text="1 is Monday", null=True, verbose_name="weekday"
                ),
            ),
            (
                "day",
                models.PositiveSmallIntegerField(
                    blank=True, help_text="A month without it: its last day", null=True, verbose_name="day of the month"
                ),
            ),
            (
                "format",
                models.CharField(
                    choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("parquet", "Parquet")],
                    default="xlsx",
                    max_length=7,
                    verbose_name="format",
                ),
            ),
            ("is_sent_empty", models.BooleanField(default=False, verbose_name="send it when it has no rows, too")),
            ("set_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("next_at", models.DateTimeField(db_index=True)),
            (
                "fault",
                models.CharField(
                    blank=True,
                    choices=[
                        (
                            "maker",
                            "Whoever set it may not see the shop's reports any more. Save it to send it in your name.",
                        ),
                        ("recipients", "None of its recipients may see the shop's reports any more."),
                        (
                            "definition",
                            "The report asks for something that there is no more. Change it or make a new one.",
                        ),
                        ("failure", "It could not be run; it is tried again every minute."),
                    ],
                    help_text="Why it was not run the last time",
                    max_length=12,
                ),
            ),
            (
                "recipients",
                models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="recipients"),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="report_schedule_hour"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("rhythm", "weekly"), _negated=True),
                        models.Q(("weekday__gte", 1), ("weekday__lte", 7)),
                        _connector="OR",
                    ),
                    name="report_schedule_weekday",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("rhythm", "monthly"), _negated=True),
                        models.Q(("day__gte", 1), ("day__lte", 31)),
                        _connector="OR",
                    ),
                    name="report_schedule_day",
                ),
            ],
        },
    ),
    CreateModel(
        name="ReportRun",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="run")),
            (
                "merchant",
                models.ForeignKey(
                    blank=True,
                    db_index=False,
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to="shops.merchant",
                ),
            ),
            (
                "portfolio_of",
                models.ForeignKey(
                    blank=True,
                    db_index=False,
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "report",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="runs", to="reports.savedreport"
                ),
            ),
            (
                "schedule",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to="reports.reportschedule"
                ),
            ),
            (
                "job",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="chengfeng.job"
                ),
            ),
            ("name", models.CharField(blank=True, max_length=120)),
            ("definition", models.JSONField(help_text="As it was asked, with the days that its period came to")),
            ("as_of", models.DateTimeField(help_text="Nothing that was recorded later is known to it")),
            (
                "version",
                models.CharField(help_text="Changes with the question, the rule and the moment", max_length=12),
            ),
            ("heading", models.JSONField(default=dict)),
            ("totals", models.JSONField(default=dict)),
            ("rows", models.PositiveBigIntegerField(blank=True, null=True)),
            ("file", models.FileField(blank=True, storage=private, upload_to="reports/")),
            ("language", models.CharField(blank=True, max_length=10)),
            (
                "requested_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("requested_at", models.DateTimeField()),
            ("began_at", models.DateTimeField(blank=True, null=True)),
            ("ready_at", models.DateTimeField(blank=True, null=True)),
            ("expires_at", models.DateTimeField(blank=True, null=True)),
            ("merchants", models.ManyToManyField(blank=True, related_name="+", to="shops.merchant")),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "-requested_at"], name="report_run_of"),
                models.Index(fields=["portfolio_of", "-requested_at"], name="report_run_of_portfolio"),
                models.Index(
                    condition=models.Q(("file", ""), _negated=True), fields=["expires_at"], name="report_run_expires"
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("ready_at__isnull", True),
                        models.Q(("expires_at__gt", models.F("ready_at")), ("rows__isnull", False)),
                        _connector="OR",
                    ),
                    name="report_run_ready_has_rows",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("merchant__isnull", False), ("portfolio_of", None)),
                        models.Q(("merchant", None), ("portfolio_of__isnull", False)),
                        _connector="OR",
                    ),
                    name="report_run_of_shop_or_portfolio",
                ),
            ],
        },
    ),
    CreateModel(
        name="HistoryDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("log", models.CharField(max_length=16)),
            ("day", models.DateField()),
            ("schema", models.PositiveSmallIntegerField(help_text="Version of the log's columns")),
            ("version", models.PositiveIntegerField(default=1, help_text="Grows whenever the file is written anew")),
            ("rows", models.PositiveBigIntegerField()),
            ("bytes", models.PositiveBigIntegerField()),
            ("sha256", models.CharField(blank=True, max_length=64)),
            ("written_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("log", "day"), name="history_day_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bytes", 0), ("rows", 0), ("sha256", "")),
                        models.Q(("bytes__gt", 0), ("rows__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                        _connector="OR",
                    ),
                    name="history_day_has_a_file",
                ),
            ],
        },
    ),
    CreateModel(
        name="ReconciliationRun",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="rcn")),
            ("at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="ReconciledDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("run", models.ForeignKey(on_delete=models.PROTECT, related_name="days", to="reports.reconciliationrun")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("day", models.DateField()),
            ("currency", CurrencyField(max_length=3)),
            ("sums", models.JSONField(default=dict, help_text="By pair: what its two places say, as text")),
            ("differences", models.PositiveIntegerField(default=0)),
            (
                "named",
                models.JSONField(default=list, help_text="The first differences: pair, reference, order, both amounts"),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "day", "currency", "-run"], name="reports_rec_merchan_165276_idx"),
                models.Index(
                    condition=models.Q(("differences__gt", 0)), fields=["day"], name="reconciled_with_difference"
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("run", "merchant", "day", "currency"), name="reconciled_day_once")
            ],
        },
    ),
    CreateModel(
        name="Season",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="ssn")),
            (
                "occasion",
                models.SlugField(
                    help_text="Seasons of one occasion are compared from year to year: double-11",
                    max_length=40,
                    verbose_name="occasion",
                ),
            ),
            ("title", models.CharField(max_length=80, verbose_name="title")),
            ("title_en", models.CharField(blank=True, max_length=80, verbose_name="English title")),
            ("first", models.DateField(verbose_name="first day")),
            (
                "sale_from",
                models.DateField(
                    blank=True,
                    help_text="Where a presale comes before it",
                    null=True,
                    verbose_name="first day of the sale",
                ),
            ),
            ("last", models.DateField(verbose_name="last day")),
            (
                "made_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("updated_at", models.DateTimeField()),
        ],
        options={
            "indexes": [models.Index(fields=["-last"], name="reports_sea_last_aec2d9_idx")],
            "constraints": [
                models.UniqueConstraint(
                    models.F("occasion"),
                    ExtractYear("last"),
                    name="season_once_a_year",
                    violation_error_message="This occasion has a season in that year already.",
                ),
                models.CheckConstraint(
                    condition=models.Q(("first__lte", models.F("last"))),
                    name="season_days",
                    violation_error_message="The last day is before the first.",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("sale_from__gte", models.F("first")), ("sale_from__lte", models.F("last"))),
                        ("sale_from", None),
                        _connector="OR",
                    ),
                    name="season_sale",
                    violation_error_message="The sale begins on one of the days.",
                ),
            ],
        },
    ),
    CreateModel(
        name="MerchantDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("day", models.DateField()),
            ("impressions", models.PositiveIntegerField(default=0)),
            ("viewable", models.PositiveIntegerField(default=0)),
            ("clicks", models.PositiveIntegerField(default=0)),
            ("invalid_clicks", models.PositiveIntegerField(default=0)),
            ("spend", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_credits", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_orders", models.PositiveIntegerField(default=0)),
            ("ad_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_direct_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_refunds", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_claimed", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("new_buyers", models.PositiveIntegerField(default=0)),
            ("returning_orders", models.PositiveIntegerField(default=0)),
            ("new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("returning_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("brand_new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("placed_orders", models.PositiveIntegerField(default=0)),
            ("placed_value", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("paid_orders", models.PositiveIntegerField(default=0)),
            ("units", models.PositiveIntegerField(default=0)),
            ("item_value", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("discounts", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("freight", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("tax", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("paid_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("shipped", models.PositiveIntegerField(default=0)),
            ("delivered", models.PositiveIntegerField(default=0)),
            ("cancelled", models.PositiveIntegerField(default=0)),
            ("refunds", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("refund_count", models.PositiveIntegerField(default=0)),
            ("all_settled_orders", models.PositiveIntegerField(default=0)),
            ("all_settled_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("rebuilt_at", models.DateTimeField()),
            (
                "complete_through",
                models.DateTimeField(help_text="Up to which instant of the day its rows were there to see"),
            ),
            ("is_final", models.BooleanField(help_text="No event of the day can arrive any more")),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("is_final", False)), fields=["day"], name="merchant_day_provisional")
            ],
            "constraints": [models.UniqueConstraint(fields=("merchant", "day"), name="merchant_day_once")],
        },
    ),
    CreateModel(
        name="CampaignDayFact",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("day", models.DateField()),
            ("impressions", models.PositiveIntegerField(default=0)),
            ("viewable", models.PositiveIntegerField(default=0)),
            ("clicks", models.PositiveIntegerField(default=0)),
            ("invalid_clicks", models.PositiveIntegerField(default=0)),
            ("spend", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_credits", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_orders", models.PositiveIntegerField(default=0)),
            ("ad_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_direct_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_refunds", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_claimed", AmountField(decimal_places=4, default=0, max_digits=18)),
            (
                "campaign",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="ads.campaign"),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("merchant", "day", "campaign"), name="campaign_day_fact_once")
            ],
        },
    ),
    CreateModel(
        name="ProductDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("day", models.DateField()),
            ("impressions", models.PositiveIntegerField(default=0)),
            ("viewable", models.PositiveIntegerField(default=0)),
            ("clicks", models.PositiveIntegerField(default=0)),
            ("invalid_clicks", models.PositiveIntegerField(default=0)),
            ("spend", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_credits", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_orders", models.PositiveIntegerField(default=0)),
            ("ad_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_direct_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_refunds", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("ad_claimed", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("new_buyers", models.PositiveIntegerField(default=0)),
            ("returning_orders", models.PositiveIntegerField(default=0)),
            ("new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("returning_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("brand_new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            (
                "product",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.product"),
            ),
            ("paid_orders", models.PositiveIntegerField(default=0)),
            ("units", models.PositiveIntegerField(default=0)),
            ("line_value", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("line_refunds", AmountField(decimal_places=4, default=0, max_digits=18)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("merchant", "day", "product"), name="product_day_once")],
        },
    ),
    CreateModel(
        name="Echo",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("day", models.DateField()),
            ("about", models.DateField(help_text="The day it counts for")),
            (
                "campaign",
                models.ForeignKey(
                    db_index=False, null=True, on_delete=models.PROTECT, related_name="+", to="ads.campaign"
                ),
            ),
            (
                "product",
                models.ForeignKey(
                    db_index=False, null=True, on_delete=models.PROTECT, related_name="+", to="shops.product"
                ),
            ),
            ("touch_orders", models.PositiveIntegerField(default=0)),
            ("touch_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("touch_direct_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("touch_new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("touch_refunds", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("touch_claimed", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("settled_orders", models.PositiveIntegerField(default=0)),
            ("settled_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("settled_direct_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("settled_new_gmv", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("settled_refunds", AmountField(decimal_places=4, default=0, max_digits=18)),
            ("again_7", models.PositiveIntegerField(db_default=0, default=0)),
            ("again_15", models.PositiveIntegerField(db_default=0, default=0)),
            ("again_30", models.PositiveIntegerField(db_default=0, default=0)),
            ("again_60", models.PositiveIntegerField(db_default=0, default=0)),
            ("ltv_30", AmountField(db_default=0, decimal_places=4, default=0, max_digits=18)),
            ("settled_in_7", AmountField(db_default=0, decimal_places=4, default=0, max_digits=18)),
            ("settled_in_14", AmountField(db_default=0, decimal_places=4, default=0, max_digits=18)),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "about"], name="echo_about")],
            "constraints": [
                models.UniqueConstraint(
                    fields=("merchant", "day", "about", "campaign", "product"), name="echo_once", nulls_distinct=False
                ),
                models.CheckConstraint(condition=models.Q(("about__lte", models.F("day"))), name="echo_comes_after"),
            ],
        },
    ),
    CreateModel(
        name="PaymentDay",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("day", models.DateField()),
            ("method", models.CharField(max_length=24)),
            ("payments", models.PositiveIntegerField(default=0)),
            ("amount", AmountField(decimal_places=4, default=0, max_digits=18)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("merchant", "day", "method"), name="payment_day_once")],
        },
    ),
    CreateModel(
        name="FactsMark",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("source", models.CharField(max_length=20, unique=True)),
            ("settled", models.BigIntegerField(default=0)),
            ("seen", models.BigIntegerField(default=0)),
            ("seen_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("settled__lte", models.F("seen"))), name="facts_mark_settles_seen"
                )
            ],
        },
    ),
    CreateModel(
        name="Export",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="exp")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            (
                "job",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="chengfeng.job"
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("orders", "Orders"),
                        ("order_lines", "Order lines"),
                        ("ad_days", "Ads by day"),
                        ("product_days", "Products by day"),
                        ("days", "Days"),
                        ("payments", "Payments and refunds"),
                    ],
                    max_length=12,
                    verbose_name="what",
                ),
            ),
            (
                "format",
                models.CharField(
                    choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)")],
                    default="csv",
                    max_length=4,
                    verbose_name="format",
                ),
            ),
            ("first", models.DateField(verbose_name="from")),
            ("last", models.DateField(verbose_name="to")),
            ("columns", ArrayField(base_field=models.CharField(max_length=24), size=None, verbose_name="columns")),
            ("language", models.CharField(blank=True, max_length=10)),
            (
                "requested_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("requested_at", models.DateTimeField()),
            ("file", models.FileField(blank=True, storage=private, upload_to="exports/")),
            ("rows", models.PositiveIntegerField(blank=True, null=True)),
            ("ready_at", models.DateTimeField(blank=True, null=True)),
            ("expires_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "-requested_at"], name="reports_exp_merchan_50fea1_idx")],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("first__lte", models.F("last"))), name="export_period"),
                models.CheckConstraint(condition=models.Q(("columns__len__gt", 0)), name="export_has_columns"),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("reports", "0001_facts_and_exports"),
        ("reports", "0002_reconciliation"),
        ("reports", "0004_ad_credits"),
        ("reports", "0005_history"),
        ("reports", "0006_claims_and_clocks"),
        ("reports", "0007_stored_reports"),
        ("reports", "0008_echoes"),
        ("reports", "0009_seasons"),
        ("reports", "0010_portfolio_reports"),
    ]
    dependencies = [("ads", "0001_schema")]
    operations = [CreateModels(TABLES)]
