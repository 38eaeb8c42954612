"""Reads and answers requests for ads in microseconds, where they are written as the schema has them."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Literal, NamedTuple

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from msgspec import Meta, MsgspecError, Raw, Struct, json

from ..auction import Request
from ..auction.candidates import Card, NoteCard
from ..auction.page import MOST_AUCTIONS, MOST_SLOTS
from ..models import Placement
from ..serving import Filled, Served

JSON = "application/json"
PLACEMENTS = Literal[tuple(Placement.values)]
Code = Annotated[str, Meta(max_length=24)]


class Auction(Struct):
    """One auction, within the limits that the schema names."""

    placement: PLACEMENTS
    slots: Annotated[int, Meta(ge=1, le=12)]
    query: Annotated[str, Meta(max_length=200)] = ""
    category: Annotated[str, Meta(max_length=80)] = ""
    product: Code = ""
    exclude: Annotated[list[Code], Meta(max_length=200)] = []

    def request(self) -> Request:
        return Request(self.placement, self.slots, self.query, self.category, self.product, frozenset(self.exclude))


class Page(Struct):
    """Some auctions of one page."""

    auctions: Annotated[list[Auction], Meta(min_length=1, max_length=MOST_AUCTIONS)]


class Asked(NamedTuple):
    """A page, and whether it was written as one or as a single auction."""

    page: list[Request]
    is_page: bool


one, several, encoder = json.Decoder(Auction), json.Decoder(Page), json.Encoder()


def read(request: HttpRequest) -> Asked | None:
    """Return what is asked; None when that takes the patience of the framework to read, or to refuse."""
    if request.content_type != JSON:
        return None
    try:
        body = request.body
        is_page = body.lstrip().startswith(b'{"auctions"')
        auctions = several.decode(body).auctions if is_page else [one.decode(body)]
    except (MsgspecError, RecursionError, RequestDataTooBig, UnreadablePostError, UnicodeDecodeError):
        return None
    if sum(auction.slots for auction in auctions) > MOST_SLOTS or b"\\u0000" in body:
        return None
    return Asked([auction.request() for auction in auctions], is_page)


def answer(filled: Sequence[Filled], *, is_page: bool) -> HttpResponse:
    """Return the answer to a page, or to a single auction."""
    said = [{"ads": [_ad(ad) for ad in each.ads], "reason": each.reason} for each in filled]
    return HttpResponse(encoder.encode({"auctions": said} if is_page else said[0]), content_type=JSON)


@cache
def click_address() -> tuple[str, str]:
    """Return what an address of clicks has before and after the token, which is slow to find out each time."""
    before, _, after = reverse("ads:click", args=["token"]).partition("token")
    return before, after


def _ad(ad: Served) -> dict:
    before, after = click_address()
    return {
        "token": ad.token,
        "position": ad.position,
        "headline": ad.card.headline,
        "note": ad.card.note and _note(ad.card.note),
        "product": _product(ad.card, ad.price),
        "click_url": f"{before}{ad.token}{after}",
    }


@lru_cache(maxsize=20_000)
def _product(card: Card, price: Decimal | None) -> Raw:
    """Return a product as it is written: the same for every shopper."""
    told = {
        "code": card.code,
        "title": card.title,
        "title_en": card.title_en,
        "price": None if price is None else str(price),
        "currency": card.currency,
        "image": card.image or None,
        "merchant": {"slug": card.merchant.slug, "name": card.merchant.name},
    }
    return Raw(encoder.encode(told))


@lru_cache(maxsize=5_000)
def _note(note: NoteCard) -> Raw:
    told = {"code": note.code, "title": note.title, "title_en": note.title_en, "image": note.image or None}
    return Raw(encoder.encode(told))
