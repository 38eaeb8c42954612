"""The shop's page of flash sales."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chengfeng import clock

from ...storefront.views import shopper_page
from ..window import sales


@shopper_page
def flash(request: HttpRequest) -> HttpResponse:
    """Show the flash sales that run and those that come."""
    at = clock.now()
    running, coming = sales(at=at)
    return render(request, "shops/promotions/flash.html", {"running": running, "coming": coming, "now": at})
