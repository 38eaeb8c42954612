"""Pages of unusual numbers: what was found, one put aside or brought back, and whether letters are wanted."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..anomalies import keeping
from ..anomalies.letters import letters_to

PAGE = 50


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def anomalies(request: HttpRequest) -> HttpResponse:
    merchant = request.access.merchant
    context = {
        "page": Paginator(keeping.found(merchant), PAGE).get_page(request.GET.get("page")),
        "today": local_date(clock.now(), merchant.time_zone),
        "is_member": not request.access.delegation,
        "gets_letters": letters_to(merchant).filter(pk=request.user.pk).exists(),
    }
    return render(request, "reports/anomalies/list.html", context)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def anomaly(request: HttpRequest, anomaly: str) -> HttpResponse:
    """Put one aside, or bring it back."""
    merchant = request.access.merchant
    found = get_object_or_404(keeping.found(merchant), code=anomaly)
    if request.POST.get("aside"):
        keeping.dismiss(found, by=request.user, at=clock.now())
    else:
        keeping.restore(found)
    return redirect("reports:anomalies", merchant.code)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """Say whether the reader wants letters about this shop."""
    merchant = request.access.merchant
    keeping.set_letters(merchant, request.user, wanted=bool(request.POST.get("wanted")))
    return redirect("reports:anomalies", merchant.code)
