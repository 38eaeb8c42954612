"""Tables of the catalogue: categories, products (SPU), variants (SKU), stock and imports."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.models import Job
from chengfeng.money import AmountField

from ..delivery.models import ShippingTemplate
from ..people.models import Merchant, User

LOW = 5  # free units at which a variant runs low


class Category(models.Model):
    """A node of the platform's category tree."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    commission_rate = models.DecimalField(
        _("commission rate"), max_digits=5, decimal_places=4, default=Decimal("0.05"), help_text=_("0.05 is 5 %")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_rate__gte=0, commission_rate__lte=1), name="category_commission_rate"
            )
        ]
        verbose_name_plural = "categories"

    def __str__(self):
        return self.name


class Product(models.Model):
    """What is sold (SPU): a title, a picture, and variants that carry price and stock."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("On sale")
        ARCHIVED = "archived", _("Archived")

    code = CodeField(prefix="prd")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="products")
    external_id = models.CharField(_("own number"), max_length=64)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("English description"), blank=True)
    brand = models.CharField(_("brand"), max_length=120, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    image = models.ImageField(_("picture"), upload_to="products/", blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    is_service = models.BooleanField(_("service, nothing is shipped"), default=False)
    voucher_days = models.PositiveSmallIntegerField(_("days a voucher is valid"), default=90)
    shipping_template = models.ForeignKey(
        ShippingTemplate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shipping template")
    )
    search = SearchVectorField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "external_id"], name="product_own_number_once")]
        indexes = [
            models.Index(fields=["merchant", "state", "-created_at"]),
            models.Index(fields=["category", "state"]),
            GinIndex(fields=["search"], name="product_search"),
        ]

    def __str__(self):
        return self.title

    @property
    def shelf(self) -> "Shelf":
        """What stands on the shelf, by the variants on sale that are loaded."""
        return Shelf.of([variant for variant in self.variants.all() if variant.is_active])


@dataclass(frozen=True, slots=True)
class Shelf:
    """Prices and free units of a product's variants on sale."""

    variants: int
    available: int
    lowest: Decimal | None
    highest: Decimal | None
    is_low: bool

    @classmethod
    def of(cls, variants: "list[Variant]") -> "Shelf":
        prices, free = [v.price for v in variants], [v.available for v in variants]
        return cls(
            len(free), sum(free), min(prices, default=None), max(prices, default=None), min(free, default=0) <= LOW
        )


class Variant(models.Model):
    """One thing on a shelf (SKU). `on_hand` counts units, `reserved` those of live holds."""

    code = CodeField(prefix="sku")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="variants")
    sku = models.CharField(_("SKU"), max_length=64)
    options = models.JSONField(_("options"), default=dict, blank=True)
    options_en = models.JSONField(_("options in English"), default=dict, blank=True)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    price = AmountField(_("price"))
    list_price = AmountField(_("list price"), null=True, blank=True)
    cost = AmountField(_("cost"), null=True, blank=True, help_text=_("Of a unit, to the merchant"))
    grams = models.PositiveIntegerField(_("weight in grams"), null=True, blank=True)
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)
    is_active = models.BooleanField(_("on sale"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "sku"], name="variant_sku_once"),
            models.UniqueConstraint(fields=["merchant", "gtin"], condition=~Q(gtin=""), name="variant_gtin_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="variant_price_not_negative"),
            models.CheckConstraint(
                condition=Q(list_price__isnull=True) | Q(list_price__gte=F("price")), name="variant_list_price_above"
            ),
            models.CheckConstraint(condition=Q(cost__isnull=True) | Q(cost__gte=0), name="variant_cost_not_negative"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="variant_reserved_within_on_hand"),
        ]

    def __str__(self):
        return self.sku

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def label(self) -> str:
        """What tells the variant from its siblings, e.g. `red / M`."""
        return " / ".join(map(str, self.options.values()))

    @property
    def label_en(self) -> str:
        return " / ".join(map(str, self.options_en.values()))


class PriceChange(models.Model):
    """A price that was set on a variant; the last one is the variant's price. Never changed, never deleted."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, db_index=False, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="prices")
    price = AmountField()
    list_price = AmountField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    cause = models.CharField(max_length=80, help_text=_("What set it, e.g. `edit` or an import"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="price_change_not_negative"),
            models.CheckConstraint(
                condition=Q(list_price__isnull=True) | Q(list_price__gte=F("price")), name="price_change_list_price"
            ),
        ]

    def __str__(self):
        return f"{self.price} since {self.at:%Y-%m-%d}"


class GoodsChange(models.Model):
    """What a product was from a moment on: written by triggers wherever it changes, never changed, never deleted.

    The moments of a product are apart by a microsecond at least, so that one row is the last.
    """

    product = models.ForeignKey(Product, models.PROTECT, db_index=False, related_name="+")
    merchant = models.ForeignKey(Merchant, models.PROTECT, db_index=False, related_name="+")
    brand = models.CharField(max_length=120, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, db_index=False, related_name="+")
    sku = models.ForeignKey(
        Variant, models.PROTECT, null=True, db_index=False, related_name="+",
        help_text=_("Its variant, where it has only one"),
    )  # fmt: skip
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "at"], name="goods_change_once")]
        indexes = [BrinIndex(fields=["at"], name="goods_change_at", autosummarize=True)]

    def __str__(self):
        return f"{self.product_id} since {self.at:%Y-%m-%d}"


class StockMove(models.Model):
    """A change of the units on hand, once per cause; on hand is always the sum of the moves."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        COUNT = "count", _("Count")
        SALE = "sale", _("Sale")
        RETURN = "return", _("Return")

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=8, choices=Kind)
    quantity = models.IntegerField()
    cause = models.CharField(max_length=80, help_text=_("What made it move, e.g. an order line"))
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "cause"], name="stock_move_once"),
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_move_moves"),
        ]

    def __str__(self):
        return f"{self.quantity:+} {self.kind}"


class Hold(models.Model):
    """Units set aside for an order that is not yet paid, until it expires."""

    class State(models.TextChoices):
        LIVE = "live", _("Live")
        TAKEN = "taken", _("Taken")
        RELEASED = "released", _("Released")

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="holds")
    quantity = models.PositiveIntegerField()
    flash_item = models.ForeignKey(
        "FlashItem", models.PROTECT, null=True, blank=True, related_name="+", help_text=_("Whose units it took, if any")
    )
    shopper = models.UUIDField(null=True, blank=True, help_text=_("For whom units of a flash item count"))
    cause = models.CharField(max_length=80, help_text=_("Whose hold it is, e.g. an order"))
    state = models.CharField(max_length=8, choices=State, default=State.LIVE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "cause"], name="hold_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_holds"),
            models.CheckConstraint(
                condition=Q(flash_item__isnull=True, shopper__isnull=True)
                | Q(flash_item__isnull=False, shopper__isnull=False),
                name="hold_of_flash_item_counts_for_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="live"), name="hold_live"),
            models.Index(fields=["cause"], name="hold_cause"),
            models.Index(
                fields=["flash_item", "created_at"], condition=Q(flash_item__isnull=False), name="hold_flash_item"
            ),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.variant_id} for {self.cause}"


class ImportRun(models.Model):
    """One reading of a catalogue file: a dry run, or the real thing."""

    code = CodeField(prefix="imp")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.FileField(upload_to="imports/", storage=private)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    dialect = models.CharField(max_length=20, blank=True, help_text=_("Recognised columns: merchant_center, olist …"))
    is_dry = models.BooleanField(default=True)
    rehearsal = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="performance", help_text=_("The dry run before it")
    )
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    notices = models.JSONField(default=list, blank=True, help_text=_("What is to be said of the file as a whole"))
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.file_name

    @property
    def state(self) -> str:
        """The state of its job; a run that needed no worker is done or has been interrupted."""
        if self.job:
            return self.job.state
        return Job.State.DONE if self.finished_at else Job.State.FAILED

    def get_state_display(self) -> str:
        return Job.State(self.state).label


class ImportProblem(models.Model):
    """Why a row of a file was refused: the row, the field, the rule, and what stood there."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=60)
    rule = models.CharField(max_length=40)
    is_warning = models.BooleanField(default=False, help_text=_("The row was brought in all the same"))
    message = models.CharField(max_length=300)
    value = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "row"])]

    def __str__(self):
        return f"{self.row} {self.field}: {self.message}"
