"""Hands out the public pictures, and the mark of the house; a drawing may not run scripts, wherever it is opened."""

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from django.views.static import serve

from chengfeng import clock

from ..reviews.models import ReviewPhoto
from ..reviews.reading import visible
from ..tenancy import merchants_of

ONE_WEEK = 7 * 24 * 3600
PHOTOS = "reviews/"


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse:
    """Serve a file under MEDIA_ROOT; anything outside it, a folder, or the photo of a hidden review is 404."""
    is_review = path.startswith(PHOTOS)
    if is_review and not visible().filter(photos__image=path).exists() and not _sees_hidden(request, path):
        raise Http404
    try:
        response = serve(request, path, document_root=settings.MEDIA_ROOT)
    except SuspiciousFileOperation as error:
        raise Http404 from error
    response["Cache-Control"] = "private, no-cache" if is_review else f"public, max-age={ONE_WEEK}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response


def _sees_hidden(request: HttpRequest, path: str) -> bool:
    """Whether somebody may see the photo of a hidden review: operators and people of the shop that it is about."""
    photo = ReviewPhoto.objects.filter(image=path).select_related("review").first()
    if photo is None or not request.user.is_authenticated:
        return False
    shops = merchants_of(request.user, at=clock.now())
    return request.user.is_staff or shops.filter(pk=photo.review.merchant_id).exists()


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead those who ask for the icon without having read a page to where it is."""
    return redirect(static("chengfeng/logo.svg"))
