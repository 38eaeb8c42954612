"""The orders that somebody has chosen on the desk: those ticked, or all that the filters of the address find."""

from django.db.models import QuerySet
from django.http import HttpRequest

from shops.tenancy import own

from ..models import Order
from .forms import FindForm
from .paging import SORTS
from .sifting import Sieve, sift

MOST = 500  # orders that one action is done to


def asked(request: HttpRequest, *, at) -> tuple[FindForm, Sieve]:
    """Return the form of the address, and the sieve of what it understands; a field with an error asks for nothing."""
    form = FindForm(request.GET)
    form.is_valid()
    return form, sift(request.access.merchant, form.cleaned_data, at=at)


def chosen(request: HttpRequest, *, at, most: int = MOST) -> QuerySet[Order]:
    """Return the chosen orders, at most so many, in the order of their keys."""
    given = request.POST or request.GET
    orders = own(Order, request.access.merchant)
    if given.get("scope") == "all":
        sieve = asked(request, at=at)[1]
        latest = sieve.rows().order_by("-placed_at", "-pk").values_list("pk", flat=True)[:most]
        return orders.filter(pk__in=list(latest)).order_by("pk")
    codes = [code for text in given.getlist("order") for code in text.split(",")]
    return orders.filter(code__in=[code for code in codes if "\0" not in code][:most]).order_by("pk")


def default_sort(sieve: Sieve) -> str:
    """Return the name of the sort in force."""
    return next(name for name, sort in SORTS.items() if sort is sieve.sort)
