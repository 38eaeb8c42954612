"""Tables of delivery: shipping templates and their rates by region."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField

from ..people.models import Merchant


class ShippingTemplate(models.Model):
    """What a merchant asks for sending goods, region by region."""

    class Basis(models.TextChoices):
        PIECE = "piece", _("By piece")
        WEIGHT = "weight", _("By weight, per kilogram")

    code = CodeField(prefix="sht")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    basis = models.CharField(_("counted"), max_length=8, choices=Basis, default=Basis.PIECE)
    is_default = models.BooleanField(_("for all products without another"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"], condition=Q(is_default=True, archived_at__isnull=True), name="shipping_one_default"
            ),
            models.UniqueConstraint(
                fields=["merchant", "name"], condition=Q(archived_at__isnull=True), name="shipping_template_name_once"
            ),
        ]

    def __str__(self):
        return self.name


class ShippingRate(models.Model):
    """The price of sending to some regions: so much for the first units, so much for each further lot of them."""

    template = models.ForeignKey(ShippingTemplate, models.CASCADE, related_name="rates")
    position = models.PositiveSmallIntegerField(default=0)
    regions = ArrayField(
        models.CharField(max_length=84),
        default=list,
        blank=True,
        verbose_name=_("regions"),
        help_text=_("`CN` or `CN/广东省`; none at all means everywhere else"),
    )
    is_served = models.BooleanField(_("goods are sent there"), default=True)
    first_units = models.DecimalField(_("first units"), max_digits=8, decimal_places=3, default=1)
    first_price = AmountField(_("price of the first units"), default=0)
    next_units = models.DecimalField(_("further units"), max_digits=8, decimal_places=3, default=1)
    next_price = AmountField(_("price of each further lot"), default=0)
    free_from = AmountField(_("free from this value of goods"), null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_units__gt=0, next_units__gt=0, first_price__gte=0, next_price__gte=0),
                name="shipping_rate_counts",
            )
        ]

    def __str__(self):
        return ", ".join(self.regions)
