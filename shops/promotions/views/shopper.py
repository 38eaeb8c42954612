"""The shopper's coupons: claiming one, and those she has."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock

from ...tenancy import refuse_nul
from .. import offering


@require_POST
def coupon_claim(request: HttpRequest, coupon: str) -> HttpResponse:
    """Keep a coupon for whoever shops in this browser, and go back to where she was."""
    refuse_nul(coupon)
    request.keeps_shopper = True
    try:
        offering.claim(coupon, shopper=request.shopper, at=clock.now())
    except offering.NotClaimable:
        messages.warning(request, _("This coupon is no longer to be had."))
    else:
        messages.success(request, _("The coupon is yours. It is offered to you at the checkout."))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("shops:my_coupons")


@require_safe
def my_coupons(request: HttpRequest) -> HttpResponse:
    """Show the coupons that the shopper has claimed, those she can use first."""
    request.keeps_shopper = True
    found = offering.claimed(request.shopper, at=clock.now())
    found.sort(key=lambda coupon: coupon.is_spent or coupon.phase in ("ended", "paused"))
    return render(request, "shops/promotions/my_coupons.html", {"coupons": found})
