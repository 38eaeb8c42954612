"""What is said to people where a voucher or a booking is refused."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .bookings import BookingRefused
from .verifying import VoucherRefused

VOUCHERS = {
    "broken": gettext_lazy("This is no number of a voucher: check the twelve digits."),
    "unknown": gettext_lazy("There is no voucher of this number."),
    "foreign": gettext_lazy("This voucher is for another shop."),
    "refunded": gettext_lazy("This voucher was given back; its money was refunded."),
    "expired": gettext_lazy("This voucher has expired; its money goes back to the buyer."),
    "order": gettext_lazy("The order of this voucher is not open for it any more."),
}
BOOKINGS = {
    "no_slot": gettext_lazy("The store has no such time."),
    "full": gettext_lazy("Somebody else was faster: this time is taken. Please choose another."),
    "past": gettext_lazy("This time has passed."),
    "not_valid": gettext_lazy("This voucher cannot be used there."),
    "after_expiry": gettext_lazy("The voucher will have expired by then."),
    "too_late": gettext_lazy("It is too late to change this booking; please call the store."),
}


def voucher_refused(error: VoucherRefused) -> str:
    """Return why nothing is handed over for a voucher."""
    if error.rule != "used":
        return str(VOUCHERS[error.rule])
    when = date_format(timezone.localtime(error.voucher.used_at), "SHORT_DATETIME_FORMAT")
    if error.voucher.store:
        return _("This voucher was used on %(when)s at %(store)s.") % {"when": when, "store": error.voucher.store.name}
    return _("This voucher was used on %(when)s.") % {"when": when}


def booking_refused(error: BookingRefused) -> str:
    """Return why nothing was booked or changed."""
    return str(BOOKINGS[error.rule])
