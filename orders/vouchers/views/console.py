"""The store's pages: vouchers are verified, and the bookings of a day are seen."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from shops.models import Store
from shops.people.rights import Right
from shops.stores import keeping
from shops.tenancy import merchant_page

from .. import bookings, verifying, words
from ..models import Voucher

PER_PAGE = 20


@require_http_methods(["GET", "POST"])
@merchant_page(Right.ORDERS_SHIP)
def verification(request: HttpRequest) -> HttpResponse:
    """Show what a number is for, and verify it; below, what was verified last."""
    stores = list(keeping.stores(request.access.merchant))
    asked = request.POST if request.method == "POST" else request.GET
    number, store = asked.get("number", "")[:40], chosen(stores, asked.get("store"))
    context = {"stores": stores, "store": store, "number": number}
    try:
        if request.method == "POST":
            return done(request, verifying.verify(request.access, number, store=store, at=clock.now()), store)
        if number:
            context["voucher"] = verifying.look(request.access, number, at=clock.now())
    except verifying.VoucherRefused as error:
        context |= {"refusal": words.voucher_refused(error), "refused": error.voucher}
    used = verifying.vouchers(request.access).filter(state=Voucher.State.USED).order_by("-used_at", "-pk")
    context["page"] = Paginator(used, PER_PAGE).get_page(request.GET.get("page"))
    status = 409 if request.method == "POST" else 200
    return render(request, "orders/vouchers/verification.html", context, status=status)


def done(request: HttpRequest, verified: verifying.Verification, store: Store | None) -> HttpResponse:
    """Say that the voucher is used now, and be ready for the next."""
    messages.success(request, _("Verified: %(title)s.") % {"title": verified.voucher.line.title})
    address = reverse("orders:voucher_verification", args=[request.access.merchant.code])
    return redirect(f"{address}?{urlencode({'store': store.code})}" if store else address)


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def day(request: HttpRequest) -> HttpResponse:
    """List the bookings of one store's day."""
    stores = list(keeping.stores(request.access.merchant))
    store = chosen(stores, request.GET.get("store")) or next(iter(stores), None)
    shown = day_asked(request)
    context = {
        "stores": stores,
        "store": store,
        "day": shown,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "bookings": bookings.of_day(store, shown) if store else [],
    }
    return render(request, "orders/vouchers/day.html", context)


def day_asked(request: HttpRequest) -> date:
    """Return the day in the address, or today in the merchant's time zone."""
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    if asked and 1970 < asked.year < 9999:
        return asked
    return local_date(clock.now(), request.access.merchant.time_zone)


def chosen(stores: list[Store], code: str | None) -> Store | None:
    return next((store for store in stores if store.code == code), None)
