"""The tables of services: vouchers, the slots of stores, and bookings."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from shops.models import Merchant, Store, User


class Voucher(models.Model):
    """One unit of a service that was paid for: whoever shows its number at a store gets it, once."""

    class State(models.TextChoices):
        VALID = "valid", _("Valid")
        USED = "used", _("Used")
        REFUNDED = "refunded", _("Refunded")
        EXPIRED = "expired", _("Expired")

    number = models.CharField(_("number"), max_length=12, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey("Order", models.PROTECT, related_name="vouchers")
    line = models.ForeignKey("OrderLine", models.PROTECT, related_name="vouchers")
    position = models.PositiveIntegerField(help_text=_("Which unit of its line, from 1 on"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.VALID)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was refunded or had expired"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "position"], name="voucher_unit_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="voucher_position"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="voucher_lasts"),
            models.CheckConstraint(
                condition=Q(state="used", used_at__isnull=False, voided_at=None)
                | Q(state="valid", used_at=None, voided_at=None)
                | Q(state__in=["refunded", "expired"], used_at=None, voided_at__isnull=False),
                name="voucher_state_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="valid"), name="voucher_expires"),
            models.Index(fields=["merchant", "-used_at"], condition=Q(state="used"), name="voucher_used"),
        ]

    def __str__(self):
        return self.number

    @property
    def is_booked(self) -> bool:
        """Whether it has a date with a store, by the bookings that are loaded."""
        return self.booking is not None

    @property
    def booking(self) -> "Booking | None":
        standing = (Booking.State.BOOKED, Booking.State.KEPT)
        return next((booking for booking in self.bookings.all() if booking.state in standing), None)


class Slot(models.Model):
    """How many of the places that a store has from an instant on are taken; written when the first one is."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(help_text=_("What the store could take when one was taken last"))
    taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "starts_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="slot_within_capacity"),
        ]

    def __str__(self):
        return f"{self.taken}/{self.capacity}"


class Booking(models.Model):
    """A voucher's date with a store."""

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        KEPT = "kept", _("Arrived")
        CANCELLED = "cancelled", _("Cancelled")

    code = CodeField(prefix="bkg")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="bookings")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.BOOKED)
    booked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["voucher"], condition=Q(state__in=["booked", "kept"]), name="booking_one_per_voucher"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_lasts"),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | Q(state__in=["booked", "kept"], cancelled_at=None),
                name="booking_state_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["store", "starts_at"])]

    def __str__(self):
        return self.code
