"""The platform's pages: disputes with what both sides say and show, and the decision."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from shops.tenancy import operator_page

from .. import deciding
from ..forms import DecideForm
from ..models import Case
from ..moves import CaseState, Side
from ..showing import facts, shown
from . import acting

PAGE = 30


def disputes():
    """Return the cases that were ever taken to the platform; it sees no others."""
    return Case.objects.filter(steps__target=CaseState.DISPUTED).distinct()


@require_safe
@operator_page
def index(request: HttpRequest) -> HttpResponse:
    """List the disputes that await a decision, the oldest first, or those that were decided."""
    is_open = request.GET.get("tab") != "decided"
    found = shown(disputes())
    waiting = found.filter(state=CaseState.DISPUTED).order_by("pk")
    chosen = waiting if is_open else found.exclude(state=CaseState.DISPUTED).order_by("-pk")
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    return render(request, "orders/cases/disputes.html", {"page": page, "is_open": is_open, "waiting": waiting.count()})


def get(code: str) -> Case:
    return get_object_or_404(disputes().select_related("order__merchant", "order__checkout"), code=code)


@require_safe
@operator_page
def show(request: HttpRequest, case: str) -> HttpResponse:
    """Show a dispute."""
    return page(request, get(case))


def page(request: HttpRequest, case: Case, form: DecideForm | None = None) -> HttpResponse:
    context = facts(case, side=Side.OPERATOR, at=clock.now())
    if case.state == CaseState.DISPUTED:
        context["form"] = form or DecideForm()
    return render(request, "orders/cases/dispute.html", context, status=422 if form else 200)


@require_POST
@operator_page
def decide(request: HttpRequest, case: str) -> HttpResponse:
    """Decide a dispute for one side; its steps say who did."""
    found, form = get(case), DecideForm(request.POST)
    if acting.act(request, found, form, deciding.decide, at=clock.now()):
        return redirect("orders:dispute", found.code)
    return page(request, found, form)


@require_safe
@operator_page
def photo(request: HttpRequest, case: str, photo: str) -> FileResponse:
    """Show a photo of a dispute."""
    return acting.photo(get(case), photo)
