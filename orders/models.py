"""The tables of the orders room: cart, checkout, order, payment, shipment and refund."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField
from shops.models import Merchant, Presale, Product, Promotion, User, Variant

from . import carriers
from .addresses.models import Address as Address
from .aftersale.models import Case as Case
from .aftersale.models import CaseLine as CaseLine
from .aftersale.models import CasePhoto as CasePhoto
from .aftersale.models import CaseStep as CaseStep
from .desk.indexes import backwards, beginnings, of_orders
from .desk.models import Flag
from .desk.models import OrderNote as OrderNote
from .desk.models import ShippingRow as ShippingRow
from .desk.models import ShippingRun as ShippingRun
from .moves import CancelReason, OrderState
from .settlement.models import BankAccount as BankAccount
from .settlement.models import Payout as Payout
from .settlement.models import PayoutBatch as PayoutBatch
from .settlement.models import PayoutReturn as PayoutReturn
from .settlement.models import RateChange as RateChange
from .settlement.models import Settlement as Settlement
from .settlement.models import SettlementLine as SettlementLine
from .settlement.models import Statement as Statement
from .settlement.models import Terms as Terms
from .vouchers.models import Booking as Booking
from .vouchers.models import Slot as Slot
from .vouchers.models import Voucher as Voucher


class Cart(models.Model):
    """What a shopper means to buy."""

    code = CodeField(prefix="crt")
    shopper = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1, help_text=_("Grows with every change"))
    updated_at = models.DateTimeField()

    def __str__(self):
        return self.code


class CartLine(models.Model):
    """A number of units of one variant in a cart."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    price = AmountField(help_text=_("Unit price when it was put in"))
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_variant_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=999), name="cart_quantity"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.variant}"


class Checkout(models.Model):
    """One pass through the till: one order per merchant, paid together."""

    code = CodeField(prefix="chk")
    shopper = models.UUIDField(db_index=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField(_("e-mail"))
    recipient = models.CharField(_("recipient"), max_length=80)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1, e.g. CN"))
    region = models.CharField(_("province or state"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    district = models.CharField(_("district"), max_length=80, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    language = models.CharField(max_length=10, blank=True)
    currency = CurrencyField()
    total = AmountField()
    external_reference = models.CharField(max_length=64, blank=True, db_index=True)
    quote = models.CharField(max_length=64, null=True, blank=True, help_text=_("The quote that it was placed by, once"))
    placed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quote"], condition=Q(quote__isnull=False), name="checkout_quote_once")
        ]
        indexes = [
            beginnings(Lower("email"), name="checkout_email_words"),
            beginnings(Lower("recipient"), name="checkout_recipient_words"),
            beginnings(backwards("phone"), name="checkout_phone_backwards"),
            models.Index(fields=["region", "-id"], name="checkout_region_latest"),
        ]

    def __str__(self):
        return self.code


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

    def __str__(self):
        return f"{self.source} → {self.target}"


METHODS = {
    "alipay": _("Alipay"),
    "wechat_pay": _("WeChat Pay"),
    "card": _("Card"),
    "credit_card": _("Credit card"),
    "debit_card": _("Debit card"),
    "voucher": _("Voucher"),
    "boleto": _("Boleto"),
}


class Payment(models.Model):
    """Money asked from a provider for a checkout; an unknown outcome stays pending until it is known.

    `amount` is what is asked for, and what came once it is captured: of an authorisation it may be a part.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        AUTHORISED = "authorised", _("Authorised")
        CAPTURED = "captured", _("Captured")
        VOIDED = "voided", _("Voided")
        FAILED = "failed", _("Failed")

    code = CodeField(prefix="pay")
    checkout = models.ForeignKey(Checkout, models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=16)
    method = models.CharField(max_length=24, help_text=_("What the shopper paid with"))
    instalments = models.PositiveSmallIntegerField(default=1)
    amount = AmountField()
    currency = CurrencyField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    provider_reference = models.CharField(max_length=80, null=True, blank=True)
    failure = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    captures_later = models.BooleanField(db_default=False, help_text=_("The merchant takes the money in a second step"))
    authorised = AmountField(null=True, blank=True, help_text=_("What may be captured at most"))
    authorised_at = models.DateTimeField(null=True, blank=True)
    to_capture = AmountField(null=True, blank=True, help_text=_("What the provider has been told to capture"))
    is_voiding = models.BooleanField(db_default=False, help_text=_("The provider has been told to void it"))
    captured_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_reference"], name="payment_provider_reference_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_not_negative"),
            models.CheckConstraint(
                condition=Q(authorised__isnull=True)
                | (Q(amount__lte=F("authorised")) & (Q(to_capture__isnull=True) | Q(to_capture__lte=F("authorised")))),
                name="payment_within_authorised",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["authorised", "voided"])
                | Q(authorised__isnull=False, authorised_at__isnull=False, provider_reference__isnull=False),
                name="payment_authorised_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(is_voiding=True) | Q(to_capture__isnull=True), name="payment_captured_or_voided"
            ),
            models.CheckConstraint(
                condition=~Q(state="captured") | (Q(captured_at__isnull=False) & Q(provider_reference__isnull=False)),
                name="payment_captured_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="pending"), name="payment_pending"),
            models.Index(fields=["authorised_at"], condition=Q(state="authorised"), name="payment_authorised"),
        ]

    def __str__(self):
        return self.code

    @property
    def method_name(self) -> str:
        """What the shopper paid with, for people; a method that providers bring along speaks for itself."""
        return METHODS.get(self.method, self.method.replace("_", " ").capitalize())


class PaymentShare(models.Model):
    """The part of a payment that pays one order of its checkout."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="shares")
    order = models.ForeignKey(Order, models.PROTECT, related_name="payment_shares")
    amount = AmountField()
    surplus = AmountField(db_default=0, help_text=_("Part that the order had no use for; it is given back"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "order"], name="payment_share_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_share_not_negative"),
            models.CheckConstraint(condition=Q(surplus__gte=0, surplus__lte=F("amount")), name="payment_share_surplus"),
        ]

    def __str__(self):
        return f"{self.amount} of {self.payment}"


REFUND_REASONS = {
    "payment_too_late": _("The payment came too late"),
    "payment_surplus": _("More was paid than was due"),
    "voucher_given_back": _("The voucher was not needed"),
    "voucher_expired": _("The voucher expired unused"),
    **{f"cancelled:{reason.value}": reason.label for reason in CancelReason},
    **{f"case:{reason.value}": reason.label for reason in Case.Reason},
}


def reason_text(reason: str) -> str:
    """Return why, for people: somebody's own words, or what the system gives as its reason."""
    return REFUND_REASONS.get(reason, reason)


class Refund(models.Model):
    """Money given back on one order through the payment it came by."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    code = CodeField(prefix="rfd")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="refunds")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = AmountField()
    currency = CurrencyField()
    shipping = AmountField(default=0, help_text=_("Part of the amount that gives back shipping, tax and fees"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # words, or a key of REFUND_REASONS
    restock = models.BooleanField(_("put the units back on the shelf"), default=False)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    provider_reference = models.CharField(max_length=80, null=True, blank=True, unique=True)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="refund_not_negative")]
        indexes = [models.Index(fields=["merchant", "done_at"])]

    def __str__(self):
        return self.code

    @property
    def reason_text(self) -> str:
        return reason_text(self.reason)


class RefundLine(models.Model):
    """The units and the amount that a refund takes off one order line."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField(default=0)
    unshipped = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Units that had not left when it was asked for")
    )
    amount = AmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(condition=Q(unshipped__lte=F("quantity")), name="refund_line_unshipped"),
        ]

    def __str__(self):
        return f"{self.amount} of {self.line}"


class Shipment(models.Model):
    """A parcel on its way, or units that were handed over on the spot."""

    class Kind(models.TextChoices):
        PARCEL = "parcel", _("Parcel")
        HANDOVER = "handover", _("Handed over")
        REPLACEMENT = "replacement", _("Replacement")

    code = CodeField(prefix="shp")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PARCEL, db_default="parcel")
    carrier = models.CharField(_("carrier"), max_length=60, blank=True, help_text=_("A code, or the carrier's name"))
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)
    shipped_at = models.DateTimeField()
    shipped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="handover") | Q(delivered_at__isnull=False), name="shipment_handed_over_is_there"
            )
        ]
        indexes = [
            models.Index("merchant", Upper("tracking"), condition=~Q(tracking=""), name="shipment_tracking"),
            models.Index(fields=["merchant", "carrier", "-order"], name="shipment_carrier"),
        ]

    def __str__(self):
        return self.code

    @property
    def content(self) -> dict[str, int]:
        """The units in it, by line code."""
        return {part.line.code: part.quantity for part in self.lines.all()}

    @property
    def carrier_name(self) -> str:
        return carriers.name_of(self.carrier)

    @property
    def tracking_address(self) -> str:
        """Where the carrier shows how far it has got; empty where that is not known."""
        return carriers.tracking_address(self.carrier, self.tracking)


class ShipmentLine(models.Model):
    """The units of an order line that are in a parcel."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipment_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_quantity"),
        ]

    def __str__(self):
        return f"{self.quantity} of {self.line}"


class WebhookReceipt(models.Model):
    """A message from a payment provider, taken once."""

    provider = models.CharField(max_length=16)
    message_id = models.CharField(max_length=80)
    payload = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "message_id"], name="webhook_once")]

    def __str__(self):
        return self.message_id
