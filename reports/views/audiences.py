"""Pages of reports that are the same for a shop and for a portfolio: one view, two doors."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, portfolio_page

from ..building.audience import Portfolio, Shop


def report_page(view: Callable) -> Callable:
    """Guard a page of reports; it finds `request.audience`. The same page over a portfolio is its `across`."""

    @merchant_page(Right.REPORTS_VIEW)
    @wraps(view)
    def of_shop(request: HttpRequest, **kwargs) -> HttpResponse:
        request.audience = Shop(request.access)
        return view(request, **kwargs)

    @portfolio_page(Right.REPORTS_VIEW)
    @wraps(view)
    def across(request: HttpRequest, **kwargs) -> HttpResponse:
        asked = request.POST.get("currency") or request.GET.get("currency") or ""
        request.audience = Portfolio.of(request.user, currency=asked, at=clock.now())
        return view(request, **kwargs)

    of_shop.across = across
    return of_shop


def shown(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Return a page of reports for whom it is."""
    return render(request, template, {"audience": request.audience, **context}, status=status)


def to(request: HttpRequest, name: str, *codes: str) -> HttpResponse:
    """Send on to another page of the same audience."""
    return redirect(request.audience.page(name, *codes))
