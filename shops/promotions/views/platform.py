"""The operator's pages of the promotions that the platform bears."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ...tenancy import operator_page
from ..keepers import PlatformKeeper
from . import keeping

FRAME = "workspace.html"


@require_safe
@operator_page
def promotions(request: HttpRequest) -> HttpResponse:
    return keeping.index(request, PlatformKeeper(request.user), frame=FRAME, may_edit=True)


@require_safe
@operator_page
def promotion(request: HttpRequest, promotion: str) -> HttpResponse:
    return keeping.show(request, PlatformKeeper(request.user), promotion, frame=FRAME, may_edit=True)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def promotion_new(request: HttpRequest) -> HttpResponse:
    return keeping.new(request, PlatformKeeper(request.user), frame=FRAME)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def promotion_edit(request: HttpRequest, promotion: str) -> HttpResponse:
    return keeping.edit(request, PlatformKeeper(request.user), promotion, frame=FRAME)


@require_POST
@operator_page
def promotion_state(request: HttpRequest, promotion: str) -> HttpResponse:
    return keeping.move(request, PlatformKeeper(request.user), promotion)


@require_POST
@operator_page
def promotion_copy(request: HttpRequest, promotion: str) -> HttpResponse:
    return keeping.copy(request, PlatformKeeper(request.user), promotion)
