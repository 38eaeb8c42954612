"""The operators' page of traffic quality: all merchants' traffic, and answers to appeals."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from shops.tenancy import operator_page

from ..forms.traffic import AnswerForm
from ..models import Appeal
from ..validity import appeals, measuring

PER_PAGE = 30


@require_safe
@operator_page
def platform_traffic(request: HttpRequest) -> HttpResponse:
    """Show the quality of all merchants' traffic of the last 14 days, and appeals, open ones first."""
    return render(request, "ads/platform_traffic.html", _platform(request))


def _platform(request: HttpRequest) -> dict:
    open_first = F("answered_at").desc(nulls_first=True)
    found = Appeal.objects.select_related("merchant", "campaign").order_by(open_first, "-asked_at", "-pk")
    return {
        "standings": measuring.standings(at=clock.now()),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "form": AnswerForm(),
    }


@require_POST
@operator_page
def appeal_answer(request: HttpRequest, appeal: str) -> HttpResponse:
    """Answer an appeal."""
    found = get_object_or_404(Appeal.objects.select_related("merchant"), code=appeal)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            appeals.answer(found, by=request.user, **form.cleaned_data, at=clock.now())
        except appeals.Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The appeal is answered."))
            return redirect("ads:platform_traffic")
    return render(request, "ads/platform_traffic.html", _platform(request) | {"form": form, "answered": found.code})
