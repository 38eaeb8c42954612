"""Tables of stores: where services are had, and when they are open."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField

from ..delivery.located import Located
from ..people.models import Merchant


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Store(Located):
    """A place where a merchant's services are had; it takes `capacity` bookings per slot, none if that is 0."""

    code = CodeField(prefix="sto")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("bookings per slot"), default=0, help_text=_("0: nobody books, people just come.")
    )
    slot_minutes = models.PositiveSmallIntegerField(
        _("length of a slot in minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(720)]
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "name"], condition=Q(archived_at=None), name="store_name_once"),
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5, slot_minutes__lte=720, capacity__lte=1000), name="store_slots"
            ),
        ]

    def __str__(self):
        return self.name


class StoreHours(models.Model):
    """A span of a weekday in which a store is open, in the merchant's time zone."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["store", "weekday", "opens"], name="store_hours_once"),
            models.CheckConstraint(condition=Q(opens__lt=F("closes")) & Q(weekday__lte=6), name="store_hours_in_order"),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"
