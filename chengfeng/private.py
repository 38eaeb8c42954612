"""Keeps answers out of caches on the way: each is for whoever asked, unless its view says otherwise."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivateMiddleware:
    """Set `Cache-Control` where no view has; a browser asks again before it shows a page a second time."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "private, no-cache")
        return response
