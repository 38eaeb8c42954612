"""Pages of the storefront: feed, search, product, shop and note."""

from collections.abc import Callable
from functools import wraps

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.models import Category, Product
from shops.promotions import offering, window
from shops.reviews import reading
from shops.tenancy import refuse_nul

from . import feed as feeding
from . import reductions, showing
from .dressing import dressed
from .finding import SearchForm, find

PAGE_SIZE = 24
MORE = 6
REVIEWS = 10


def shopper_page(view: Callable) -> Callable:
    """Mark a page that hands a newcomer the shopper cookie."""

    @wraps(view)
    def kept(request: HttpRequest, **kwargs) -> HttpResponse:
        refuse_nul(*kwargs.values(), *request.GET.values())
        request.keeps_shopper = True
        return view(request, **kwargs)

    return require_safe(kept)


@shopper_page
def feed(request: HttpRequest) -> HttpResponse:
    """Show notes, newest first; a request by htmx gets the next cards alone."""
    slug, after = request.GET.get("category", ""), request.GET.get("after", "")
    category = get_object_or_404(Category, slug=slug) if slug else None
    context = {"category": category, "page": feeding.page(category=category, after=after)}
    if "HX-Request" in request.headers:
        response = render(request, "shops/storefront/feed_cards.html", context)
    else:
        response = render(request, "shops/storefront/feed.html", context | {"categories": showing.categories()})
    patch_vary_headers(response, ["HX-Request"])
    return response


@shopper_page
def search(request: HttpRequest) -> HttpResponse:
    """Show the products that match the words and filters of the address."""
    form = SearchForm(request.GET)
    found = find(**form.cleaned_data) if form.is_valid() else showing.products().none()
    context = {"form": form, "page": page_of(found, request), "categories": showing.categories()}
    return render(request, "shops/storefront/search.html", context)


@shopper_page
def product(request: HttpRequest, code: str) -> HttpResponse:
    """Show a product with its variants, the notes that tag it and more of its shop."""
    shown = get_object_or_404(
        showing.with_variants(showing.products()).select_related("merchant", "category__parent"), code=code
    )
    variants, at = shown.variants.all(), clock.now()
    window.give_ways(variants, at=at)
    reductions.mark(variants, at=at)
    more = showing.products().filter(merchant=shown.merchant)
    context = {
        "product": shown,
        "variants": variants,
        "now": at,
        "chosen": next((variant for variant in variants if variant.offered > 0), None),
        "notes": showing.notes().filter(products=shown)[:MORE],
        "offers": offering.offers_on(shown, request.shopper, at=at),
        **_reviews(request, shown),
        "more": dressed(more.exclude(pk=shown.pk).order_by("-pk")[:MORE], at=at),
    }
    return render(request, "shops/storefront/product.html", context)


def _reviews(request: HttpRequest, product: Product) -> dict:
    """Return the rating of a product, and the reviews that the address asks for; nothing is asked where none are."""
    stars, only_photos = request.GET.get("stars", ""), "photos" in request.GET
    chosen = int(stars) if stars in map(str, reading.STARS) else None
    rating = reading.rating_of(product)
    found = reading.reviews_of(product, stars=chosen, with_photos=only_photos) if rating.count else []
    page = Paginator(found, REVIEWS).get_page(request.GET.get("page"))
    return {"rating": rating, "reviews": page, "chosen_stars": chosen, "only_photos": only_photos}


@shopper_page
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a shop: its products, found by words and category, and its notes."""
    shown = get_object_or_404(showing.shops(), slug=slug)
    form = SearchForm(request.GET, merchant=shown)
    found = find(**form.cleaned_data, merchant=shown) if form.is_valid() else showing.products().none()
    context = {
        "shop": shown,
        "form": form,
        "page": page_of(found, request),
        "categories": showing.categories_of(shown),
        "notes": showing.notes().filter(merchant=shown)[:MORE],
        "offers": offering.offers_of(shown, request.shopper, at=clock.now()),
    }
    return render(request, "shops/storefront/shop.html", context)


@shopper_page
def note(request: HttpRequest, code: str) -> HttpResponse:
    """Show a note with the products it tags."""
    shown = get_object_or_404(showing.notes(), code=code)
    context = {
        "note": shown,
        "products": showing.tagged(shown),
        "more": showing.notes().filter(merchant=shown.merchant).exclude(pk=shown.pk)[:MORE],
    }
    return render(request, "shops/storefront/note.html", context)


def page_of(found: QuerySet, request: HttpRequest) -> Page:
    """Return the page of products that the address asks for, or the nearest there is."""
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = dressed(page.object_list, at=clock.now())
    return page
