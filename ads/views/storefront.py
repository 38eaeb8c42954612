"""Ads on storefront pages: the slot that fills itself, and the click that leads to the product."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import get_template
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.models import Product

from .. import tokens
from ..auction import Request
from ..models import EventKind, Placement
from ..serving import serve
from ..tracking import Report, track
from ..visitors import visitor_of

MOST_SLOTS = 12


class SlotForm(forms.Form):
    """What the address of a slot says."""

    placement = forms.ChoiceField(choices=Placement)
    slots = forms.IntegerField(min_value=1, max_value=MOST_SLOTS, required=False)
    q = forms.CharField(max_length=200, required=False)
    category = forms.CharField(max_length=80, required=False)
    product = forms.CharField(max_length=24, required=False)

    def request(self) -> Request:
        said = self.cleaned_data
        return Request(said["placement"], said["slots"] or 1, said["q"], said["category"], said["product"])


@require_safe
@never_cache
def slot(request: HttpRequest) -> HttpResponse:
    """Draw the ads of a slot; the page asks for it and reports what was seen. Nothing is recorded here."""
    form = SlotForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=400)
    request.keeps_shopper = True
    (filled,) = serve([form.request()], shopper=request.shopper, at=clock.now())
    return HttpResponse(get_template("ads/slot.html").render({"ads": filled.ads}))


@require_safe
@never_cache
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Record the click and lead on to the product, whatever the click was worth; its page knows by which ad."""
    opened = tokens.unseal(token)
    if opened is None:
        raise Http404
    if request.method == "GET":
        track([Report(token, EventKind.CLICK)], received_at=clock.now(), visitor=visitor_of(request))
    product = get_object_or_404(Product, pk=opened.product_id)
    return HttpResponseRedirect(f"{reverse('shops:product', args=[product.code])}#ad={token}")
