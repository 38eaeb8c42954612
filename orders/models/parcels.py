"""The tables of what leaves the shop: shipments, and the units in them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from shops.models import Merchant, User

from .. import carriers
from .order import Order, OrderLine


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
