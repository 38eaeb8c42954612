"""Ads on storefront pages: the slot that fills itself, and the click that leads to the product."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import get_template
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.models import Note

from .. import tokens
from ..auction import Request
from ..models import Ad, EventKind, Placement
from ..serving import Served, serve
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
    cards = [{"token": ad.token, "product": shown(ad)} for ad in filled.ads]
    return HttpResponse(get_template("ads/slot.html").render({"ads": cards}))


def shown(ad: Served) -> dict:
    """Return what a card draws: the note in place of its product, and the ad's own headline in place of a title."""
    card, note = ad.card, ad.card.note
    creative = note or card
    return {
        "title": card.headline or creative.title,
        "title_en": card.headline or creative.title_en,
        "image": creative.image or card.image,
        "price": ad.price,
        "currency": card.currency,
        "merchant": card.merchant,
    }


@require_safe
@never_cache
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Record the click and lead on to the product or note, whatever the click was worth; its page knows by which ad."""
    opened = tokens.unseal(token)
    if opened is None:
        raise Http404
    if request.method == "GET":
        track([Report(token, EventKind.CLICK)], received_at=clock.now(), visitor=visitor_of(request))
    ad = get_object_or_404(Ad.objects.select_related("product", "note"), pk=opened.ad_id)
    return HttpResponseRedirect(f"{_landing(ad)}#ad={token}")


def _landing(ad: Ad) -> str:
    """Return the address of the note while it can be read, otherwise of the product."""
    if ad.note and ad.note.state == Note.State.PUBLISHED:
        return reverse("shops:note", args=[ad.note.code])
    return reverse("shops:product", args=[ad.product.code])
