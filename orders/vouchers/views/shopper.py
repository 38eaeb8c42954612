"""The shopper's pages: vouchers with their codes, giving one back, booking a time."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from shops.models import Store
from shops.stores import keeping

from ... import refunds
from .. import bookings, giving_back, words
from ..models import Voucher

PER_PAGE = 20
DAYS = 14


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the shopper's vouchers, those that can be used first."""
    request.keeps_shopper = True
    rows = mine(request).order_by("-issued_at", "-pk")
    if request.GET.get("state") != "all":
        rows = rows.filter(state=Voucher.State.VALID)
    context = {"page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))}
    return render(request, "orders/vouchers/mine.html", context)


@require_safe
def show(request: HttpRequest, voucher: str) -> HttpResponse:
    """Show a voucher: its number to be scanned, its date with a store, or the times that can be booked."""
    found = find(request, voucher)
    with timezone.override(found.merchant.time_zone):
        return render(request, "orders/vouchers/voucher.html", {"voucher": found} | choices(request, found))


def choices(request: HttpRequest, found: Voucher) -> dict:
    """Return the stores, days and times that can be chosen for a voucher, as far as the address has chosen."""
    now = clock.now()
    stores = list(keeping.stores(found.merchant))
    open_to_book = [store for store in stores if store.capacity]
    store = next((each for each in open_to_book if each.code == request.GET.get("store")), None)
    store = store or (open_to_book[0] if len(open_to_book) == 1 else None)
    first, last = (local_date(instant, found.merchant.time_zone) for instant in (now, found.expires_at))
    days = [first + timedelta(days=number) for number in range(min(DAYS, (last - first).days))]
    day = wanted_day(request, days)
    offered = bookings.offered(store, day, at=now) if store and day else []
    return {
        "stores": stores,
        "bookable": open_to_book,
        "store": store,
        "days": days,
        "day": day,
        "offered": offered,
        "may_change": bool(found.booking) and bookings.may_change(found.booking, at=now),
    }


def wanted_day(request: HttpRequest, days: list[date]) -> date | None:
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    return asked if asked in days else next(iter(days), None)


@require_POST
def book(request: HttpRequest, voucher: str) -> HttpResponse:
    """Book the store and time that were chosen, instead of an earlier date if there is one."""
    found = find(request, voucher)
    store = Store.objects.filter(merchant=found.merchant, code=request.POST.get("store", "").replace("\0", "")).first()
    starts_at = instant(request.POST.get("starts_at", ""))
    if store is None or starts_at is None:
        messages.error(request, words.BOOKINGS["no_slot"])
        return redirect("orders:voucher", found.number)
    try:
        bookings.book(found, store=store, starts_at=starts_at, at=clock.now())
    except bookings.BookingRefused as error:
        messages.error(request, words.booking_refused(error))
    else:
        messages.success(request, _("Booked. See you there!"))
    return redirect("orders:voucher", found.number)


def instant(text: str) -> datetime | None:
    """Return an aware instant as the form carries it, or None."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@require_POST
def unbook(request: HttpRequest, voucher: str) -> HttpResponse:
    """Give the date up."""
    found = find(request, voucher)
    try:
        if bookings.cancel(found, at=clock.now()):
            messages.success(request, _("The booking is cancelled."))
    except bookings.BookingRefused as error:
        messages.error(request, words.booking_refused(error))
    return redirect("orders:voucher", found.number)


@require_POST
def refund(request: HttpRequest, voucher: str) -> HttpResponse:
    """Give an unused voucher back for its money."""
    found, now = find(request, voucher), clock.now()
    try:
        written = giving_back.give_back(found, at=now)
    except giving_back.NotValid:
        messages.error(request, _("This voucher cannot be given back any more."))
    else:
        for each in written:
            refunds.carry_out(each, at=now)
        messages.success(request, _("The voucher is given back. The money is on its way to you."))
    return redirect("orders:voucher", found.number)


def mine(request: HttpRequest) -> QuerySet[Voucher]:
    """Return the vouchers of this browser's orders, and of the account's."""
    owned = Q(order__shopper=request.shopper)
    if request.user.is_authenticated:
        owned |= Q(order__checkout__user=request.user)
    rows = Voucher.objects.filter(owned).select_related("merchant", "order", "line__product", "store")
    return rows.prefetch_related("bookings__store")


def find(request: HttpRequest, number: str) -> Voucher:
    return get_object_or_404(mine(request), number=number)
