"""The merchant's pages of promotions."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ...people.rights import Right
from ...tenancy import merchant_page
from ..keepers import MerchantKeeper
from . import keeping

FRAME = "console.html"


@require_safe
@merchant_page(Right.PROMOTIONS_VIEW)
def promotions(request: HttpRequest) -> HttpResponse:
    may_edit = request.access.may(Right.PROMOTIONS_EDIT)
    return keeping.index(request, MerchantKeeper(request.access), frame=FRAME, may_edit=may_edit)


@require_safe
@merchant_page(Right.PROMOTIONS_VIEW)
def promotion(request: HttpRequest, promotion: str) -> HttpResponse:
    may_edit = request.access.may(Right.PROMOTIONS_EDIT)
    return keeping.show(request, MerchantKeeper(request.access), promotion, frame=FRAME, may_edit=may_edit)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.PROMOTIONS_EDIT)
def promotion_new(request: HttpRequest) -> HttpResponse:
    return keeping.new(request, MerchantKeeper(request.access), frame=FRAME)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.PROMOTIONS_EDIT)
def promotion_edit(request: HttpRequest, promotion: str) -> HttpResponse:
    return keeping.edit(request, MerchantKeeper(request.access), promotion, frame=FRAME)


@require_POST
@merchant_page(Right.PROMOTIONS_EDIT)
def promotion_state(request: HttpRequest, promotion: str) -> HttpResponse:
    return keeping.move(request, MerchantKeeper(request.access), promotion)


@require_POST
@merchant_page(Right.PROMOTIONS_EDIT)
def promotion_copy(request: HttpRequest, promotion: str) -> HttpResponse:
    return keeping.copy(request, MerchantKeeper(request.access), promotion)
