"""The tables of an order: what it adds up to, its lines, what was taken off them, and its moves."""

from decimal import Decimal

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField
from shops.models import Merchant, Presale, Product, Promotion, User, Variant

from ..desk.indexes import of_orders
from ..desk.models import Flag
from ..moves import CancelReason, OrderState
from .till import Checkout


class Order(models.Model):
    """What one merchant owes one shopper: prices frozen, stock held until paid or expired."""

    code = CodeField(prefix="ord")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    checkout = models.ForeignKey(Checkout, models.PROTECT, related_name="orders")
    shopper = models.UUIDField()
    offer = models.CharField(
        max_length=24, null=True, blank=True, unique=True, help_text=_("The merchant's quote that it was placed by")
    )
    state = models.CharField(_("state"), max_length=12, choices=OrderState, default=OrderState.PLACED)
    currency = CurrencyField()
    subtotal = AmountField(help_text=_("Sum of the lines before discount"))
    discount = AmountField(default=0, help_text=_("Taken off the lines, whoever bears it"))
    subsidy = AmountField(default=0, help_text=_("Part of the discount that the platform bears"))
    shipping = AmountField(default=0, help_text=_("What the shopper pays for shipping"))
    shipping_subsidy = AmountField(default=0, help_text=_("What the platform pays towards shipping"))
    tax = AmountField(default=0, help_text=_("Tax and fees added to the price"))
    total = AmountField()
    refunded = AmountField(default=0, help_text=_("Sum of the refunds done"))
    presale = models.ForeignKey(Presale, models.PROTECT, null=True, blank=True, related_name="+")
    deposit = AmountField(default=0, help_text=_("Part of the total that is due first, of a presale"))
    message = models.CharField(_("message to the shop"), max_length=200, blank=True)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text=_("Until when it must be paid"))
    deposit_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    ship_by_at = models.DateTimeField(null=True, blank=True, help_text=_("From when on it is late to ship"))
    first_shipped_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True, help_text=_("When the last parcel left"))
    delivered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True, help_text=_("When what it earned was first settled"))
    cancel_reason = models.CharField(max_length=16, choices=CancelReason, blank=True)
    flag = models.CharField(_("flag"), max_length=8, choices=Flag, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkout", "merchant"], name="order_one_per_merchant"),
            models.CheckConstraint(
                condition=Q(total=F("subtotal") - F("discount") + F("shipping") + F("tax")) & Q(total__gte=0),
                name="order_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0) & Q(shipping__gte=0) & Q(tax__gte=0) & Q(shipping_subsidy__gte=0),
                name="order_parts",
            ),
            models.CheckConstraint(condition=Q(subsidy__gte=0, subsidy__lte=F("discount")), name="order_subsidy"),
            models.CheckConstraint(condition=Q(deposit__gte=0, deposit__lte=F("total")), name="order_deposit"),
            models.CheckConstraint(condition=Q(presale__isnull=False) | Q(deposit=0), name="order_deposit_of_presale"),
            models.CheckConstraint(condition=Q(refunded__gte=0) & Q(refunded__lte=F("total")), name="order_refunded"),
        ]
        indexes = [
            models.Index(fields=["merchant", "-placed_at"]),
            models.Index(fields=["merchant", "state", "-placed_at"]),
            models.Index(fields=["merchant", "paid_at"]),
            models.Index(fields=["shopper", "-placed_at"]),
            BrinIndex(fields=["placed_at"], name="order_placed", autosummarize=True),
            models.Index(fields=["expires_at"], condition=Q(state__in=["placed", "deposit"]), name="order_unpaid"),
            models.Index(fields=["shipped_at"], condition=Q(state="shipped"), name="order_under_way"),
            models.Index(
                fields=["delivered_at"], condition=Q(state="delivered", settled_at=None), name="order_to_settle"
            ),
            models.Index(
                fields=["cancelled_at"],
                condition=Q(cancel_reason="balance_unpaid", settled_at=None),
                name="order_deposit_to_settle",
            ),
            *of_orders(),
        ]

    def __str__(self):
        return self.code

    def get_state_display(self) -> str:
        return self.name_of(self.state)

    def name_of(self, state: str) -> str:
        """Return what a state is called on this order; of services nothing is shipped, they are used."""
        is_used = state == OrderState.PARTLY and self.ship_by_at is None
        return str(_("Partly used") if is_used else OrderState(state).label)

    @property
    def balance(self) -> Decimal:
        """What of the total is due after the deposit."""
        return self.total - self.deposit


class OrderLine(models.Model):
    """Some units of one variant, with title and price as they were."""

    code = CodeField(prefix="oln")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=dict, blank=True)
    options_en = models.JSONField(default=dict, blank=True)
    list_price = AmountField(null=True, blank=True, help_text=_("Unit price before any reduction, where one was shown"))
    cost = AmountField(null=True, blank=True, help_text=_("What a unit cost the merchant, where that was known then"))
    unit_price = AmountField()
    quantity = models.PositiveIntegerField()
    discount = AmountField(default=0)
    subsidy = AmountField(default=0, help_text=_("Part of the discount that the platform bears"))
    total = AmountField(help_text=_("Unit price × quantity − discount"))
    commission_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0, help_text=_("As it was then"))
    shipped = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    refunded = AmountField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "variant"], name="order_line_variant_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity"),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity") - F("discount")) & Q(total__gte=0),
                name="order_line_adds_up",
            ),
            models.CheckConstraint(condition=Q(subsidy__gte=0, subsidy__lte=F("discount")), name="order_line_subsidy"),
            models.CheckConstraint(
                condition=Q(returned__lte=F("shipped")) & Q(shipped__lte=F("quantity")), name="order_line_units"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0) & Q(refunded__lte=F("total")), name="order_line_refunded"
            ),
        ]
        indexes = [
            models.Index(fields=["variant", "-order"], name="order_line_of_variant"),
            models.Index(fields=["product", "-order"], name="order_line_of_product"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.title}"


class LineDiscount(models.Model):
    """What one promotion takes off one line: the parts of a line's discount, each with who bears it."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="discounts")
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+")
    amount = AmountField()
    is_subsidy = models.BooleanField(help_text=_("The platform bears it, not the merchant"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "promotion"], name="line_discount_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="line_discount_takes_off"),
        ]

    def __str__(self):
        return f"{self.amount} by {self.promotion}"


class OrderMove(models.Model):
    """A step of an order from one state to the next; the chain is unbroken and append-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="moves")
    number = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=12, choices=OrderState, blank=True)
    target = models.CharField(max_length=12, choices=OrderState)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="order_move_number_once")]
        indexes = [BrinIndex(fields=["at"], name="order_move_at", autosummarize=True)]

    def __str__(self):
        return f"{self.source} → {self.target}"

    def get_target_display(self) -> str:
        return self.order.name_of(self.target)
