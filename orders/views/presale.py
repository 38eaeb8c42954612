"""The till of presales: how many, where to, and what is due now and later."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock
from chengfeng.typed import visible
from shops.catalogue import stock
from shops.delivery import places
from shops.models import Presale

from .. import presale as ahead
from ..checkout import Contact, NotServed
from ..forms import ContactForm
from . import till


class QuantityForm(forms.Form):
    """How many units, and what they were shown to cost."""

    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=ahead.MAX_UNITS)
    total = forms.DecimalField(required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, presale: str) -> HttpResponse:
    """Ask for number and address and place a presale; `refresh` only counts anew."""
    request.keeps_shopper = True
    try:
        offered = ahead.found(presale, at=clock.now())
    except ahead.NotOpen:
        return over(request, presale)
    is_sent = request.method == "POST" and "refresh" not in request.POST
    form = contact_form(request, offered, is_sent=is_sent)
    units = QuantityForm(request.POST or {"quantity": request.GET.get("quantity", "1")})
    owed = terms(request, offered, units)
    if is_sent and form.is_valid() and units.is_valid():
        placed = try_to_place(request, offered, form, units)
        if placed:
            return placed
        owed = terms(request, offered, units)
    with timezone.override(offered.variant.merchant.time_zone):
        context = {
            "presale": offered,
            "form": form,
            "units": units,
            "terms": owed,
            "book": getattr(request, "book", ()),
        }
        return render(request, "orders/presale.html", context, status=422 if is_sent else 200)


def over(request: HttpRequest, code: str) -> HttpResponse:
    """Lead whoever comes too early or too late to the product."""
    if not ahead.is_known(code):
        raise Http404
    presale = get_object_or_404(Presale.objects.select_related("variant__product"), code=code)
    messages.warning(request, _("This presale takes no deposits at this time."))
    return redirect("shops:product", presale.variant.product.code)


def contact_form(request: HttpRequest, offered: Presale, *, is_sent: bool) -> ContactForm:
    initial = {"country": places.home(offered.variant.merchant.currency)} | till.who(request) | request.POST.dict()
    needs_address = not offered.variant.product.is_service
    return ContactForm(request.POST if is_sent else None, needs_address=needs_address, initial=initial)


def terms(request: HttpRequest, offered: Presale, units: QuantityForm) -> ahead.Terms:
    quantity = units.cleaned_data.get("quantity", 1) if units.is_valid() or hasattr(units, "cleaned_data") else 1
    return ahead.terms(offered, quantity, destination=till.destination(request))


def try_to_place(request: HttpRequest, offered: Presale, form: ContactForm, units: QuantityForm) -> HttpResponse | None:
    """Place it and lead to its payment, or note on the form why that cannot be."""
    said = units.cleaned_data
    try:
        placed = ahead.place(
            presale=offered, quantity=said["quantity"], total=said["total"], shopper=request.shopper, at=clock.now(),
            contact=Contact(**form.contact()), user=request.user if request.user.is_authenticated else None,
            language=get_language() or "", message=visible(request.POST.get("message", "")).strip()[:200],
        )  # fmt: skip
    except ahead.NotOpen:
        return over(request, offered.code)
    except ahead.TotalChanged:
        form.add_error(None, _("What it costs has changed meanwhile; please look at it again before you order."))
    except NotServed:
        form.add_error(None, _("It is not sent to that address."))
    except stock.OutOfStock as error:
        units.add_error("quantity", _("Only %(n)s are left.") % {"n": error.shortages[0][1]})
    else:
        till.keep(request, form)
        return redirect("orders:pay", placed.code)
    return None
