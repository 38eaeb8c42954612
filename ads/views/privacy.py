"""The storefront's page on personalised ads: what is noted, for how long, and the switch that ends it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chengfeng import clock

from ..audiences import has_opted_out, opt_in, opt_out


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def privacy(request: HttpRequest) -> HttpResponse:
    """Show whether ads are personalised for this shopper, and switch it."""
    request.keeps_shopper = True
    if request.method != "POST":
        return render(request, "ads/privacy.html", {"is_personalised": not has_opted_out(request.shopper)})
    if request.POST.get("personalised") == "no":
        opt_out(request.shopper, at=clock.now())
        messages.success(request, _("Ads are no longer personalised for you, and what was noted is deleted."))
    elif request.POST.get("personalised") == "yes":
        opt_in(request.shopper, at=clock.now())
        messages.success(request, _("Ads are personalised for you from now on."))
    return redirect("ads:privacy")
