"""What every list of reviews is made of."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from ..forms import FilterForm
from ..models import Review

PER_PAGE = 20


def listed(request: HttpRequest, reviews: QuerySet[Review]) -> dict:
    """Return the page of reviews that the address asks for, with product, variant and photos, and the filter."""
    form = FilterForm(request.GET)
    rows = form.narrow(reviews).select_related("merchant", "product", "variant", "replied_by", "hidden_by")
    page = Paginator(rows.prefetch_related("photos").order_by("-created_at", "-pk"), PER_PAGE)
    return {
        "form": form, "page": page.get_page(request.GET.get("page")), "is_filtered": any(form.cleaned_data.values()),
    }  # fmt: skip


def came_from(request: HttpRequest) -> str:
    """Return the address of our own that a form names as the place to go back to, or nothing."""
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if is_ours else ""
