"""Tables of promotions: what is given and how often it was, flash sales with their own stock, presales."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField

from ..catalogue.models import Category, Product, Variant
from ..people.models import Merchant, User


class Promotion(models.Model):
    """A reduction of prices; without a merchant it is given, and borne, by the platform."""

    class Kind(models.TextChoices):
        THRESHOLD = "threshold", _("Spend and save")
        COUPON = "coupon", _("Coupon")
        BUNDLE = "bundle", _("Bundle")

    class Benefit(models.TextChoices):
        FIXED = "fixed", _("Amount off")
        PERCENT = "percent", _("Percent off")
        PRICE = "price", _("Price of the bundle")
        SHIPPING = "shipping", _("Free shipping")

    class State(models.TextChoices):
        PAUSED = "paused", _("Paused")
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")

    code = CodeField(prefix="prm")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=80, blank=True)
    currency = CurrencyField()
    benefit = models.CharField(_("benefit"), max_length=10, choices=Benefit)
    amount = AmountField(_("amount"), null=True, blank=True, help_text=_("Taken off, or the price of a bundle"))
    percent = models.DecimalField(_("percent off"), max_digits=5, decimal_places=2, null=True, blank=True)
    cap = AmountField(_("at most"), null=True, blank=True)
    threshold = AmountField(_("from a value of"), default=0)
    repeats = models.BooleanField(_("again for every multiple of the threshold"), default=False)
    word = models.CharField(_("coupon word"), max_length=24, blank=True, help_text=_("What a shopper types in"))
    is_public = models.BooleanField(_("shown in the shop"), default=True)
    new_customers_only = models.BooleanField(_("for new customers only"), default=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    limit = models.PositiveIntegerField(_("uses in all"), null=True, blank=True)
    per_shopper = models.PositiveSmallIntegerField(_("uses per shopper"), null=True, blank=True)
    budget = AmountField(_("budget"), null=True, blank=True, help_text=_("Sum of all that it takes off"))
    used = models.PositiveIntegerField(
        default=0, help_text=_("Live uses; kept only where a limit or a budget needs it")
    )
    spent = AmountField(default=0, help_text=_("Their sum; kept only where a limit or a budget needs it"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PAUSED)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Upper("word"),
                "merchant",
                condition=~Q(word="") & ~Q(state="ended"),
                nulls_distinct=False,
                name="promotion_word_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="promotion_ends"
            ),
            models.CheckConstraint(
                condition=Q(benefit__in=["fixed", "price"], amount__isnull=False, amount__gte=0, percent__isnull=True)
                | Q(benefit="percent", percent__gt=0, percent__lte=100, amount__isnull=True)
                | Q(benefit="shipping", amount__isnull=True, percent__isnull=True),
                name="promotion_benefit",
            ),
            models.CheckConstraint(condition=~Q(benefit="price") | Q(kind="bundle"), name="promotion_price_of_bundle"),
            models.CheckConstraint(condition=Q(limit__isnull=True) | Q(used__lte=F("limit")), name="promotion_limit"),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(spent__lte=F("budget")), name="promotion_budget"
            ),
        ]
        indexes = [models.Index(fields=["merchant", "state", "ends_at"])]

    def __str__(self):
        return self.title


class PromotionProduct(models.Model):
    """A product that a promotion is for, or that belongs into its bundle so many times; none means all products."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promotion", "product"], name="promotion_product_once")]

    def __str__(self):
        return f"{self.quantity} × {self.product}"


class PromotionUse(models.Model):
    """One use of a promotion for a cause (an order's code); given back when that comes to nothing."""

    class State(models.TextChoices):
        LIVE = "live", _("Live")
        RELEASED = "released", _("Released")

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="uses")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", help_text=_("In whose order"))
    cause = models.CharField(max_length=80)
    basket = models.CharField(max_length=80, help_text=_("What counts as one use: all orders of one checkout"))
    shopper = models.UUIDField()
    amount = AmountField()
    state = models.CharField(max_length=8, choices=State, default=State.LIVE)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promotion", "cause"], name="promotion_use_once")]
        indexes = [
            models.Index(fields=["cause"], name="promotion_use_cause"),
            models.Index(fields=["promotion", "-at"], name="promotion_use_latest"),
            models.Index(fields=["basket"], name="promotion_use_basket"),
        ]

    def __str__(self):
        return f"{self.amount} for {self.cause}"


class ShopperUses(models.Model):
    """How often one shopper uses a promotion that is limited per shopper; kept within the limit by guarded updates."""

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+")
    shopper = models.UUIDField()
    used = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promotion", "shopper"], name="shopper_uses_once")]

    def __str__(self):
        return f"{self.used} × {self.promotion}"


class Claim(models.Model):
    """A coupon that a shopper has taken to use later."""

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+")
    shopper = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promotion", "shopper"], name="claim_once")]
        indexes = [models.Index(fields=["shopper"], name="claim_shopper")]

    def __str__(self):
        return str(self.promotion)


class FlashSale(models.Model):
    """Some goods at a low price for a short time, from stock of their own."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PLANNED = "planned", _("Published")
        CLOSED = "closed", _("Closed")

    code = CodeField(prefix="fls")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=80, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    takes_coupons = models.BooleanField(_("coupons and thresholds count here too"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="flash_sale_ends")]
        indexes = [models.Index(fields=["ends_at"], condition=Q(state="planned"), name="flash_sale_open")]

    def __str__(self):
        return self.title


class FlashItem(models.Model):
    """One variant in a flash sale. While it is open, `left` units are free for buyers and reserved on the variant."""

    code = CodeField(prefix="fli")
    sale = models.ForeignKey(FlashSale, models.PROTECT, related_name="items")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="flash_items")
    price = AmountField(_("flash price"))
    quantity = models.PositiveIntegerField(_("units"))
    left = models.PositiveIntegerField(default=0)
    is_open = models.BooleanField(default=False, help_text=_("Its sale is published: units come from it and go back"))
    per_buyer = models.PositiveSmallIntegerField(_("units per buyer"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sale", "variant"], name="flash_item_once"),
            models.CheckConstraint(condition=Q(left__lte=F("quantity"), quantity__gt=0), name="flash_item_left"),
            models.CheckConstraint(condition=Q(price__gte=0), name="flash_item_price"),
            models.CheckConstraint(condition=Q(is_open=True) | Q(left=0), name="flash_item_closed_has_nothing_left"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.variant}"

    @property
    def share(self) -> Decimal:
        """The part of the units of an open item that is gone, from 0 to 1, in whole percents."""
        return Decimal((self.quantity - self.left) * 100 // self.quantity) / 100


class FlashBuyer(models.Model):
    """How many units of a flash item one shopper has; kept within the limit by guarded updates."""

    item = models.ForeignKey(FlashItem, models.PROTECT, related_name="+")
    shopper = models.UUIDField()
    units = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "shopper"], name="flash_buyer_once")]

    def __str__(self):
        return f"{self.units} × {self.item}"


class Presale(models.Model):
    """A variant sold ahead: a deposit now, the balance later, the goods after that. Prices are per unit."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PLANNED = "planned", _("Published")
        CLOSED = "closed", _("Closed")

    code = CodeField(prefix="prs")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=80, blank=True)
    price = AmountField(_("price in all"))
    deposit = AmountField(_("deposit"))
    starts_at = models.DateTimeField(_("deposits from"))
    ends_at = models.DateTimeField(_("deposits until"))
    balance_from = models.DateTimeField(_("balance from"))
    balance_until = models.DateTimeField(_("balance until"))
    ships_by = models.DateTimeField(_("ships by"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(deposit__gt=0, deposit__lt=F("price")), name="presale_deposit"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), balance_until__gt=F("balance_from"))
                & Q(balance_from__gte=F("starts_at"), balance_until__gt=F("ends_at"), ships_by__gte=F("balance_from")),
                name="presale_times",
            ),
        ]
        indexes = [models.Index(fields=["variant"], condition=Q(state="planned"), name="presale_open")]

    def __str__(self):
        return self.title

    @property
    def balance(self) -> Decimal:
        """What of the price is due after the deposit, per unit."""
        return self.price - self.deposit
