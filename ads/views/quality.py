"""Traffic quality: the merchant's page, with appeals."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..forms.traffic import AppealForm, PeriodForm
from ..models import Appeal, Campaign, Placement
from ..validity import RULES, Reason, appeals, measuring
from ..validity.charts import chart_of_traffic

PER_PAGE = 30
LATEST = 20


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_VIEW)
def traffic(request: HttpRequest) -> HttpResponse:
    """Show how good the traffic was, and take appeals."""
    merchant, at = request.access.merchant, clock.now()
    if request.method == "POST":
        request.access.require(Right.ADS_EDIT)
        form = AppealForm(request.POST, merchant=merchant)
        if form.is_valid() and _appeal(request, form):
            return redirect("ads:traffic", merchant.code)
    else:
        form = AppealForm(merchant=merchant, initial=_initial(request, at))
    return render(request, "ads/traffic.html", _context(request, at) | {"form": form})


def _initial(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Return what an appeal begins with: the days that are shown, as far as one may go back, and the campaign."""
    merchant = request.access.merchant
    today = local_date(at, merchant.time_zone)
    _form, first, last = PeriodForm.of(request.GET, today=today)
    campaign = own(Campaign, merchant).filter(code=request.GET.get("campaign", "")).first()
    return {"first": max(first, today - appeals.LONGEST), "last": min(last, today), "campaign": campaign}


def _appeal(request: HttpRequest, form: AppealForm) -> bool:
    try:
        appeals.appeal(request.access, **form.cleaned_data, at=clock.now())
    except appeals.Refused as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("Your appeal waits for the operator's answer."))
    return True


def _context(request: HttpRequest, at: datetime) -> dict:
    merchant = request.access.merchant
    period, first, last = PeriodForm.of(request.GET, today=local_date(at, merchant.time_zone))
    quality = measuring.measure(merchant, first, last)
    page = Paginator(measuring.notes(merchant, first, last), PER_PAGE).get_page(request.GET.get("page"))
    for note in page:
        note.why = Reason(note.reason).label
    return {
        "period": period,
        "first": first,
        "last": last,
        "quality": quality,
        "chart": chart_of_traffic(quality),
        "reasons": [(Reason(reason).label, number) for reason, number in quality.whole.reasons.most_common()],
        "placements": [(Placement(name).label, share) for name, share in quality.placements.items()],
        "page": page,
        "rules": RULES.values(),
        "appeals": own(Appeal, merchant).select_related("campaign").order_by("-asked_at")[:LATEST],
        "may_appeal": request.access.may(Right.ADS_EDIT),
    }
