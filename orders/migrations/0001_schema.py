"""The tables of orders: the till, orders and their parcels, payments, refunds and cases, settlement."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.migrations import CreateModel
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Lower, Reverse, Upper

from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.money import AmountField, CurrencyField
from chengfeng.tables import CreateModels

TABLES = [
    CreateModel(
        name="Address",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("country", models.CharField(max_length=2, verbose_name="country or region")),
            ("region", models.CharField(blank=True, max_length=80, verbose_name="province or state")),
            ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
            ("district", models.CharField(blank=True, max_length=80, verbose_name="district")),
            ("street", models.CharField(blank=True, max_length=200, verbose_name="street")),
            ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
            ("code", CodeField(prefix="adr")),
            ("shopper", models.UUIDField(db_index=True)),
            (
                "user",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("recipient", models.CharField(max_length=80, verbose_name="recipient")),
            ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
            ("is_default", models.BooleanField(default=False, verbose_name="use this one unless I choose another")),
            ("created_at", models.DateTimeField()),
            ("updated_at", models.DateTimeField()),
        ],
        options={
            "verbose_name_plural": "addresses",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("is_default", True), ("user__isnull", False)),
                    fields=("user",),
                    name="address_one_default_of_user",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("is_default", True), ("user", None)),
                    fields=("shopper",),
                    name="address_one_default_of_browser",
                ),
            ],
        },
    ),
    CreateModel(
        name="Case",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="cas")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="cases", to="orders.order")),
            (
                "kind",
                models.CharField(
                    choices=[("refund", "Refund only"), ("return", "Return and refund"), ("exchange", "Exchange")],
                    max_length=8,
                    verbose_name="what you ask for",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("requested", "Awaits the shop's answer"),
                        ("offered", "Offer to the shopper"),
                        ("accepted", "Accepted, to be sent back"),
                        ("sent_back", "On its way back"),
                        ("received", "Received, to be replaced"),
                        ("rejected", "Refused"),
                        ("disputed", "With the platform"),
                        ("refunded", "Refunded"),
                        ("exchanged", "Replaced"),
                        ("dismissed", "Refused for good"),
                        ("withdrawn", "Withdrawn"),
                        ("lapsed", "Lapsed"),
                    ],
                    default="requested",
                    max_length=12,
                ),
            ),
            (
                "reason",
                models.CharField(
                    choices=[
                        ("changed_mind", "I have changed my mind"),
                        ("not_arrived", "It has not arrived"),
                        ("damaged", "It arrived damaged"),
                        ("faulty", "It does not work"),
                        ("not_as_described", "It is not as described"),
                        ("wrong_item", "Something else was sent"),
                        ("missing_parts", "Something is missing"),
                        ("size", "It does not fit"),
                        ("not_genuine", "It is not genuine"),
                        ("agreed", "Agreed with the shop"),
                        ("other", "Another reason"),
                    ],
                    max_length=16,
                    verbose_name="reason",
                ),
            ),
            ("words", models.TextField(blank=True, max_length=1000, verbose_name="in your words")),
            ("amount", AmountField(decimal_places=4, help_text="What is to be given back", max_digits=18)),
            (
                "offered",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    help_text="What the shop would give back instead",
                    max_digits=18,
                    null=True,
                ),
            ),
            (
                "carrier",
                models.CharField(blank=True, help_text="Of the way back", max_length=60, verbose_name="carrier"),
            ),
            ("tracking", models.CharField(blank=True, max_length=60, verbose_name="tracking number")),
            ("is_restocked", models.BooleanField(help_text="What came back is on the shelf again", null=True)),
            ("requested_at", models.DateTimeField()),
            ("due_at", models.DateTimeField(blank=True, help_text="When it moves on by itself", null=True)),
            ("received_at", models.DateTimeField(blank=True, null=True)),
            ("closed_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "state", "due_at"], name="case_of_merchant"),
                models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="case_due"),
            ],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="case_amount"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("offered__isnull", True),
                        models.Q(("offered__gte", 0), ("offered__lte", models.F("amount"))),
                        _connector="OR",
                    ),
                    name="case_offered",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("closed_at__isnull", True),
                            (
                                "state__in",
                                ("requested", "offered", "accepted", "sent_back", "received", "rejected", "disputed"),
                            ),
                        ),
                        models.Q(
                            ("closed_at__isnull", False),
                            ("due_at__isnull", True),
                            ("state__in", ("refunded", "exchanged", "dismissed", "withdrawn", "lapsed")),
                        ),
                        _connector="OR",
                    ),
                    name="case_closed_when_over",
                ),
            ],
        },
    ),
    CreateModel(
        name="CaseLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("case", models.ForeignKey(on_delete=models.PROTECT, related_name="lines", to="orders.case")),
            ("line", models.ForeignKey(on_delete=models.PROTECT, related_name="case_lines", to="orders.orderline")),
            ("quantity", models.PositiveIntegerField()),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            (
                "replacement",
                models.ForeignKey(
                    blank=True,
                    help_text="What is sent in exchange",
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to="shops.variant",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("case", "line"), name="case_line_once"),
                models.CheckConstraint(
                    condition=models.Q(("amount__gte", 0), ("quantity__gt", 0)), name="case_line_quantity"
                ),
            ],
        },
    ),
    CreateModel(
        name="CasePhoto",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="pht")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("case", models.ForeignKey(on_delete=models.PROTECT, related_name="photos", to="orders.case")),
            (
                "side",
                models.CharField(
                    choices=[
                        ("shopper", "Shopper"),
                        ("merchant", "Shop"),
                        ("operator", "Platform"),
                        ("clock", "Deadline"),
                    ],
                    max_length=8,
                ),
            ),
            ("file", models.FileField(storage=private, upload_to="cases/")),
            ("added_at", models.DateTimeField()),
        ],
        options={
            "ordering": ["pk"],
        },
    ),
    CreateModel(
        name="CaseStep",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("case", models.ForeignKey(on_delete=models.PROTECT, related_name="steps", to="orders.case")),
            ("number", models.PositiveSmallIntegerField()),
            (
                "source",
                models.CharField(
                    blank=True,
                    choices=[
                        ("requested", "Awaits the shop's answer"),
                        ("offered", "Offer to the shopper"),
                        ("accepted", "Accepted, to be sent back"),
                        ("sent_back", "On its way back"),
                        ("received", "Received, to be replaced"),
                        ("rejected", "Refused"),
                        ("disputed", "With the platform"),
                        ("refunded", "Refunded"),
                        ("exchanged", "Replaced"),
                        ("dismissed", "Refused for good"),
                        ("withdrawn", "Withdrawn"),
                        ("lapsed", "Lapsed"),
                    ],
                    max_length=12,
                ),
            ),
            (
                "target",
                models.CharField(
                    choices=[
                        ("requested", "Awaits the shop's answer"),
                        ("offered", "Offer to the shopper"),
                        ("accepted", "Accepted, to be sent back"),
                        ("sent_back", "On its way back"),
                        ("received", "Received, to be replaced"),
                        ("rejected", "Refused"),
                        ("disputed", "With the platform"),
                        ("refunded", "Refunded"),
                        ("exchanged", "Replaced"),
                        ("dismissed", "Refused for good"),
                        ("withdrawn", "Withdrawn"),
                        ("lapsed", "Lapsed"),
                    ],
                    max_length=12,
                ),
            ),
            (
                "side",
                models.CharField(
                    choices=[
                        ("shopper", "Shopper"),
                        ("merchant", "Shop"),
                        ("operator", "Platform"),
                        ("clock", "Deadline"),
                    ],
                    max_length=8,
                ),
            ),
            (
                "by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("note", models.TextField(blank=True, max_length=1000)),
            ("amount", AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
            ("at", models.DateTimeField()),
        ],
        options={
            "ordering": ["number"],
            "constraints": [models.UniqueConstraint(fields=("case", "number"), name="case_step_once")],
        },
    ),
    CreateModel(
        name="OrderNote",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="onn")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="notes", to="orders.order")),
            ("text", models.CharField(max_length=500, verbose_name="note")),
            ("search", SearchVectorField(editable=False, null=True)),
            ("by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("at", models.DateTimeField()),
            (
                "struck_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("struck_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "ordering": ["pk"],
            "indexes": [
                GinIndex(fields=["search"], name="order_note_search"),
                models.Index(
                    condition=models.Q(("struck_at__isnull", True)),
                    fields=["merchant", "-order"],
                    name="order_note_standing",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("text", ""), _negated=True), name="order_note_says_something"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("struck_at__isnull", True), ("struck_by__isnull", True)),
                        models.Q(("struck_at__isnull", False), ("struck_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="order_note_struck_by_somebody",
                ),
            ],
        },
    ),
    CreateModel(
        name="ShippingRun",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="shr")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            (
                "job",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="chengfeng.job"
                ),
            ),
            ("file", models.FileField(storage=private, upload_to="shipping/")),
            ("file_name", models.CharField(max_length=200)),
            ("digest", models.CharField(help_text="SHA-256 of the file", max_length=64)),
            ("is_dry", models.BooleanField(default=True)),
            (
                "rehearsal",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="performance", to="orders.shippingrun"
                ),
            ),
            (
                "requested_by",
                models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
            ),
            ("created_at", models.DateTimeField()),
            ("finished_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "-created_at"], name="shipping_run_latest")],
        },
    ),
    CreateModel(
        name="ShippingRow",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("run", models.ForeignKey(on_delete=models.CASCADE, related_name="rows", to="orders.shippingrun")),
            ("number", models.PositiveIntegerField(help_text="The row of the file; the header is row 1")),
            ("order_text", models.CharField(help_text="The order as the file names it", max_length=80)),
            (
                "order",
                models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="orders.order"),
            ),
            ("carrier", models.CharField(blank=True, max_length=60)),
            ("tracking", models.CharField(blank=True, max_length=60)),
            ("sku", models.CharField(blank=True, max_length=64)),
            ("units", models.PositiveIntegerField(blank=True, null=True)),
            (
                "outcome",
                models.CharField(
                    choices=[
                        ("ready", "Will be shipped"),
                        ("shipped", "Shipped"),
                        ("repeated", "Shipped before"),
                        ("refused", "Refused"),
                    ],
                    max_length=8,
                ),
            ),
            ("field", models.CharField(blank=True, max_length=20)),
            ("rule", models.CharField(blank=True, max_length=20)),
            ("reason", models.CharField(blank=True, max_length=200)),
        ],
        options={
            "ordering": ["number"],
            "constraints": [
                models.UniqueConstraint(fields=("run", "number"), name="shipping_row_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("outcome", "refused"), models.Q(("rule", ""), _negated=True)),
                        models.Q(models.Q(("outcome", "refused"), _negated=True), ("rule", "")),
                        _connector="OR",
                    ),
                    name="shipping_row_refused_by_a_rule",
                ),
            ],
        },
    ),
    CreateModel(
        name="Terms",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            (
                "valid_from",
                models.DateField(
                    help_text="A day of the merchant: of delivery, placing or payout", verbose_name="valid from"
                ),
            ),
            (
                "days",
                models.PositiveSmallIntegerField(
                    blank=True,
                    help_text="From delivery until an order is settled",
                    null=True,
                    verbose_name="days until settlement",
                ),
            ),
            (
                "commission_rate",
                models.DecimalField(
                    blank=True,
                    decimal_places=4,
                    help_text="On all categories; 0.05 is 5 %",
                    max_digits=5,
                    null=True,
                    verbose_name="commission rate",
                ),
            ),
            (
                "payout_minimum",
                AmountField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="least payout"),
            ),
            ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
            ("agreed_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("agreed_at", models.DateTimeField()),
        ],
        options={
            "verbose_name_plural": "terms",
            "constraints": [
                models.UniqueConstraint(fields=("merchant", "valid_from"), name="terms_once_a_day"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("commission_rate__isnull", True),
                        models.Q(("commission_rate__gte", 0), ("commission_rate__lte", 1)),
                        _connector="OR",
                    ),
                    name="terms_commission_rate",
                ),
                models.CheckConstraint(
                    condition=models.Q(("payout_minimum__isnull", True), ("payout_minimum__gte", 0), _connector="OR"),
                    name="terms_payout_minimum",
                ),
            ],
        },
    ),
    CreateModel(
        name="RateChange",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("category", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.category")),
            ("before", models.DecimalField(decimal_places=4, max_digits=5)),
            ("after", models.DecimalField(decimal_places=4, max_digits=5)),
            ("by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="Statement",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="stm")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("currency", CurrencyField(max_length=3)),
            ("number", models.PositiveIntegerField()),
            ("first", models.DateField(help_text="First day, in the merchant's time zone")),
            ("last", models.DateField(help_text="Last day, included")),
            ("opening", AmountField(decimal_places=4, help_text="What was due when it began", max_digits=18)),
            ("settled", AmountField(decimal_places=4, help_text="Sum of the settlements of orders", max_digits=18)),
            (
                "clawed_back",
                AmountField(
                    decimal_places=4,
                    help_text="Sum of the claw-backs after refunds; taken away where negative",
                    max_digits=18,
                ),
            ),
            ("paid_out", AmountField(decimal_places=4, help_text="Sum of the payouts", max_digits=18)),
            ("returned", AmountField(decimal_places=4, help_text="Sum of the payouts that came back", max_digits=18)),
            ("closing", AmountField(decimal_places=4, help_text="What is due when it ends", max_digits=18)),
            ("orders", models.PositiveIntegerField(help_text="Number of its settlements and claw-backs")),
            ("closed_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("merchant", "currency", "number"), name="statement_number_once"),
                models.UniqueConstraint(fields=("merchant", "currency", "first"), name="statement_week_once"),
                models.CheckConstraint(condition=models.Q(("first__lte", models.F("last"))), name="statement_period"),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "closing",
                            CombinedExpression(
                                CombinedExpression(
                                    CombinedExpression(
                                        CombinedExpression(models.F("opening"), "+", models.F("settled")),
                                        "+",
                                        models.F("clawed_back"),
                                    ),
                                    "-",
                                    models.F("paid_out"),
                                ),
                                "+",
                                models.F("returned"),
                            ),
                        )
                    ),
                    name="statement_adds_up",
                ),
            ],
        },
    ),
    CreateModel(
        name="Settlement",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("goods", AmountField(decimal_places=4, help_text="Paid for goods, less refunds", max_digits=18)),
            ("subsidy", AmountField(decimal_places=4, help_text="Discounts that the platform bears", max_digits=18)),
            ("commission", AmountField(decimal_places=4, help_text="Kept by the platform", max_digits=18)),
            ("net", AmountField(decimal_places=4, help_text="Due to the merchant", max_digits=18)),
            ("code", CodeField(prefix="stl")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="settlements", to="orders.order")),
            ("number", models.PositiveSmallIntegerField(help_text="1, 2, 3 … of its order")),
            (
                "kind",
                models.CharField(
                    choices=[("order", "Order"), ("deposit", "Deposit kept"), ("clawback", "Claw-back")],
                    max_length=8,
                    verbose_name="kind",
                ),
            ),
            ("currency", CurrencyField(max_length=3)),
            ("shipping", AmountField(decimal_places=4, help_text="Paid for shipping, less refunds", max_digits=18)),
            (
                "shipping_subsidy",
                AmountField(decimal_places=4, help_text="What the platform pays towards shipping", max_digits=18),
            ),
            ("tax", AmountField(decimal_places=4, help_text="Tax and fees paid, less refunds", max_digits=18)),
            ("due_at", models.DateTimeField(help_text="When it fell due")),
            ("settled_at", models.DateTimeField()),
            (
                "transfer",
                models.OneToOneField(
                    help_text="None where nothing was earned",
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to="chengfeng.transfer",
                ),
            ),
            (
                "statement",
                models.ForeignKey(null=True, on_delete=models.PROTECT, related_name="+", to="orders.statement"),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "settled_at"], name="orders_sett_merchan_1689c4_idx"),
                BrinIndex(autosummarize=True, fields=["settled_at"], name="settlement_at"),
                models.Index(
                    condition=models.Q(("statement__isnull", True)),
                    fields=["merchant", "currency"],
                    name="settlement_open",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("order", "number"), name="settlement_number_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "net",
                            CombinedExpression(
                                CombinedExpression(
                                    CombinedExpression(
                                        CombinedExpression(
                                            CombinedExpression(models.F("goods"), "+", models.F("subsidy")),
                                            "+",
                                            models.F("shipping"),
                                        ),
                                        "+",
                                        models.F("shipping_subsidy"),
                                    ),
                                    "+",
                                    models.F("tax"),
                                ),
                                "-",
                                models.F("commission"),
                            ),
                        )
                    ),
                    name="settlement_adds_up",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("transfer__isnull", False),
                        models.Q(
                            ("commission", 0),
                            ("goods", 0),
                            ("shipping", 0),
                            ("shipping_subsidy", 0),
                            ("subsidy", 0),
                            ("tax", 0),
                        ),
                        _connector="OR",
                    ),
                    name="settlement_is_posted",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind", "clawback"), _negated=True), ("number__gt", 1), _connector="OR"
                    ),
                    name="settlement_before_clawback",
                ),
            ],
        },
    ),
    CreateModel(
        name="SettlementLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("goods", AmountField(decimal_places=4, help_text="Paid for goods, less refunds", max_digits=18)),
            ("subsidy", AmountField(decimal_places=4, help_text="Discounts that the platform bears", max_digits=18)),
            ("commission", AmountField(decimal_places=4, help_text="Kept by the platform", max_digits=18)),
            ("net", AmountField(decimal_places=4, help_text="Due to the merchant", max_digits=18)),
            ("settlement", models.ForeignKey(on_delete=models.PROTECT, related_name="lines", to="orders.settlement")),
            (
                "line",
                models.ForeignKey(on_delete=models.PROTECT, related_name="settlement_lines", to="orders.orderline"),
            ),
            ("rate", models.DecimalField(decimal_places=4, help_text="Commission rate of the line", max_digits=5)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("settlement", "line"), name="settlement_line_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "net",
                            CombinedExpression(
                                CombinedExpression(models.F("goods"), "+", models.F("subsidy")),
                                "-",
                                models.F("commission"),
                            ),
                        )
                    ),
                    name="settlement_line_adds_up",
                ),
            ],
        },
    ),
    CreateModel(
        name="BankAccount",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="bnk")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("holder", models.CharField(max_length=120, verbose_name="account holder")),
            ("bank", models.CharField(max_length=120, verbose_name="bank")),
            ("number", models.CharField(max_length=40, verbose_name="account number")),
            (
                "added_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("added_at", models.DateTimeField()),
            ("usable_at", models.DateTimeField(help_text="From when on payouts go there")),
            ("replaced_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("replaced_at__isnull", True)),
                    fields=("merchant",),
                    name="bank_account_one_at_a_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(("usable_at__gte", models.F("added_at"))), name="bank_account_waits"
                ),
            ],
        },
    ),
    CreateModel(
        name="PayoutBatch",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="pob")),
            ("currency", CurrencyField(max_length=3)),
            (
                "state",
                models.CharField(
                    choices=[("prepared", "Awaiting approval"), ("approved", "Approved"), ("withdrawn", "Withdrawn")],
                    default="prepared",
                    max_length=10,
                ),
            ),
            ("prepared_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("prepared_at", models.DateTimeField()),
            (
                "approved_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("approved_at", models.DateTimeField(blank=True, null=True)),
            (
                "withdrawn_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "verbose_name_plural": "payout batches",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("approved_by__isnull", True),
                        models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="payout_batch_two_people",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "approved"), _negated=True),
                        models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="payout_batch_approved_by_somebody",
                ),
            ],
        },
    ),
    CreateModel(
        name="Payout",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="pou")),
            ("batch", models.ForeignKey(on_delete=models.PROTECT, related_name="payouts", to="orders.payoutbatch")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("bank_account", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="orders.bankaccount")),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("currency", CurrencyField(max_length=3)),
            (
                "state",
                models.CharField(
                    choices=[
                        ("prepared", "Awaiting approval"),
                        ("left_out", "Left out"),
                        ("sending", "On its way"),
                        ("paid_out", "Paid out"),
                        ("returned", "Came back"),
                    ],
                    default="prepared",
                    max_length=10,
                ),
            ),
            ("reason", models.CharField(blank=True, help_text="Why it was left out", max_length=80)),
            ("provider", models.CharField(max_length=16)),
            ("provider_reference", models.CharField(blank=True, max_length=80, null=True, unique=True)),
            (
                "sent_at",
                models.DateTimeField(blank=True, help_text="When it left what is due to the merchant", null=True),
            ),
            ("asked_at", models.DateTimeField(blank=True, help_text="When the provider was asked", null=True)),
            ("paid_at", models.DateTimeField(blank=True, null=True)),
            (
                "transfer",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="chengfeng.transfer"
                ),
            ),
            (
                "statement",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="orders.statement"
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state", "sending")), fields=["sent_at"], name="payout_sending")
            ],
            "constraints": [
                models.UniqueConstraint(fields=("batch", "merchant"), name="payout_once_per_batch"),
                models.UniqueConstraint(
                    condition=models.Q(("state", "prepared")),
                    fields=("merchant", "currency"),
                    name="payout_one_prepared",
                ),
                models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payout_pays"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ["prepared", "left_out"]),
                        models.Q(("sent_at__isnull", False), ("transfer__isnull", False)),
                        _connector="XOR",
                    ),
                    name="payout_sent_is_posted",
                ),
            ],
        },
    ),
    CreateModel(
        name="PayoutReturn",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("payout", models.OneToOneField(on_delete=models.PROTECT, related_name="came_back", to="orders.payout")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("reason", models.CharField(blank=True, max_length=80)),
            ("returned_at", models.DateTimeField()),
            ("transfer", models.OneToOneField(on_delete=models.PROTECT, related_name="+", to="chengfeng.transfer")),
            (
                "statement",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="orders.statement"
                ),
            ),
        ],
    ),
    CreateModel(
        name="Voucher",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.CharField(max_length=12, unique=True, verbose_name="number")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="vouchers", to="orders.order")),
            ("line", models.ForeignKey(on_delete=models.PROTECT, related_name="vouchers", to="orders.orderline")),
            ("position", models.PositiveIntegerField(help_text="Which unit of its line, from 1 on")),
            (
                "state",
                models.CharField(
                    choices=[("valid", "Valid"), ("used", "Used"), ("refunded", "Refunded"), ("expired", "Expired")],
                    default="valid",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            ("issued_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("used_at", models.DateTimeField(blank=True, null=True)),
            (
                "used_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "store",
                models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.store"),
            ),
            ("voided_at", models.DateTimeField(blank=True, help_text="When it was refunded or had expired", null=True)),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state", "valid")), fields=["expires_at"], name="voucher_expires"),
                models.Index(
                    condition=models.Q(("state", "used")), fields=["merchant", "-used_at"], name="voucher_used"
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("line", "position"), name="voucher_unit_once"),
                models.CheckConstraint(condition=models.Q(("position__gte", 1)), name="voucher_position"),
                models.CheckConstraint(
                    condition=models.Q(("expires_at__gt", models.F("issued_at"))), name="voucher_lasts"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "used"), ("used_at__isnull", False), ("voided_at", None)),
                        models.Q(("state", "valid"), ("used_at", None), ("voided_at", None)),
                        models.Q(
                            ("state__in", ["refunded", "expired"]), ("used_at", None), ("voided_at__isnull", False)
                        ),
                        _connector="OR",
                    ),
                    name="voucher_state_has_its_time",
                ),
            ],
        },
    ),
    CreateModel(
        name="Slot",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("store", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.store")),
            ("starts_at", models.DateTimeField()),
            (
                "capacity",
                models.PositiveSmallIntegerField(help_text="What the store could take when one was taken last"),
            ),
            ("taken", models.PositiveSmallIntegerField(default=0)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("store", "starts_at"), name="slot_once"),
                models.CheckConstraint(
                    condition=models.Q(("taken__lte", models.F("capacity"))), name="slot_within_capacity"
                ),
            ],
        },
    ),
    CreateModel(
        name="Booking",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="bkg")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("voucher", models.ForeignKey(on_delete=models.PROTECT, related_name="bookings", to="orders.voucher")),
            ("store", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.store")),
            ("starts_at", models.DateTimeField()),
            ("ends_at", models.DateTimeField()),
            (
                "state",
                models.CharField(
                    choices=[("booked", "Booked"), ("kept", "Arrived"), ("cancelled", "Cancelled")],
                    default="booked",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            ("booked_at", models.DateTimeField()),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [models.Index(fields=["store", "starts_at"], name="orders_book_store_i_3d1646_idx")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("state__in", ["booked", "kept"])),
                    fields=("voucher",),
                    name="booking_one_per_voucher",
                ),
                models.CheckConstraint(
                    condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="booking_lasts"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                        models.Q(("cancelled_at", None), ("state__in", ["booked", "kept"])),
                        _connector="OR",
                    ),
                    name="booking_state_has_its_time",
                ),
            ],
        },
    ),
    CreateModel(
        name="Cart",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="crt")),
            ("shopper", models.UUIDField(unique=True)),
            ("version", models.PositiveIntegerField(default=1, help_text="Grows with every change")),
            ("updated_at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="CartLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("cart", models.ForeignKey(on_delete=models.CASCADE, related_name="lines", to="orders.cart")),
            ("variant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.variant")),
            ("quantity", models.PositiveIntegerField()),
            ("price", AmountField(decimal_places=4, help_text="Unit price when it was put in", max_digits=18)),
            ("added_at", models.DateTimeField()),
        ],
        options={
            "ordering": ["added_at", "pk"],
            "constraints": [
                models.UniqueConstraint(fields=("cart", "variant"), name="cart_variant_once"),
                models.CheckConstraint(
                    condition=models.Q(("quantity__gte", 1), ("quantity__lte", 999)), name="cart_quantity"
                ),
            ],
        },
    ),
    CreateModel(
        name="Checkout",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("region", models.CharField(blank=True, max_length=80, verbose_name="province or state")),
            ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
            ("district", models.CharField(blank=True, max_length=80, verbose_name="district")),
            ("street", models.CharField(blank=True, max_length=200, verbose_name="street")),
            ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
            ("code", CodeField(prefix="chk")),
            ("shopper", models.UUIDField(db_index=True)),
            (
                "user",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
            ("recipient", models.CharField(max_length=80, verbose_name="recipient")),
            ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
            (
                "country",
                models.CharField(blank=True, help_text="ISO 3166-1, e.g. CN", max_length=2, verbose_name="country"),
            ),
            ("language", models.CharField(blank=True, max_length=10)),
            ("currency", CurrencyField(max_length=3)),
            ("total", AmountField(decimal_places=4, max_digits=18)),
            ("external_reference", models.CharField(blank=True, db_index=True, max_length=64)),
            (
                "quote",
                models.CharField(
                    blank=True, help_text="The quote that it was placed by, once", max_length=64, null=True
                ),
            ),
            ("placed_at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(OpClass(Lower("email"), "text_pattern_ops"), name="checkout_email_words"),
                models.Index(OpClass(Lower("recipient"), "text_pattern_ops"), name="checkout_recipient_words"),
                models.Index(
                    OpClass(
                        Reverse(
                            models.Func(
                                models.F("phone"), template="regexp_replace(%(expressions)s, '[^0-9]', '', 'g')"
                            )
                        ),
                        "text_pattern_ops",
                    ),
                    name="checkout_phone_backwards",
                ),
                models.Index(fields=["region", "-id"], name="checkout_region_latest"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("quote__isnull", False)), fields=("quote",), name="checkout_quote_once"
                )
            ],
        },
    ),
    CreateModel(
        name="Order",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="ord")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("checkout", models.ForeignKey(on_delete=models.PROTECT, related_name="orders", to="orders.checkout")),
            ("shopper", models.UUIDField()),
            (
                "offer",
                models.CharField(
                    blank=True,
                    help_text="The merchant's quote that it was placed by",
                    max_length=24,
                    null=True,
                    unique=True,
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("placed", "Awaiting payment"),
                        ("deposit", "Deposit paid"),
                        ("paid", "Paid"),
                        ("partly", "Partly shipped"),
                        ("shipped", "Shipped"),
                        ("delivered", "Delivered"),
                        ("cancelled", "Cancelled"),
                    ],
                    default="placed",
                    max_length=12,
                    verbose_name="state",
                ),
            ),
            ("currency", CurrencyField(max_length=3)),
            ("subtotal", AmountField(decimal_places=4, help_text="Sum of the lines before discount", max_digits=18)),
            (
                "discount",
                AmountField(
                    decimal_places=4, default=0, help_text="Taken off the lines, whoever bears it", max_digits=18
                ),
            ),
            (
                "subsidy",
                AmountField(
                    decimal_places=4, default=0, help_text="Part of the discount that the platform bears", max_digits=18
                ),
            ),
            (
                "shipping",
                AmountField(decimal_places=4, default=0, help_text="What the shopper pays for shipping", max_digits=18),
            ),
            (
                "shipping_subsidy",
                AmountField(
                    decimal_places=4, default=0, help_text="What the platform pays towards shipping", max_digits=18
                ),
            ),
            (
                "tax",
                AmountField(decimal_places=4, default=0, help_text="Tax and fees added to the price", max_digits=18),
            ),
            ("total", AmountField(decimal_places=4, max_digits=18)),
            ("refunded", AmountField(decimal_places=4, default=0, help_text="Sum of the refunds done", max_digits=18)),
            (
                "presale",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.presale"
                ),
            ),
            (
                "deposit",
                AmountField(
                    decimal_places=4,
                    default=0,
                    help_text="Part of the total that is due first, of a presale",
                    max_digits=18,
                ),
            ),
            ("message", models.CharField(blank=True, max_length=200, verbose_name="message to the shop")),
            ("placed_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField(help_text="Until when it must be paid")),
            ("deposit_at", models.DateTimeField(blank=True, null=True)),
            ("paid_at", models.DateTimeField(blank=True, null=True)),
            ("ship_by_at", models.DateTimeField(blank=True, help_text="From when on it is late to ship", null=True)),
            ("first_shipped_at", models.DateTimeField(blank=True, null=True)),
            ("shipped_at", models.DateTimeField(blank=True, help_text="When the last parcel left", null=True)),
            ("delivered_at", models.DateTimeField(blank=True, null=True)),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            (
                "settled_at",
                models.DateTimeField(blank=True, help_text="When what it earned was first settled", null=True),
            ),
            (
                "cancel_reason",
                models.CharField(
                    blank=True,
                    choices=[
                        ("unpaid", "Not paid in time"),
                        ("balance_unpaid", "Balance not paid in time"),
                        ("shopper", "By the shopper"),
                        ("merchant", "By the merchant"),
                        ("unavailable", "Goods unavailable"),
                        ("refunded", "Everything was refunded before it left"),
                    ],
                    max_length=16,
                ),
            ),
            (
                "flag",
                models.CharField(
                    blank=True,
                    choices=[
                        ("red", "Red"),
                        ("yellow", "Yellow"),
                        ("green", "Green"),
                        ("blue", "Blue"),
                        ("purple", "Purple"),
                    ],
                    db_default="",
                    default="",
                    max_length=8,
                    verbose_name="flag",
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "-placed_at"], name="orders_orde_merchan_47b4fb_idx"),
                models.Index(fields=["merchant", "state", "-placed_at"], name="orders_orde_merchan_4e1013_idx"),
                models.Index(fields=["merchant", "paid_at"], name="orders_orde_merchan_fb35ff_idx"),
                models.Index(fields=["shopper", "-placed_at"], name="orders_orde_shopper_6cc857_idx"),
                BrinIndex(autosummarize=True, fields=["placed_at"], name="order_placed"),
                models.Index(
                    condition=models.Q(("state__in", ["placed", "deposit"])), fields=["expires_at"], name="order_unpaid"
                ),
                models.Index(condition=models.Q(("state", "shipped")), fields=["shipped_at"], name="order_under_way"),
                models.Index(
                    condition=models.Q(("settled_at", None), ("state", "delivered")),
                    fields=["delivered_at"],
                    name="order_to_settle",
                ),
                models.Index(
                    condition=models.Q(("cancel_reason", "balance_unpaid"), ("settled_at", None)),
                    fields=["cancelled_at"],
                    name="order_deposit_to_settle",
                ),
                models.Index(fields=["merchant", "total", "id"], name="order_by_total"),
                models.Index(
                    condition=models.Q(("state__in", ["paid", "partly"])),
                    fields=["merchant", "ship_by_at"],
                    name="order_to_ship",
                ),
                models.Index(
                    condition=models.Q(("state__in", ["placed", "deposit"])),
                    fields=["merchant", "expires_at"],
                    name="order_to_pay",
                ),
                models.Index(
                    condition=models.Q(("flag", ""), _negated=True),
                    fields=["merchant", "flag", "-placed_at"],
                    name="order_flagged_latest",
                ),
                models.Index(
                    condition=models.Q(("refunded__gt", 0)),
                    fields=["merchant", "-placed_at"],
                    name="order_refunded_latest",
                ),
                models.Index(
                    condition=models.Q(("presale__isnull", False)),
                    fields=["merchant", "-placed_at"],
                    name="order_presale_latest",
                ),
                models.Index(
                    condition=models.Q(("message", ""), _negated=True),
                    fields=["merchant", "-placed_at"],
                    name="order_message_latest",
                ),
                models.Index(
                    condition=models.Q(("discount__gt", 0)),
                    fields=["merchant", "-placed_at"],
                    name="order_discount_latest",
                ),
                models.Index(
                    condition=models.Q(("shipped_at__isnull", False)),
                    fields=["merchant", "shipped_at"],
                    name="order_by_shipped_at",
                ),
                models.Index(
                    condition=models.Q(("delivered_at__isnull", False)),
                    fields=["merchant", "delivered_at"],
                    name="order_by_delivered_at",
                ),
                models.Index(
                    condition=models.Q(("cancelled_at__isnull", False)),
                    fields=["merchant", "cancelled_at"],
                    name="order_by_cancelled_at",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("checkout", "merchant"), name="order_one_per_merchant"),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "total",
                            CombinedExpression(
                                CombinedExpression(
                                    CombinedExpression(models.F("subtotal"), "-", models.F("discount")),
                                    "+",
                                    models.F("shipping"),
                                ),
                                "+",
                                models.F("tax"),
                            ),
                        ),
                        ("total__gte", 0),
                    ),
                    name="order_adds_up",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("discount__gte", 0), ("shipping__gte", 0), ("tax__gte", 0), ("shipping_subsidy__gte", 0)
                    ),
                    name="order_parts",
                ),
                models.CheckConstraint(
                    condition=models.Q(("subsidy__gte", 0), ("subsidy__lte", models.F("discount"))),
                    name="order_subsidy",
                ),
                models.CheckConstraint(
                    condition=models.Q(("deposit__gte", 0), ("deposit__lte", models.F("total"))), name="order_deposit"
                ),
                models.CheckConstraint(
                    condition=models.Q(("presale__isnull", False), ("deposit", 0), _connector="OR"),
                    name="order_deposit_of_presale",
                ),
                models.CheckConstraint(
                    condition=models.Q(("refunded__gte", 0), ("refunded__lte", models.F("total"))),
                    name="order_refunded",
                ),
            ],
        },
    ),
    CreateModel(
        name="OrderLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="oln")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="lines", to="orders.order")),
            (
                "variant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.variant"),
            ),
            (
                "product",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.product"),
            ),
            ("title", models.CharField(max_length=200)),
            ("title_en", models.CharField(blank=True, max_length=200)),
            ("options", models.JSONField(blank=True, default=dict)),
            ("options_en", models.JSONField(blank=True, default=dict)),
            (
                "list_price",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    help_text="Unit price before any reduction, where one was shown",
                    max_digits=18,
                    null=True,
                ),
            ),
            ("unit_price", AmountField(decimal_places=4, max_digits=18)),
            ("quantity", models.PositiveIntegerField()),
            ("discount", AmountField(decimal_places=4, default=0, max_digits=18)),
            (
                "subsidy",
                AmountField(
                    decimal_places=4, default=0, help_text="Part of the discount that the platform bears", max_digits=18
                ),
            ),
            ("total", AmountField(decimal_places=4, help_text="Unit price × quantity − discount", max_digits=18)),
            (
                "commission_rate",
                models.DecimalField(decimal_places=4, default=0, help_text="As it was then", max_digits=5),
            ),
            ("shipped", models.PositiveIntegerField(default=0)),
            ("returned", models.PositiveIntegerField(default=0)),
            ("refunded", AmountField(decimal_places=4, default=0, max_digits=18)),
        ],
        options={
            "indexes": [
                models.Index(fields=["variant", "-order"], name="order_line_of_variant"),
                models.Index(fields=["product", "-order"], name="order_line_of_product"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("order", "variant"), name="order_line_variant_once"),
                models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="order_line_quantity"),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "total",
                            CombinedExpression(
                                CombinedExpression(models.F("unit_price"), "*", models.F("quantity")),
                                "-",
                                models.F("discount"),
                            ),
                        ),
                        ("total__gte", 0),
                    ),
                    name="order_line_adds_up",
                ),
                models.CheckConstraint(
                    condition=models.Q(("subsidy__gte", 0), ("subsidy__lte", models.F("discount"))),
                    name="order_line_subsidy",
                ),
                models.CheckConstraint(
                    condition=models.Q(("returned__lte", models.F("shipped")), ("shipped__lte", models.F("quantity"))),
                    name="order_line_units",
                ),
                models.CheckConstraint(
                    condition=models.Q(("refunded__gte", 0), ("refunded__lte", models.F("total"))),
                    name="order_line_refunded",
                ),
            ],
        },
    ),
    CreateModel(
        name="LineDiscount",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.ForeignKey(on_delete=models.PROTECT, related_name="discounts", to="orders.orderline")),
            ("promotion", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.promotion")),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("is_subsidy", models.BooleanField(help_text="The platform bears it, not the merchant")),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("line", "promotion"), name="line_discount_once"),
                models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="line_discount_takes_off"),
            ],
        },
    ),
    CreateModel(
        name="OrderMove",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="moves", to="orders.order")),
            ("number", models.PositiveSmallIntegerField()),
            (
                "source",
                models.CharField(
                    blank=True,
                    choices=[
                        ("placed", "Awaiting payment"),
                        ("deposit", "Deposit paid"),
                        ("paid", "Paid"),
                        ("partly", "Partly shipped"),
                        ("shipped", "Shipped"),
                        ("delivered", "Delivered"),
                        ("cancelled", "Cancelled"),
                    ],
                    max_length=12,
                ),
            ),
            (
                "target",
                models.CharField(
                    choices=[
                        ("placed", "Awaiting payment"),
                        ("deposit", "Deposit paid"),
                        ("paid", "Paid"),
                        ("partly", "Partly shipped"),
                        ("shipped", "Shipped"),
                        ("delivered", "Delivered"),
                        ("cancelled", "Cancelled"),
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
            ("note", models.CharField(blank=True, max_length=200)),
            ("at", models.DateTimeField()),
        ],
        options={
            "ordering": ["number"],
            "indexes": [BrinIndex(autosummarize=True, fields=["at"], name="order_move_at")],
            "constraints": [models.UniqueConstraint(fields=("order", "number"), name="order_move_number_once")],
        },
    ),
    CreateModel(
        name="Shipment",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="shp")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="shipments", to="orders.order")),
            (
                "kind",
                models.CharField(
                    choices=[("parcel", "Parcel"), ("handover", "Handed over"), ("replacement", "Replacement")],
                    db_default="parcel",
                    default="parcel",
                    max_length=12,
                ),
            ),
            (
                "carrier",
                models.CharField(
                    blank=True, help_text="A code, or the carrier's name", max_length=60, verbose_name="carrier"
                ),
            ),
            ("tracking", models.CharField(blank=True, max_length=60, verbose_name="tracking number")),
            ("shipped_at", models.DateTimeField()),
            (
                "shipped_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("delivered_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    models.F("merchant"),
                    Upper("tracking"),
                    condition=models.Q(("tracking", ""), _negated=True),
                    name="shipment_tracking",
                ),
                models.Index(fields=["merchant", "carrier", "-order"], name="shipment_carrier"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind", "handover"), _negated=True), ("delivered_at__isnull", False), _connector="OR"
                    ),
                    name="shipment_handed_over_is_there",
                )
            ],
        },
    ),
    CreateModel(
        name="ShipmentLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("shipment", models.ForeignKey(on_delete=models.PROTECT, related_name="lines", to="orders.shipment")),
            ("line", models.ForeignKey(on_delete=models.PROTECT, related_name="shipment_lines", to="orders.orderline")),
            ("quantity", models.PositiveIntegerField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("shipment", "line"), name="shipment_line_once"),
                models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="shipment_line_quantity"),
            ],
        },
    ),
    CreateModel(
        name="Payment",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="pay")),
            ("checkout", models.ForeignKey(on_delete=models.PROTECT, related_name="payments", to="orders.checkout")),
            ("provider", models.CharField(max_length=16)),
            ("method", models.CharField(help_text="What the shopper paid with", max_length=24)),
            ("instalments", models.PositiveSmallIntegerField(default=1)),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("currency", CurrencyField(max_length=3)),
            (
                "state",
                models.CharField(
                    choices=[
                        ("pending", "Pending"),
                        ("authorised", "Authorised"),
                        ("captured", "Captured"),
                        ("voided", "Voided"),
                        ("failed", "Failed"),
                    ],
                    default="pending",
                    max_length=10,
                ),
            ),
            ("provider_reference", models.CharField(blank=True, max_length=80, null=True)),
            ("failure", models.CharField(blank=True, max_length=80)),
            ("created_at", models.DateTimeField()),
            (
                "captures_later",
                models.BooleanField(db_default=False, help_text="The merchant takes the money in a second step"),
            ),
            (
                "authorised",
                AmountField(
                    blank=True, decimal_places=4, help_text="What may be captured at most", max_digits=18, null=True
                ),
            ),
            ("authorised_at", models.DateTimeField(blank=True, null=True)),
            (
                "to_capture",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    help_text="What the provider has been told to capture",
                    max_digits=18,
                    null=True,
                ),
            ),
            ("is_voiding", models.BooleanField(db_default=False, help_text="The provider has been told to void it")),
            ("captured_at", models.DateTimeField(blank=True, null=True)),
            ("voided_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state", "pending")), fields=["created_at"], name="payment_pending"),
                models.Index(
                    condition=models.Q(("state", "authorised")), fields=["authorised_at"], name="payment_authorised"
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("provider", "provider_reference"), name="payment_provider_reference_once"
                ),
                models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="payment_not_negative"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("authorised__isnull", True),
                        models.Q(
                            ("amount__lte", models.F("authorised")),
                            models.Q(
                                ("to_capture__isnull", True),
                                ("to_capture__lte", models.F("authorised")),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="payment_within_authorised",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["authorised", "voided"]), _negated=True),
                        models.Q(
                            ("authorised__isnull", False),
                            ("authorised_at__isnull", False),
                            ("provider_reference__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="payment_authorised_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("is_voiding", True), _negated=True), ("to_capture__isnull", True), _connector="OR"
                    ),
                    name="payment_captured_or_voided",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "captured"), _negated=True),
                        models.Q(("captured_at__isnull", False), ("provider_reference__isnull", False)),
                        _connector="OR",
                    ),
                    name="payment_captured_is_known",
                ),
            ],
        },
    ),
    CreateModel(
        name="PaymentShare",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("payment", models.ForeignKey(on_delete=models.PROTECT, related_name="shares", to="orders.payment")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="payment_shares", to="orders.order")),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            (
                "surplus",
                AmountField(
                    db_default=0,
                    decimal_places=4,
                    help_text="Part that the order had no use for; it is given back",
                    max_digits=18,
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("payment", "order"), name="payment_share_once"),
                models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="payment_share_not_negative"),
                models.CheckConstraint(
                    condition=models.Q(("surplus__gte", 0), ("surplus__lte", models.F("amount"))),
                    name="payment_share_surplus",
                ),
            ],
        },
    ),
    CreateModel(
        name="WebhookReceipt",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("provider", models.CharField(max_length=16)),
            ("message_id", models.CharField(max_length=80)),
            ("payload", models.JSONField()),
            ("received_at", models.DateTimeField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("provider", "message_id"), name="webhook_once")],
        },
    ),
    CreateModel(
        name="Refund",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="rfd")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("order", models.ForeignKey(on_delete=models.PROTECT, related_name="refunds", to="orders.order")),
            (
                "case",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="refunds", to="orders.case"
                ),
            ),
            ("payment", models.ForeignKey(on_delete=models.PROTECT, related_name="refunds", to="orders.payment")),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            ("currency", CurrencyField(max_length=3)),
            (
                "shipping",
                AmountField(
                    decimal_places=4,
                    default=0,
                    help_text="Part of the amount that gives back shipping, tax and fees",
                    max_digits=18,
                ),
            ),
            ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            ("restock", models.BooleanField(default=False, verbose_name="put the units back on the shelf")),
            (
                "state",
                models.CharField(
                    choices=[("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
                    default="pending",
                    max_length=8,
                ),
            ),
            ("provider_reference", models.CharField(blank=True, max_length=80, null=True, unique=True)),
            (
                "requested_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("requested_at", models.DateTimeField()),
            ("done_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "done_at"], name="orders_refu_merchan_ac4bf7_idx"),
                models.Index(condition=models.Q(("state", "done")), fields=["done_at"], name="refund_done"),
            ],
            "constraints": [models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="refund_not_negative")],
        },
    ),
    CreateModel(
        name="RefundLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("refund", models.ForeignKey(on_delete=models.PROTECT, related_name="lines", to="orders.refund")),
            ("line", models.ForeignKey(on_delete=models.PROTECT, related_name="refund_lines", to="orders.orderline")),
            ("quantity", models.PositiveIntegerField(default=0)),
            (
                "unshipped",
                models.PositiveIntegerField(
                    db_default=0, default=0, help_text="Units that had not left when it was asked for"
                ),
            ),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("refund", "line"), name="refund_line_once"),
                models.CheckConstraint(
                    condition=models.Q(("unshipped__lte", models.F("quantity"))), name="refund_line_unshipped"
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("orders", "0001_initial"),
        ("orders", "0002_initial"),
        ("orders", "0004_cart_price_and_offer"),
        ("orders", "0005_line_options_en"),
        ("orders", "0006_promotions_presales_and_parts"),
        ("orders", "0007_authorisations_and_surplus"),
        ("orders", "0008_quotes_used_once"),
        ("orders", "0009_order_desk"),
        ("orders", "0010_balance_unpaid"),
        ("orders", "0011_parcels_by_line"),
        ("orders", "0012_parcels_of_before"),
        ("orders", "0013_settlement"),
        ("orders", "0015_order_desk_by_amount_and_region"),
        ("orders", "0016_cases"),
        ("orders", "0017_addresses_vouchers_and_bookings"),
        ("orders", "0018_discounted_orders_are_found"),
        ("orders", "0019_found_by_day"),
        ("orders", "0020_notes_of_cases_are_erasable"),
    ]
    dependencies = [("shops", "0001_schema")]
    operations = [CreateModels(TABLES)]
