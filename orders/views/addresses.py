"""A shopper's address book."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from shops.models import User

from ..addresses import book
from ..addresses.forms import EntryForm
from ..models import Address

HOME = "CN"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the addresses of the account, or of this browser."""
    request.keeps_shopper = True
    context = {
        "addresses": book.addresses(request.shopper, account(request)),
        "left_behind": book.of_browser(request.shopper).count() if account(request) else 0,
    }
    return render(request, "orders/addresses/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add an address."""
    request.keeps_shopper = True
    return entry(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, address: str) -> HttpResponse:
    """Change an address."""
    return entry(request, find(request, address))


@require_POST
def forget(request: HttpRequest, address: str) -> HttpResponse:
    """Delete an address."""
    book.forget(find(request, address))
    messages.success(request, _("The address is deleted."))
    return redirect("orders:addresses")


@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """Put what was saved in this browser into the account."""
    if account(request):
        number = book.take_over(shopper=request.shopper, user=account(request), at=clock.now())
        text = ngettext(
            "%(count)s address is in your account now.", "%(count)s addresses are in your account now.", number
        )
        messages.success(request, text % {"count": number})
    return redirect("orders:addresses")


def account(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def find(request: HttpRequest, code: str) -> Address:
    return get_object_or_404(book.addresses(request.shopper, account(request)), code=code)


def entry(request: HttpRequest, address: Address | None) -> HttpResponse:
    """Ask for an address and save it; `refresh` only shows the choices of the place anew."""
    names = (*book.KEPT, "is_default")
    known = {name: getattr(address, name) for name in names} if address else {"country": HOME}
    is_sent = request.method == "POST" and "refresh" not in request.POST
    form = EntryForm(request.POST if is_sent else None, initial=known | request.POST.dict())
    if form.is_valid():
        try:
            book.save(
                shopper=request.shopper, user=account(request), values=form.cleaned_data, at=clock.now(),
                address=address,
            )  # fmt: skip
        except book.BookFull:
            form.add_error(None, _("An address book holds at most %(max)d addresses.") % {"max": book.MAX})
        else:
            return redirect("orders:addresses")
    return render(request, "orders/addresses/entry.html", {"form": form, "address": address})
