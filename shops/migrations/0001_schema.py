"""The tables of shops: merchants and their people, the catalogue, promotions, delivery, reviews, webhooks."""

from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.migrations import CreateModel
from django.db.models.functions import Lower, Upper

from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.money import AmountField, CurrencyField
from chengfeng.tables import CreateModels

TABLES = [
    CreateModel(
        name="User",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("password", models.CharField(max_length=128, verbose_name="password")),
            ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
            (
                "is_superuser",
                models.BooleanField(
                    default=False,
                    help_text="Designates that this user has all permissions without explicitly assigning them.",
                    verbose_name="superuser status",
                ),
            ),
            ("code", CodeField(prefix="usr")),
            (
                "person",
                models.UUIDField(
                    db_default=RandomUUID(),
                    default=uuid4,
                    editable=False,
                    help_text="Stands for them in measurements",
                    unique=True,
                ),
            ),
            ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
            ("name", models.CharField(max_length=80, verbose_name="name")),
            (
                "language",
                models.CharField(
                    blank=True,
                    choices=[("en", "English"), ("zh-hans", "Simplified Chinese")],
                    max_length=10,
                    verbose_name="language",
                ),
            ),
            ("is_ka_manager", models.BooleanField(default=False, verbose_name="key-account manager")),
            ("is_staff", models.BooleanField(default=False, verbose_name="operator")),
            ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            (
                "groups",
                models.ManyToManyField(
                    blank=True,
                    help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                    related_name="user_set",
                    related_query_name="user",
                    to="auth.group",
                    verbose_name="groups",
                ),
            ),
            (
                "user_permissions",
                models.ManyToManyField(
                    blank=True,
                    help_text="Specific permissions for this user.",
                    related_name="user_set",
                    related_query_name="user",
                    to="auth.permission",
                    verbose_name="user permissions",
                ),
            ),
        ],
        options={
            "constraints": [models.UniqueConstraint(Lower("email"), name="user_email_once")],
        },
    ),
    CreateModel(
        name="Merchant",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="mch")),
            ("slug", models.SlugField(max_length=60, unique=True, verbose_name="address")),
            ("name", models.CharField(max_length=120, verbose_name="name")),
            ("name_en", models.CharField(blank=True, max_length=120, verbose_name="English name")),
            ("tagline", models.CharField(blank=True, max_length=200, verbose_name="tagline")),
            ("tagline_en", models.CharField(blank=True, max_length=200, verbose_name="English tagline")),
            ("kind", models.CharField(blank=True, max_length=40, verbose_name="kind")),
            ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
            ("accent", models.CharField(default="#e8453c", max_length=7, verbose_name="accent colour")),
            ("currency", CurrencyField(default="CNY", max_length=3, verbose_name="currency")),
            ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
            (
                "state",
                models.CharField(
                    choices=[("onboarding", "Onboarding"), ("open", "Open"), ("suspended", "Suspended")],
                    default="open",
                    max_length=12,
                    verbose_name="state",
                ),
            ),
            ("created_at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="Membership",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="memberships", to="shops.merchant")),
            (
                "user",
                models.ForeignKey(on_delete=models.PROTECT, related_name="memberships", to=settings.AUTH_USER_MODEL),
            ),
            (
                "role",
                models.CharField(
                    choices=[
                        ("owner", "Owner"),
                        ("ad_buyer", "Ad buyer"),
                        ("analyst", "Analyst"),
                        ("finance", "Finance"),
                        ("service", "Customer service"),
                    ],
                    max_length=12,
                    verbose_name="role",
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("revoked_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("revoked_at__isnull", True)),
                    fields=("merchant", "user"),
                    name="membership_one_alive",
                )
            ],
        },
    ),
    CreateModel(
        name="Invitation",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="inv")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="invitations", to="shops.merchant")),
            ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
            (
                "role",
                models.CharField(
                    choices=[
                        ("owner", "Owner"),
                        ("ad_buyer", "Ad buyer"),
                        ("analyst", "Analyst"),
                        ("finance", "Finance"),
                        ("service", "Customer service"),
                    ],
                    max_length=12,
                    verbose_name="role",
                ),
            ),
            ("digest", models.CharField(max_length=64, unique=True)),
            ("invited_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("created_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("accepted_at", models.DateTimeField(blank=True, null=True)),
            ("revoked_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("expires_at__gt", models.F("created_at"))), name="invitation_ends"
                ),
                models.UniqueConstraint(
                    condition=models.Q(("accepted_at__isnull", True), ("revoked_at__isnull", True)),
                    fields=("merchant", "email"),
                    name="invitation_one_open",
                ),
            ],
        },
    ),
    CreateModel(
        name="Delegation",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="dlg")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="delegations", to="shops.merchant")),
            (
                "delegate",
                models.ForeignKey(on_delete=models.PROTECT, related_name="delegations", to=settings.AUTH_USER_MODEL),
            ),
            (
                "kind",
                models.CharField(
                    choices=[("ka", "Key-account manager"), ("agency", "Agency")], max_length=8, verbose_name="kind"
                ),
            ),
            (
                "rights",
                ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("catalogue.view", "See the catalogue"),
                            ("catalogue.edit", "Edit the catalogue"),
                            ("promotions.view", "See promotions"),
                            ("promotions.edit", "Edit promotions"),
                            ("orders.view", "See orders"),
                            ("orders.ship", "Ship orders"),
                            ("orders.refund", "Refund orders"),
                            ("ads.view", "See ads"),
                            ("ads.edit", "Edit ads"),
                            ("wallet.view", "See the wallet"),
                            ("wallet.fund", "Fund the wallet"),
                            ("settlement.view", "See settlement and payouts"),
                            ("settlement.edit", "Manage the bank account for payouts"),
                            ("reports.view", "See reports"),
                            ("people.view", "See people and access"),
                            ("people.edit", "Manage people and access"),
                            ("webhooks.view", "See webhooks and what was sent"),
                            ("webhooks.edit", "Manage webhooks"),
                        ],
                        max_length=24,
                    ),
                    size=None,
                    verbose_name="rights",
                ),
            ),
            ("granted_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("starts_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField(verbose_name="expires")),
            ("revoked_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("expires_at__gt", models.F("starts_at"))), name="delegation_ends"
                ),
                models.CheckConstraint(condition=models.Q(("rights__len__gt", 0)), name="delegation_lends_something"),
            ],
        },
    ),
    CreateModel(
        name="ApiToken",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="tok")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("name", models.CharField(max_length=80, verbose_name="name")),
            ("digest", models.CharField(max_length=64, unique=True)),
            ("hint", models.CharField(max_length=8)),
            (
                "rights",
                ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("catalogue.view", "See the catalogue"),
                            ("catalogue.edit", "Edit the catalogue"),
                            ("promotions.view", "See promotions"),
                            ("promotions.edit", "Edit promotions"),
                            ("orders.view", "See orders"),
                            ("orders.ship", "Ship orders"),
                            ("orders.refund", "Refund orders"),
                            ("ads.view", "See ads"),
                            ("ads.edit", "Edit ads"),
                            ("wallet.view", "See the wallet"),
                            ("wallet.fund", "Fund the wallet"),
                            ("settlement.view", "See settlement and payouts"),
                            ("settlement.edit", "Manage the bank account for payouts"),
                            ("reports.view", "See reports"),
                            ("people.view", "See people and access"),
                            ("people.edit", "Manage people and access"),
                            ("webhooks.view", "See webhooks and what was sent"),
                            ("webhooks.edit", "Manage webhooks"),
                        ],
                        max_length=24,
                    ),
                    size=None,
                    verbose_name="rights",
                ),
            ),
            ("created_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("created_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
            ("used_at", models.DateTimeField(blank=True, help_text="Last use, to the hour", null=True)),
            ("revoked_at", models.DateTimeField(blank=True, null=True)),
        ],
    ),
    CreateModel(
        name="AuditEntry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("number", models.PositiveIntegerField()),
            (
                "actor",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "token",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.apitoken"
                ),
            ),
            (
                "delegation",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.delegation"
                ),
            ),
            ("verb", models.CharField(max_length=40)),
            ("target", models.CharField(blank=True, help_text="Code of what it was done to", max_length=40)),
            ("details", models.JSONField(blank=True, default=dict)),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "target"], name="shops_audit_merchan_288ccc_idx")],
            "constraints": [models.UniqueConstraint(fields=("merchant", "number"), name="audit_numbers_once")],
        },
    ),
    CreateModel(
        name="LoginTries",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(help_text="A digest of the place and the e-mail", max_length=64, unique=True)),
            ("tries", models.PositiveSmallIntegerField()),
            ("until", models.DateTimeField(help_text="When the window ends")),
        ],
        options={
            "verbose_name_plural": "login tries",
        },
    ),
    CreateModel(
        name="Device",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("shopper", models.UUIDField()),
            ("first_at", models.DateTimeField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("shopper", "user"), name="device_once")],
        },
    ),
    CreateModel(
        name="ShippingTemplate",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="sht")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("name", models.CharField(max_length=60, verbose_name="name")),
            (
                "basis",
                models.CharField(
                    choices=[("piece", "By piece"), ("weight", "By weight, per kilogram")],
                    default="piece",
                    max_length=8,
                    verbose_name="counted",
                ),
            ),
            ("is_default", models.BooleanField(default=False, verbose_name="for all products without another")),
            ("version", models.PositiveIntegerField(default=1)),
            ("created_at", models.DateTimeField()),
            ("archived_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("archived_at__isnull", True), ("is_default", True)),
                    fields=("merchant",),
                    name="shipping_one_default",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("archived_at__isnull", True)),
                    fields=("merchant", "name"),
                    name="shipping_template_name_once",
                ),
            ],
        },
    ),
    CreateModel(
        name="ShippingRate",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "template",
                models.ForeignKey(on_delete=models.CASCADE, related_name="rates", to="shops.shippingtemplate"),
            ),
            ("position", models.PositiveSmallIntegerField(default=0)),
            (
                "regions",
                ArrayField(
                    base_field=models.CharField(max_length=84),
                    blank=True,
                    default=list,
                    help_text="`CN` or `CN/广东省`; none at all means everywhere else",
                    size=None,
                    verbose_name="regions",
                ),
            ),
            ("is_served", models.BooleanField(default=True, verbose_name="goods are sent there")),
            ("first_units", models.DecimalField(decimal_places=3, default=1, max_digits=8, verbose_name="first units")),
            (
                "first_price",
                AmountField(decimal_places=4, default=0, max_digits=18, verbose_name="price of the first units"),
            ),
            (
                "next_units",
                models.DecimalField(decimal_places=3, default=1, max_digits=8, verbose_name="further units"),
            ),
            (
                "next_price",
                AmountField(decimal_places=4, default=0, max_digits=18, verbose_name="price of each further lot"),
            ),
            (
                "free_from",
                AmountField(
                    blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="free from this value of goods"
                ),
            ),
        ],
        options={
            "ordering": ["position", "pk"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("first_price__gte", 0), ("first_units__gt", 0), ("next_price__gte", 0), ("next_units__gt", 0)
                    ),
                    name="shipping_rate_counts",
                )
            ],
        },
    ),
    CreateModel(
        name="Category",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("slug", models.SlugField(max_length=80, unique=True)),
            ("name", models.CharField(max_length=80)),
            ("name_en", models.CharField(blank=True, max_length=80)),
            (
                "parent",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="children", to="shops.category"
                ),
            ),
            (
                "commission_rate",
                models.DecimalField(
                    decimal_places=4,
                    default=Decimal("0.05"),
                    help_text="0.05 is 5 %",
                    max_digits=5,
                    verbose_name="commission rate",
                ),
            ),
        ],
        options={
            "verbose_name_plural": "categories",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("commission_rate__gte", 0), ("commission_rate__lte", 1)),
                    name="category_commission_rate",
                )
            ],
        },
    ),
    CreateModel(
        name="Product",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="prd")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="products", to="shops.merchant")),
            ("external_id", models.CharField(max_length=64, verbose_name="own number")),
            ("title", models.CharField(max_length=200, verbose_name="title")),
            ("title_en", models.CharField(blank=True, max_length=200, verbose_name="English title")),
            ("description", models.TextField(blank=True, verbose_name="description")),
            ("description_en", models.TextField(blank=True, verbose_name="English description")),
            ("brand", models.CharField(blank=True, max_length=120, verbose_name="brand")),
            (
                "category",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.category"
                ),
            ),
            ("image", models.ImageField(blank=True, upload_to="products/", verbose_name="picture")),
            (
                "state",
                models.CharField(
                    choices=[("draft", "Draft"), ("active", "On sale"), ("archived", "Archived")],
                    default="active",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            ("is_service", models.BooleanField(default=False, verbose_name="service, nothing is shipped")),
            ("voucher_days", models.PositiveSmallIntegerField(default=90, verbose_name="days a voucher is valid")),
            (
                "shipping_template",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to="shops.shippingtemplate",
                    verbose_name="shipping template",
                ),
            ),
            ("search", SearchVectorField(editable=False, null=True)),
            ("version", models.PositiveIntegerField(default=1)),
            ("created_at", models.DateTimeField()),
            ("updated_at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["merchant", "state", "-created_at"], name="shops_produ_merchan_d267fe_idx"),
                models.Index(fields=["category", "state"], name="shops_produ_categor_495040_idx"),
                GinIndex(fields=["search"], name="product_search"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("merchant", "external_id"), name="product_own_number_once")
            ],
        },
    ),
    CreateModel(
        name="Variant",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="sku")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("product", models.ForeignKey(on_delete=models.PROTECT, related_name="variants", to="shops.product")),
            ("sku", models.CharField(max_length=64, verbose_name="SKU")),
            ("options", models.JSONField(blank=True, default=dict, verbose_name="options")),
            ("options_en", models.JSONField(blank=True, default=dict, verbose_name="options in English")),
            ("gtin", models.CharField(blank=True, max_length=14, verbose_name="GTIN")),
            ("price", AmountField(decimal_places=4, max_digits=18, verbose_name="price")),
            (
                "list_price",
                AmountField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="list price"),
            ),
            ("grams", models.PositiveIntegerField(blank=True, null=True, verbose_name="weight in grams")),
            ("on_hand", models.PositiveIntegerField(default=0, verbose_name="on hand")),
            ("reserved", models.PositiveIntegerField(default=0, verbose_name="reserved")),
            ("is_active", models.BooleanField(default=True, verbose_name="on sale")),
            ("version", models.PositiveIntegerField(default=1)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("merchant", "sku"), name="variant_sku_once"),
                models.UniqueConstraint(
                    condition=models.Q(("gtin", ""), _negated=True),
                    fields=("merchant", "gtin"),
                    name="variant_gtin_once",
                ),
                models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="variant_price_not_negative"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("list_price__isnull", True), ("list_price__gte", models.F("price")), _connector="OR"
                    ),
                    name="variant_list_price_above",
                ),
                models.CheckConstraint(
                    condition=models.Q(("reserved__lte", models.F("on_hand"))), name="variant_reserved_within_on_hand"
                ),
            ],
        },
    ),
    CreateModel(
        name="PriceChange",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("variant", models.ForeignKey(on_delete=models.PROTECT, related_name="prices", to="shops.variant")),
            ("price", AmountField(decimal_places=4, max_digits=18)),
            ("list_price", AmountField(blank=True, decimal_places=4, max_digits=18, null=True)),
            ("at", models.DateTimeField()),
            (
                "by",
                models.ForeignKey(
                    blank=True,
                    db_index=False,
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("cause", models.CharField(help_text="What set it, e.g. `edit` or an import", max_length=80)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="price_change_not_negative"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("list_price__isnull", True), ("list_price__gte", models.F("price")), _connector="OR"
                    ),
                    name="price_change_list_price",
                ),
            ],
        },
    ),
    CreateModel(
        name="GoodsChange",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "product",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.product"),
            ),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            ("brand", models.CharField(blank=True, max_length=120)),
            (
                "category",
                models.ForeignKey(
                    db_index=False, null=True, on_delete=models.PROTECT, related_name="+", to="shops.category"
                ),
            ),
            (
                "sku",
                models.ForeignKey(
                    db_index=False,
                    help_text="Its variant, where it has only one",
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to="shops.variant",
                ),
            ),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [BrinIndex(autosummarize=True, fields=["at"], name="goods_change_at")],
            "constraints": [models.UniqueConstraint(fields=("product", "at"), name="goods_change_once")],
        },
    ),
    CreateModel(
        name="StockMove",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("variant", models.ForeignKey(on_delete=models.PROTECT, related_name="moves", to="shops.variant")),
            (
                "kind",
                models.CharField(
                    choices=[("receipt", "Receipt"), ("count", "Count"), ("sale", "Sale"), ("return", "Return")],
                    max_length=8,
                ),
            ),
            ("quantity", models.IntegerField()),
            ("cause", models.CharField(help_text="What made it move, e.g. an order line", max_length=80)),
            ("at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("variant", "cause"), name="stock_move_once"),
                models.CheckConstraint(condition=models.Q(("quantity", 0), _negated=True), name="stock_move_moves"),
            ],
        },
    ),
    CreateModel(
        name="Hold",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("variant", models.ForeignKey(on_delete=models.PROTECT, related_name="holds", to="shops.variant")),
            ("quantity", models.PositiveIntegerField()),
            (
                "flash_item",
                models.ForeignKey(
                    blank=True,
                    help_text="Whose units it took, if any",
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to="shops.flashitem",
                ),
            ),
            ("shopper", models.UUIDField(blank=True, help_text="For whom units of a flash item count", null=True)),
            ("cause", models.CharField(help_text="Whose hold it is, e.g. an order", max_length=80)),
            (
                "state",
                models.CharField(
                    choices=[("live", "Live"), ("taken", "Taken"), ("released", "Released")],
                    default="live",
                    max_length=8,
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state", "live")), fields=["expires_at"], name="hold_live"),
                models.Index(fields=["cause"], name="hold_cause"),
                models.Index(
                    condition=models.Q(("flash_item__isnull", False)),
                    fields=["flash_item", "created_at"],
                    name="hold_flash_item",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("variant", "cause"), name="hold_once"),
                models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="hold_holds"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("flash_item__isnull", True), ("shopper__isnull", True)),
                        models.Q(("flash_item__isnull", False), ("shopper__isnull", False)),
                        _connector="OR",
                    ),
                    name="hold_of_flash_item_counts_for_somebody",
                ),
            ],
        },
    ),
    CreateModel(
        name="ImportRun",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="imp")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            (
                "job",
                models.OneToOneField(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="chengfeng.job"
                ),
            ),
            ("file", models.FileField(storage=private, upload_to="imports/")),
            ("file_name", models.CharField(max_length=200)),
            ("digest", models.CharField(max_length=64)),
            (
                "dialect",
                models.CharField(blank=True, help_text="Recognised columns: merchant_center, olist …", max_length=20),
            ),
            ("is_dry", models.BooleanField(default=True)),
            (
                "rehearsal",
                models.OneToOneField(
                    blank=True,
                    help_text="The dry run before it",
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="performance",
                    to="shops.importrun",
                ),
            ),
            (
                "requested_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("rows", models.PositiveIntegerField(default=0)),
            ("created", models.PositiveIntegerField(default=0)),
            ("updated", models.PositiveIntegerField(default=0)),
            ("unchanged", models.PositiveIntegerField(default=0)),
            ("refused", models.PositiveIntegerField(default=0)),
            (
                "notices",
                models.JSONField(blank=True, default=list, help_text="What is to be said of the file as a whole"),
            ),
            ("created_at", models.DateTimeField()),
            ("finished_at", models.DateTimeField(blank=True, null=True)),
        ],
    ),
    CreateModel(
        name="ImportProblem",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("run", models.ForeignKey(on_delete=models.CASCADE, related_name="problems", to="shops.importrun")),
            ("row", models.PositiveIntegerField()),
            ("field", models.CharField(max_length=60)),
            ("rule", models.CharField(max_length=40)),
            ("is_warning", models.BooleanField(default=False, help_text="The row was brought in all the same")),
            ("message", models.CharField(max_length=300)),
            ("value", models.CharField(blank=True, max_length=200)),
        ],
        options={
            "indexes": [models.Index(fields=["run", "row"], name="shops_impor_run_id_c1dbcb_idx")],
        },
    ),
    CreateModel(
        name="Note",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="nte")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="notes", to="shops.merchant")),
            ("title", models.CharField(max_length=120, verbose_name="title")),
            ("title_en", models.CharField(blank=True, max_length=120, verbose_name="English title")),
            ("body", models.TextField(blank=True, verbose_name="text")),
            ("body_en", models.TextField(blank=True, verbose_name="English text")),
            ("author", models.CharField(max_length=60, verbose_name="author")),
            ("author_en", models.CharField(blank=True, max_length=60, verbose_name="author in English")),
            ("image", models.ImageField(blank=True, upload_to="notes/", verbose_name="picture")),
            (
                "state",
                models.CharField(
                    choices=[("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                    default="draft",
                    max_length=10,
                    verbose_name="state",
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("published_at", models.DateTimeField(blank=True, null=True)),
            ("products", models.ManyToManyField(related_name="notes", through="shops.NoteProduct", to="shops.product")),
        ],
        options={
            "indexes": [models.Index(fields=["state", "-published_at"], name="shops_note_state_08143c_idx")],
        },
    ),
    CreateModel(
        name="NoteProduct",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("note", models.ForeignKey(on_delete=models.CASCADE, related_name="tags", to="shops.note")),
            ("product", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.product")),
            ("place", models.PositiveSmallIntegerField(default=0)),
        ],
        options={
            "ordering": ["place", "pk"],
            "constraints": [models.UniqueConstraint(fields=("note", "product"), name="note_tags_product_once")],
        },
    ),
    CreateModel(
        name="HookEndpoint",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="whe")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("url", models.CharField(max_length=500, verbose_name="address")),
            ("description", models.CharField(blank=True, max_length=120, verbose_name="description")),
            ("events", ArrayField(base_field=models.CharField(max_length=40), size=None, verbose_name="events")),
            (
                "state",
                models.CharField(
                    choices=[("active", "Active"), ("disabled", "Switched off")], default="active", max_length=8
                ),
            ),
            (
                "disabled_for",
                models.CharField(
                    blank=True,
                    choices=[
                        ("by_hand", "Switched off by hand"),
                        ("gone", "It answered 410 Gone"),
                        ("failing", "It has failed for days"),
                    ],
                    max_length=8,
                ),
            ),
            ("disabled_at", models.DateTimeField(blank=True, null=True)),
            (
                "failing_since",
                models.DateTimeField(blank=True, help_text="First failure since the last success", null=True),
            ),
            ("generation", models.PositiveIntegerField(default=1)),
            ("rotated_at", models.DateTimeField(blank=True, null=True)),
            ("version", models.PositiveIntegerField(default=1)),
            (
                "created_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "created_with",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.apitoken"
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("deleted_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("events__len__gt", 0)), name="hook_endpoint_wants_something"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("disabled_at", None), ("disabled_for", ""), ("state", "active")),
                        models.Q(
                            ("disabled_at__isnull", False),
                            ("state", "disabled"),
                            models.Q(("disabled_for", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="hook_endpoint_disabled_for_a_reason",
                ),
            ],
        },
    ),
    CreateModel(
        name="HookMessage",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="msg")),
            (
                "merchant",
                models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
            ),
            (
                "endpoint",
                models.ForeignKey(
                    db_index=False, on_delete=models.PROTECT, related_name="messages", to="shops.hookendpoint"
                ),
            ),
            ("event", models.CharField(max_length=40)),
            ("key", models.CharField(help_text="What tells the event from others of its kind", max_length=80)),
            ("version", models.PositiveSmallIntegerField(default=1, help_text="Of the shape of the data")),
            ("data", models.JSONField(default=dict)),
            ("happened_at", models.DateTimeField()),
            ("created_at", models.DateTimeField()),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting", "Waiting"),
                        ("delivered", "Delivered"),
                        ("dead", "Given up"),
                        ("held", "Held back"),
                    ],
                    default="waiting",
                    max_length=10,
                ),
            ),
            (
                "due_at",
                models.DateTimeField(
                    blank=True, help_text="Of a message on its way: when it counts as lost", null=True
                ),
            ),
            ("retries", models.PositiveSmallIntegerField(default=0, help_text="Steps taken of the schedule")),
            ("attempts_made", models.PositiveIntegerField(default=0)),
            ("delivered_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "waiting")), fields=["endpoint", "due_at"], name="hook_message_due"
                ),
                models.Index(fields=["endpoint", "-id"], name="hook_message_log"),
                models.Index(fields=["merchant", "-id"], name="hook_message_of_merchant"),
                models.Index(fields=["created_at"], name="hook_message_age"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("endpoint", "event", "key"), name="hook_message_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("due_at__isnull", False), ("state", "waiting")),
                        models.Q(models.Q(("state", "waiting"), _negated=True), ("due_at", None)),
                        _connector="OR",
                    ),
                    name="hook_message_waits_for_an_instant",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "delivered"), _negated=True),
                        ("delivered_at__isnull", False),
                        _connector="OR",
                    ),
                    name="hook_message_delivered_has_time",
                ),
            ],
        },
    ),
    CreateModel(
        name="HookAttempt",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "message",
                models.ForeignKey(
                    db_index=False, on_delete=models.CASCADE, related_name="attempts", to="shops.hookmessage"
                ),
            ),
            ("number", models.PositiveIntegerField()),
            ("started_at", models.DateTimeField()),
            ("ended_at", models.DateTimeField(blank=True, null=True)),
            ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
            (
                "trouble",
                models.CharField(
                    blank=True,
                    choices=[
                        ("forbidden", "The address is not a public one"),
                        ("unknown", "There is no such host"),
                        ("unreachable", "Nothing answers there"),
                        ("tls", "The certificate is not valid for this host"),
                        ("timeout", "No whole answer within 10 seconds"),
                        ("broken", "The answer is not HTTP"),
                    ],
                    max_length=12,
                ),
            ),
            ("milliseconds", models.PositiveIntegerField(blank=True, null=True)),
            ("answer", models.TextField(blank=True, help_text="How the body of the answer begins")),
        ],
        options={
            "ordering": ["number"],
            "constraints": [
                models.UniqueConstraint(fields=("message", "number"), name="hook_attempt_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("ended_at", None), ("status", None), ("trouble", "")),
                        models.Q(
                            ("ended_at__isnull", False),
                            models.Q(
                                models.Q(("status__isnull", False), ("trouble", "")),
                                models.Q(("status", None), models.Q(("trouble", ""), _negated=True)),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="hook_attempt_ends_one_way",
                ),
            ],
        },
    ),
    CreateModel(
        name="Link",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("shopper", models.UUIDField()),
            ("number", models.PositiveIntegerField()),
            ("person", models.UUIDField()),
            (
                "evidence",
                models.CharField(
                    choices=[
                        ("login", "Logged in"),
                        ("register", "Registered"),
                        ("checkout", "Bought while logged in"),
                        ("apart", "Not to be linked any more"),
                        ("again", "May be linked again"),
                    ],
                    max_length=8,
                ),
            ),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["person"], name="link_person"),
                BrinIndex(autosummarize=True, fields=["at"], name="link_at"),
            ],
            "constraints": [models.UniqueConstraint(fields=("shopper", "number"), name="link_numbers_once")],
        },
    ),
    CreateModel(
        name="Erasure",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="ers")),
            ("user", models.OneToOneField(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            (
                "asked_by",
                models.ForeignKey(
                    blank=True,
                    help_text="The operator; else the person",
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("asked_at", models.DateTimeField()),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting", "Waiting for orders"),
                        ("running", "Being erased"),
                        ("told", "Erased but for history files"),
                        ("done", "Erased"),
                    ],
                    default="waiting",
                    max_length=8,
                ),
            ),
            (
                "replacements",
                models.JSONField(blank=True, default=dict, help_text="Fresh pseudonyms by old ones, while it runs"),
            ),
            ("done_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("done_at__isnull", False), ("replacements", {}), ("state", "done")),
                        models.Q(models.Q(("state", "done"), _negated=True), ("done_at__isnull", True)),
                        _connector="OR",
                    ),
                    name="erasure_done_remembers_nothing",
                )
            ],
        },
    ),
    CreateModel(
        name="Brand",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="brd")),
            ("merchant", models.OneToOneField(on_delete=models.PROTECT, related_name="brand", to="shops.merchant")),
            (
                "manager",
                models.ForeignKey(on_delete=models.PROTECT, related_name="brands", to=settings.AUTH_USER_MODEL),
            ),
            ("company", models.CharField(max_length=160, verbose_name="company")),
            ("contact_name", models.CharField(blank=True, max_length=80, verbose_name="contact")),
            ("contact_email", models.EmailField(max_length=254, verbose_name="contact e-mail")),
            (
                "registration_number",
                models.CharField(blank=True, max_length=40, verbose_name="company registration number"),
            ),
            ("opened_at", models.DateTimeField()),
            ("due_at", models.DateTimeField(verbose_name="due")),
            ("handed_over_at", models.DateTimeField(blank=True, null=True)),
        ],
    ),
    CreateModel(
        name="StepDone",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="steps_done", to="shops.merchant")),
            (
                "step",
                models.CharField(
                    choices=[
                        ("company", "Company details"),
                        ("documents", "Documents"),
                        ("contract", "Contract"),
                        ("shop", "Shop set up"),
                        ("catalogue", "Catalogue imported"),
                        ("wallet", "Wallet funded"),
                        ("campaign", "First campaign"),
                        ("first_order", "First paid order"),
                    ],
                    max_length=24,
                ),
            ),
            ("at", models.DateTimeField()),
            (
                "by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("fact", models.CharField(blank=True, help_text="Code of the row that ticked it", max_length=60)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("merchant", "step"), name="step_done_once")],
        },
    ),
    CreateModel(
        name="Document",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="doc")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="documents", to="shops.merchant")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("licence", "Business licence"),
                        ("trademark", "Trademark"),
                        ("authorisation", "Brand authorisation"),
                        ("contract", "Signed contract"),
                    ],
                    max_length=14,
                    verbose_name="kind",
                ),
            ),
            ("file", models.FileField(storage=private, upload_to="documents/", verbose_name="file")),
            ("file_name", models.CharField(max_length=200)),
            ("expires_date", models.DateField(blank=True, null=True, verbose_name="valid until")),
            ("uploaded_by", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("uploaded_at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="Promotion",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="prm")),
            (
                "merchant",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.merchant"
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[("threshold", "Spend and save"), ("coupon", "Coupon"), ("bundle", "Bundle")],
                    max_length=10,
                    verbose_name="kind",
                ),
            ),
            ("title", models.CharField(max_length=80, verbose_name="title")),
            ("title_en", models.CharField(blank=True, max_length=80, verbose_name="English title")),
            ("currency", CurrencyField(max_length=3)),
            (
                "benefit",
                models.CharField(
                    choices=[
                        ("fixed", "Amount off"),
                        ("percent", "Percent off"),
                        ("price", "Price of the bundle"),
                        ("shipping", "Free shipping"),
                    ],
                    max_length=10,
                    verbose_name="benefit",
                ),
            ),
            (
                "amount",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    help_text="Taken off, or the price of a bundle",
                    max_digits=18,
                    null=True,
                    verbose_name="amount",
                ),
            ),
            (
                "percent",
                models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="percent off"),
            ),
            ("cap", AmountField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="at most")),
            ("threshold", AmountField(decimal_places=4, default=0, max_digits=18, verbose_name="from a value of")),
            ("repeats", models.BooleanField(default=False, verbose_name="again for every multiple of the threshold")),
            (
                "word",
                models.CharField(
                    blank=True, help_text="What a shopper types in", max_length=24, verbose_name="coupon word"
                ),
            ),
            ("is_public", models.BooleanField(default=True, verbose_name="shown in the shop")),
            ("new_customers_only", models.BooleanField(default=False, verbose_name="for new customers only")),
            (
                "category",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to="shops.category"
                ),
            ),
            ("starts_at", models.DateTimeField(verbose_name="starts")),
            ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
            ("limit", models.PositiveIntegerField(blank=True, null=True, verbose_name="uses in all")),
            ("per_shopper", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="uses per shopper")),
            (
                "budget",
                AmountField(
                    blank=True,
                    decimal_places=4,
                    help_text="Sum of all that it takes off",
                    max_digits=18,
                    null=True,
                    verbose_name="budget",
                ),
            ),
            (
                "used",
                models.PositiveIntegerField(
                    default=0, help_text="Live uses; kept only where a limit or a budget needs it"
                ),
            ),
            (
                "spent",
                AmountField(
                    decimal_places=4,
                    default=0,
                    help_text="Their sum; kept only where a limit or a budget needs it",
                    max_digits=18,
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[("paused", "Paused"), ("active", "Active"), ("ended", "Ended")],
                    default="paused",
                    max_length=8,
                    verbose_name="state",
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
        ],
        options={
            "indexes": [models.Index(fields=["merchant", "state", "ends_at"], name="shops_promo_merchan_4a1a6a_idx")],
            "constraints": [
                models.UniqueConstraint(
                    Upper("word"),
                    models.F("merchant"),
                    condition=models.Q(
                        models.Q(("word", ""), _negated=True), models.Q(("state", "ended"), _negated=True)
                    ),
                    name="promotion_word_once",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                    ),
                    name="promotion_ends",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("amount__gte", 0),
                            ("amount__isnull", False),
                            ("benefit__in", ["fixed", "price"]),
                            ("percent__isnull", True),
                        ),
                        models.Q(
                            ("amount__isnull", True), ("benefit", "percent"), ("percent__gt", 0), ("percent__lte", 100)
                        ),
                        models.Q(("amount__isnull", True), ("benefit", "shipping"), ("percent__isnull", True)),
                        _connector="OR",
                    ),
                    name="promotion_benefit",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("benefit", "price"), _negated=True), ("kind", "bundle"), _connector="OR"
                    ),
                    name="promotion_price_of_bundle",
                ),
                models.CheckConstraint(
                    condition=models.Q(("limit__isnull", True), ("used__lte", models.F("limit")), _connector="OR"),
                    name="promotion_limit",
                ),
                models.CheckConstraint(
                    condition=models.Q(("budget__isnull", True), ("spent__lte", models.F("budget")), _connector="OR"),
                    name="promotion_budget",
                ),
            ],
        },
    ),
    CreateModel(
        name="PromotionProduct",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("promotion", models.ForeignKey(on_delete=models.CASCADE, related_name="products", to="shops.promotion")),
            ("product", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.product")),
            ("quantity", models.PositiveSmallIntegerField(default=1)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("promotion", "product"), name="promotion_product_once")],
        },
    ),
    CreateModel(
        name="PromotionUse",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("promotion", models.ForeignKey(on_delete=models.PROTECT, related_name="uses", to="shops.promotion")),
            (
                "merchant",
                models.ForeignKey(
                    help_text="In whose order", on_delete=models.PROTECT, related_name="+", to="shops.merchant"
                ),
            ),
            ("cause", models.CharField(max_length=80)),
            ("basket", models.CharField(help_text="What counts as one use: all orders of one checkout", max_length=80)),
            ("shopper", models.UUIDField()),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
            (
                "state",
                models.CharField(choices=[("live", "Live"), ("released", "Released")], default="live", max_length=8),
            ),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["cause"], name="promotion_use_cause"),
                models.Index(fields=["promotion", "-at"], name="promotion_use_latest"),
                models.Index(fields=["basket"], name="promotion_use_basket"),
            ],
            "constraints": [models.UniqueConstraint(fields=("promotion", "cause"), name="promotion_use_once")],
        },
    ),
    CreateModel(
        name="ShopperUses",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("promotion", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.promotion")),
            ("shopper", models.UUIDField()),
            ("used", models.PositiveSmallIntegerField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("promotion", "shopper"), name="shopper_uses_once")],
        },
    ),
    CreateModel(
        name="Claim",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("promotion", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.promotion")),
            ("shopper", models.UUIDField()),
            ("at", models.DateTimeField()),
        ],
        options={
            "indexes": [models.Index(fields=["shopper"], name="claim_shopper")],
            "constraints": [models.UniqueConstraint(fields=("promotion", "shopper"), name="claim_once")],
        },
    ),
    CreateModel(
        name="FlashSale",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="fls")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("title", models.CharField(max_length=80, verbose_name="title")),
            ("title_en", models.CharField(blank=True, max_length=80, verbose_name="English title")),
            ("starts_at", models.DateTimeField(verbose_name="starts")),
            ("ends_at", models.DateTimeField(verbose_name="ends")),
            ("takes_coupons", models.BooleanField(default=False, verbose_name="coupons and thresholds count here too")),
            (
                "state",
                models.CharField(
                    choices=[("draft", "Draft"), ("planned", "Published"), ("closed", "Closed")],
                    default="draft",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            (
                "created_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("created_at", models.DateTimeField()),
            ("closed_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state", "planned")), fields=["ends_at"], name="flash_sale_open")
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="flash_sale_ends"
                )
            ],
        },
    ),
    CreateModel(
        name="FlashItem",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="fli")),
            ("sale", models.ForeignKey(on_delete=models.PROTECT, related_name="items", to="shops.flashsale")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("variant", models.ForeignKey(on_delete=models.PROTECT, related_name="flash_items", to="shops.variant")),
            ("price", AmountField(decimal_places=4, max_digits=18, verbose_name="flash price")),
            ("quantity", models.PositiveIntegerField(verbose_name="units")),
            ("left", models.PositiveIntegerField(default=0)),
            (
                "is_open",
                models.BooleanField(default=False, help_text="Its sale is published: units come from it and go back"),
            ),
            ("per_buyer", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="units per buyer")),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("sale", "variant"), name="flash_item_once"),
                models.CheckConstraint(
                    condition=models.Q(("left__lte", models.F("quantity")), ("quantity__gt", 0)), name="flash_item_left"
                ),
                models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="flash_item_price"),
                models.CheckConstraint(
                    condition=models.Q(("is_open", True), ("left", 0), _connector="OR"),
                    name="flash_item_closed_has_nothing_left",
                ),
            ],
        },
    ),
    CreateModel(
        name="FlashBuyer",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("item", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.flashitem")),
            ("shopper", models.UUIDField()),
            ("units", models.PositiveIntegerField()),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("item", "shopper"), name="flash_buyer_once")],
        },
    ),
    CreateModel(
        name="Presale",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="prs")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("variant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.variant")),
            ("title", models.CharField(max_length=80, verbose_name="title")),
            ("title_en", models.CharField(blank=True, max_length=80, verbose_name="English title")),
            ("price", AmountField(decimal_places=4, max_digits=18, verbose_name="price in all")),
            ("deposit", AmountField(decimal_places=4, max_digits=18, verbose_name="deposit")),
            ("starts_at", models.DateTimeField(verbose_name="deposits from")),
            ("ends_at", models.DateTimeField(verbose_name="deposits until")),
            ("balance_from", models.DateTimeField(verbose_name="balance from")),
            ("balance_until", models.DateTimeField(verbose_name="balance until")),
            ("ships_by", models.DateTimeField(verbose_name="ships by")),
            (
                "state",
                models.CharField(
                    choices=[("draft", "Draft"), ("planned", "Published"), ("closed", "Closed")],
                    default="draft",
                    max_length=8,
                    verbose_name="state",
                ),
            ),
            (
                "created_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("created_at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state", "planned")), fields=["variant"], name="presale_open")
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("deposit__gt", 0), ("deposit__lt", models.F("price"))), name="presale_deposit"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("balance_until__gt", models.F("balance_from")),
                        ("ends_at__gt", models.F("starts_at")),
                        ("balance_from__gte", models.F("starts_at")),
                        ("balance_until__gt", models.F("ends_at")),
                        ("ships_by__gte", models.F("balance_from")),
                    ),
                    name="presale_times",
                ),
            ],
        },
    ),
    CreateModel(
        name="Review",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="rvw")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("product", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.product")),
            ("variant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.variant")),
            (
                "cause",
                models.CharField(help_text="The purchase it speaks of: an order line", max_length=24, unique=True),
            ),
            ("shopper", models.UUIDField()),
            (
                "author",
                models.CharField(
                    help_text="The shopper's name, most of it hidden", max_length=40, verbose_name="author"
                ),
            ),
            ("stars", models.PositiveSmallIntegerField(verbose_name="stars")),
            ("text", models.TextField(blank=True, verbose_name="text")),
            ("created_at", models.DateTimeField()),
            ("edited_at", models.DateTimeField(blank=True, null=True)),
            ("reply", models.TextField(blank=True, verbose_name="reply of the shop")),
            ("replied_at", models.DateTimeField(blank=True, null=True)),
            (
                "replied_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("hidden_at", models.DateTimeField(blank=True, null=True)),
            (
                "hidden_by",
                models.ForeignKey(
                    blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            ("hidden_reason", models.CharField(blank=True, max_length=200, verbose_name="why it is hidden")),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("hidden_at__isnull", True)), fields=["product", "stars"], name="review_shown"
                ),
                models.Index(fields=["product", "-created_at"], name="review_of_product"),
                models.Index(fields=["merchant", "-created_at"], name="review_of_merchant"),
            ],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("stars__gte", 1), ("stars__lte", 5)), name="review_stars"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("replied_at__isnull", True), ("reply", "")),
                        models.Q(("replied_at__isnull", False), models.Q(("reply", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="review_reply_has_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("hidden_at__isnull", True), ("hidden_reason", "")),
                        models.Q(("hidden_at__isnull", False), models.Q(("hidden_reason", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="review_hidden_has_reason",
                ),
            ],
        },
    ),
    CreateModel(
        name="ReviewPhoto",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("review", models.ForeignKey(on_delete=models.CASCADE, related_name="photos", to="shops.review")),
            ("place", models.PositiveSmallIntegerField()),
            ("image", models.ImageField(upload_to="reviews/")),
        ],
        options={
            "ordering": ["place"],
            "constraints": [models.UniqueConstraint(fields=("review", "place"), name="review_photo_place_once")],
        },
    ),
    CreateModel(
        name="Store",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("country", models.CharField(max_length=2, verbose_name="country or region")),
            ("region", models.CharField(blank=True, max_length=80, verbose_name="province or state")),
            ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
            ("district", models.CharField(blank=True, max_length=80, verbose_name="district")),
            ("street", models.CharField(blank=True, max_length=200, verbose_name="street")),
            ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
            ("code", CodeField(prefix="sto")),
            ("merchant", models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="shops.merchant")),
            ("name", models.CharField(max_length=80, verbose_name="name")),
            ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
            (
                "capacity",
                models.PositiveSmallIntegerField(
                    default=0, help_text="0: nobody books, people just come.", verbose_name="bookings per slot"
                ),
            ),
            (
                "slot_minutes",
                models.PositiveSmallIntegerField(
                    default=60,
                    validators=[MinValueValidator(5), MaxValueValidator(720)],
                    verbose_name="length of a slot in minutes",
                ),
            ),
            ("version", models.PositiveIntegerField(default=1)),
            ("created_at", models.DateTimeField()),
            ("archived_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("archived_at", None)), fields=("merchant", "name"), name="store_name_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(("capacity__lte", 1000), ("slot_minutes__gte", 5), ("slot_minutes__lte", 720)),
                    name="store_slots",
                ),
            ],
        },
    ),
    CreateModel(
        name="StoreHours",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("store", models.ForeignKey(on_delete=models.CASCADE, related_name="hours", to="shops.store")),
            (
                "weekday",
                models.PositiveSmallIntegerField(
                    choices=[
                        (0, "Monday"),
                        (1, "Tuesday"),
                        (2, "Wednesday"),
                        (3, "Thursday"),
                        (4, "Friday"),
                        (5, "Saturday"),
                        (6, "Sunday"),
                    ]
                ),
            ),
            ("opens", models.TimeField(verbose_name="opens")),
            ("closes", models.TimeField(verbose_name="closes")),
        ],
        options={
            "ordering": ["weekday", "opens"],
            "constraints": [
                models.UniqueConstraint(fields=("store", "weekday", "opens"), name="store_hours_once"),
                models.CheckConstraint(
                    condition=models.Q(("opens__lt", models.F("closes")), ("weekday__lte", 6)),
                    name="store_hours_in_order",
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("shops", "0001_initial"),
        ("shops", "0003_invitations_and_token_use"),
        ("shops", "0004_import_notices"),
        ("shops", "0005_promotions_and_delivery"),
        ("shops", "0006_rights_of_promotions_and_settlement"),
        ("shops", "0007_prices_and_reviews"),
        ("shops", "0008_price_history_begins"),
        ("shops", "0009_uses_of_one_checkout"),
        ("shops", "0010_flash_holds_and_buyers"),
        ("shops", "0011_stores"),
        ("shops", "0012_login_tries"),
        ("shops", "0013_devices"),
        ("shops", "0014_analyst_role"),
        ("shops", "0015_identity"),
        ("shops", "0016_goods_history"),
        ("shops", "0017_webhooks"),
        ("shops", "0018_version_of_webhook_messages"),
        ("shops", "0019_devices_kept_apart"),
        ("shops", "0020_erasure"),
    ]
    dependencies = [("auth", "0012_alter_user_first_name_max_length"), ("chengfeng", "0001_schema")]
    operations = [CreateModels(TABLES)]
