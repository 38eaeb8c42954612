"""The tables of what a shopper means to buy: the cart, and the checkout that makes orders of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField
from shops.delivery.located import Located
from shops.models import User, Variant

from ..desk.indexes import backwards, beginnings


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


class Checkout(Located):
    """One pass through the till: one order per merchant, paid together."""

    code = CodeField(prefix="chk")
    shopper = models.UUIDField(db_index=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField(_("e-mail"))
    recipient = models.CharField(_("recipient"), max_length=80)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1, e.g. CN"))
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
