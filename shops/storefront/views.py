"""Pages of the storefront: feed, search, product, shop and note."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from . import showing


def shopper_page(view: Callable) -> Callable:
    """Mark a page that hands a newcomer the shopper cookie."""

    @wraps(view)
    def kept(request: HttpRequest, **kwargs) -> HttpResponse:
        request.keeps_shopper = True
        return view(request, **kwargs)

    return require_safe(kept)


@shopper_page
def feed(request: HttpRequest) -> HttpResponse:
    return render(request, "shops/storefront/feed.html", {"notes": showing.notes()[:30]})


@shopper_page
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "shops/storefront/search.html", {"products": showing.products()[:30]})


@shopper_page
def product(request: HttpRequest, code: str) -> HttpResponse:
    return render(
        request, "shops/storefront/product.html", {"product": get_object_or_404(showing.products(), code=code)}
    )


@shopper_page
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "shops/storefront/shop.html", {"shop": get_object_or_404(showing.shops(), slug=slug)})


@shopper_page
def note(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "shops/storefront/note.html", {"note": get_object_or_404(showing.notes(), code=code)})
