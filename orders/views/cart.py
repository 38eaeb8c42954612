"""The cart's page, and what changes it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ads.audiences import note
from ads.models import Behaviour
from chengfeng import clock
from shops.models import Product, Variant

from .. import cart
from ..forms import AddForm, QuantityForm


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what is in the cart, by currency and merchant."""
    request.keeps_shopper = True
    user = request.user if request.user.is_authenticated else None
    sections = cart.contents(request.shopper, at=clock.now(), user=user)
    return render(request, "orders/cart.html", {"sections": sections})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put units of a variant into the cart; `next=checkout` goes on to buy."""
    request.keeps_shopper = True
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, _("Choose a variant and a number of units from 1 to %(most)d.") % {"most": cart.MAX_UNITS}
        )
        return back(form)
    variant = get_object_or_404(Variant.objects.select_related("merchant"), code=form.cleaned_data["variant"])
    at = clock.now()
    try:
        cart.add(shopper=request.shopper, variant=variant, quantity=form.cleaned_data["quantity"], at=at)
    except cart.CartFull:
        return full(request)
    note(Behaviour.Kind.CART, shopper=request.shopper, products=[(variant.product_id, variant.merchant_id)], at=at)
    if request.POST.get("next") == "checkout":
        return redirect(f"{reverse('orders:checkout')}?{urlencode({'currency': variant.merchant.currency})}")
    messages.success(request, _("It is in your cart."))
    return redirect("orders:cart")


def back(form: AddForm) -> HttpResponse:
    """Lead back to the product that the form is about, else to the cart."""
    variants = Variant.objects.filter(code=form.cleaned_data.get("variant", ""), product__state=Product.State.ACTIVE)
    product = variants.values_list("product__code", flat=True).first()
    return redirect("shops:product", product) if product else redirect("orders:cart")


@require_POST
def set_quantity(request: HttpRequest, variant: str) -> HttpResponse:
    """Change how many units of a line are in the cart; 0 takes it out."""
    form = QuantityForm(request.POST)
    if form.is_valid():
        found = get_object_or_404(Variant, code=variant)
        try:
            cart.put(shopper=request.shopper, variant=found, quantity=form.cleaned_data["quantity"], at=clock.now())
        except cart.CartFull:
            return full(request)
    else:
        messages.error(request, _("The number of units must be from 0 to %(most)d.") % {"most": cart.MAX_UNITS})
    return redirect("orders:cart")


def full(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("Your cart is full: it holds at most %(most)d things.") % {"most": cart.MAX_LINES})
    return redirect("orders:cart")
