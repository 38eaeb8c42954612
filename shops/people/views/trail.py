"""The page of the audit trail."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ...tenancy import merchant_page
from .. import trail
from ..forms import TrailFilter
from ..rights import Right

PER_PAGE = 50


@require_safe
@merchant_page(Right.PEOPLE_VIEW)
def audit(request: HttpRequest) -> HttpResponse:
    """Show who did what for the merchant, newest first."""
    merchant = request.access.merchant
    form = TrailFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = Paginator(trail.entries(merchant, **wanted), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "verbs": trail.verbs(merchant), "is_filtered": any(wanted.values())}
    return render(request, "shops/people/audit.html", context)
