"""Hands out the public pictures, and the mark of the house; a drawing may not run scripts, wherever it is opened."""

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from django.views.static import serve

ONE_WEEK = 7 * 24 * 3600


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse:
    """Serve a file under MEDIA_ROOT; anything outside it, or a folder, is 404."""
    try:
        response = serve(request, path, document_root=settings.MEDIA_ROOT)
    except SuspiciousFileOperation as error:
        raise Http404 from error
    response["Cache-Control"] = f"public, max-age={ONE_WEEK}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead those who ask for the icon without having read a page to where it is."""
    return redirect(static("chengfeng/logo.svg"))
