"""The desk: tabs with what needs somebody first, filters in the address, rows, and what is done to many at once."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ... import carriers
from ...fulfilment import ship
from ...models import OrderLine, OrderNote
from ...moves import OrderState
from .. import attention
from ..acting import act
from ..choosing import MOST, asked, chosen, default_sort
from ..counting import Tally
from ..forms import ATTENTION, FindForm, FlagForm
from ..marking import set_flag
from ..models import Flag
from ..paging import SORTS, page
from ..sifting import Sieve

PAGE = 30
HIDDEN = ("state", "why", "sort")  # what chips do not show: tabs and the sort speak for themselves


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """List the merchant's orders that the address asks for."""
    at = clock.now()
    form, sieve = asked(request, at=at)
    sieve.count()
    merchant = request.access.merchant
    rows = sieve.rows().select_related("checkout").prefetch_related(
        Prefetch("lines", own(OrderLine, merchant).select_related("product").order_by("pk")),
        Prefetch("notes", own(OrderNote, merchant).filter(struck_at=None), to_attr="standing_notes"),
    )  # fmt: skip
    keys = {name: request.GET.get(name, "") for name in ("after", "before")}
    is_small = sieve.is_small or sieve.state == ATTENTION
    shown = page(rows, sieve.sort, size=PAGE, is_small=is_small, **keys)
    reasons = attention.reasons(merchant, shown.rows, at=at)
    for order in shown.rows:
        order.reasons = reasons[order.pk]
    context = {
        "form": form,
        "page": shown,
        "tabs": list(_tabs(sieve)),
        "kinds": [(name, kind, sieve.counts[name]) for name, kind in attention.KINDS.items()],
        "state": sieve.state,
        "why": sieve.wanted.get("why", ""),
        "chips": list(_chips(request, form)),
        "sieve": sieve,
        "sort": default_sort(sieve),
        "sorts": SORTS,
        "found": _found(sieve),
        "is_capped": sieve.is_capped or _waits_for_more(sieve),
        "carriers": carriers.ALL,
        "flags": Flag,
        "most": MOST,
        "can_ship": request.access.may(Right.ORDERS_SHIP),
    }
    return render(request, "orders/console/orders.html", context)


def _tabs(sieve: Sieve) -> Iterator[tuple[str, str, Tally | None]]:
    """Yield (state, its name, how many), what needs somebody first."""
    waiting = [sieve.counts[name] for name in attention.KINDS]
    yield (
        ATTENTION,
        _("Needs me"),
        Tally(sum(one.number for one in waiting), any(one.is_more for one in waiting)),
    )
    yield "", _("All"), sieve.counts.get("all")
    for state in OrderState:
        yield state.value, state.label, sieve.counts.get(state.value)


def _found(sieve: Sieve) -> Tally | None:
    """Return how many orders the list has in all, where that is known."""
    if sieve.state == ATTENTION:
        return sieve.counts.get(sieve.wanted.get("why", ""))
    return sieve.counts.get(sieve.state or "all")


def _waits_for_more(sieve: Sieve) -> bool:
    """Whether more orders wait for the merchant than the list goes through."""
    names = [sieve.wanted["why"]] if sieve.wanted.get("why") else attention.KINDS
    return sieve.state == ATTENTION and any(sieve.counts[name].number > attention.MOST for name in names)


def _chips(request: HttpRequest, form: FindForm) -> Iterator[tuple[str, str, str]]:
    """Yield (label, value, address without it) of each filter in force."""
    for field in form:
        value = form.cleaned_data.get(field.name)
        if field.name in HIDDEN or value in (None, "", False):
            continue
        rest = request.GET.copy()
        for name in (field.name, "after", "before"):
            rest.pop(name, None)
        choices = dict(getattr(field.field, "choices", ()))
        yield field.label, "" if value is True else choices.get(value, value), f"?{rest.urlencode()}"


def back(request: HttpRequest) -> HttpResponse:
    """Go back to the list as it was."""
    address = reverse("orders:orders", args=[request.access.merchant.code])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


def _none_chosen(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("Choose the orders first."))
    return back(request)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def ship_many(request: HttpRequest) -> HttpResponse:
    """Send the chosen orders on their way, as many as can be."""
    at = clock.now()
    results = [act(request.access, order, "order.ship", ship, at=at) is None for order in chosen(request, at=at)]
    done, refused = results.count(True), results.count(False)
    if done:
        messages.success(request, ngettext("%(n)d order shipped.", "%(n)d orders shipped.", done) % {"n": done})
    if refused:
        text = ngettext("%(n)d order could not be shipped.", "%(n)d orders could not be shipped.", refused)
        messages.warning(request, text % {"n": refused})
    return back(request) if results else _none_chosen(request)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def flag_many(request: HttpRequest) -> HttpResponse:
    """Mark the chosen orders with a flag, or take it off."""
    form, at = FlagForm(request.POST), clock.now()
    if not form.is_valid():
        messages.error(request, _("There is no such flag."))
        return back(request)
    flag, orders = form.cleaned_data["flag"], chosen(request, at=at)
    if not orders.exists():
        return _none_chosen(request)
    with transaction.atomic():
        codes = set_flag(orders, flag)
        if codes:
            target = codes[0] if len(codes) == 1 else ""
            record(request.access, "order.flag", target=target, at=at, flag=flag, orders=codes)
    text = ngettext("%(n)d order marked.", "%(n)d orders marked.", len(codes))
    messages.success(request, text % {"n": len(codes)})
    return back(request)


@require_POST
@merchant_page(Right.ORDERS_VIEW)
def print_many(request: HttpRequest) -> HttpResponse:
    """Lead to the sheets of the chosen orders, at an address that can be opened again."""
    sheet = "orders:orders_picking" if request.POST.get("sheet") == "picking" else "orders:orders_slips"
    address = reverse(sheet, args=[request.access.merchant.code])
    if request.POST.get("scope") == "all":
        asked_for = request.GET.copy()
        asked_for["scope"] = "all"
        return redirect(f"{address}?{asked_for.urlencode()}")
    codes = request.POST.getlist("order")[:MOST]
    if not codes:
        return _none_chosen(request)
    return redirect(f"{address}?{urlencode({'order': ','.join(codes)})}")
