"""The shop's pages: what waits for its answer, most urgent first, and one case with all that was said and done."""

from functools import partial

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import deciding
from ..forms import (
    AcceptForm,
    AcceptReturnForm,
    EmptyForm,
    EscalateForm,
    NoteForm,
    OfferForm,
    ParcelForm,
    ReceiveForm,
    RejectForm,
)
from ..models import Case
from ..moves import CaseState, Side
from ..showing import TABS, facts, is_urgent, next_step, on_tab, shown, tabs
from . import acting

PAGE = 30
VERBS = {
    "accept": (AcceptForm, deciding.accept),
    "offer": (OfferForm, deciding.offer),
    "reject": (RejectForm, deciding.reject),
    "receive": (ReceiveForm, deciding.receive),
    "replace": (ParcelForm, deciding.replace),
    "refund": (NoteForm, deciding.refund_instead),
    "again": (EmptyForm, deciding.refund_again),
    "say": (EscalateForm, lambda case, **said: deciding.say(case, side=Side.MERCHANT, **said)),
}
OFFERED = {  # state → the steps that the shop can take
    CaseState.REQUESTED: ["accept", "offer", "reject"],
    CaseState.SENT_BACK: ["receive", "reject"],
    CaseState.RECEIVED: ["replace", "refund"],
    CaseState.DISPUTED: ["say"],
}


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """List the merchant's cases of one tab by their deadlines."""
    known, at = own(Case, request.access.merchant), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "answer"
    page = Paginator(on_tab(shown(known), tab), PAGE).get_page(request.GET.get("page"))
    rows = [(case, next_step(case, side=Side.MERCHANT, at=at), is_urgent(case, at=at)) for case in page]
    return render(request, "orders/cases/desk.html", {"page": page, "rows": rows, "tabs": tabs(known), "tab": tab})


def get(request: HttpRequest, code: str) -> Case:
    known = own(Case, request.access.merchant).select_related("order__merchant", "order__checkout")
    return get_object_or_404(known, code=code)


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def show(request: HttpRequest, case: str) -> HttpResponse:
    """Show one case."""
    return page(request, get(request, case))


def page(request: HttpRequest, case: Case, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    verbs = steps(case) if request.access.may(Right.ORDERS_REFUND) else []
    offered = {verb: form_of(verb, case)(auto_id=f"{verb}_%s") for verb in verbs}
    context = facts(case, side=Side.MERCHANT, at=clock.now()) | {"forms": offered | (bound or {})}
    return render(request, "orders/cases/case.html", context, status=422 if bound else 200)


def steps(case: Case) -> list[str]:
    """Return the steps that the shop can take now."""
    if case.state == CaseState.REFUNDED:
        states = list(case.refunds.values_list("state", flat=True))
        again = ["again"] if states and set(states) == {"failed"} else []
        return again + (["receive"] if case.may_still_come else [])
    verbs = OFFERED.get(case.state, [])
    return [verb for verb in verbs if verb != "offer" or case.kind != Case.Kind.EXCHANGE]


def form_of(verb: str, case: Case) -> type[forms.Form]:
    return AcceptReturnForm if verb == "accept" and case.comes_back else VERBS[verb][0]


@require_POST
@merchant_page(Right.ORDERS_REFUND)
def act(request: HttpRequest, case: str, verb: str) -> HttpResponse:
    """Take one step with a case, and record who did."""
    found, at = get(request, case), clock.now()
    form = form_of(verb, found)(request.POST, request.FILES, auto_id=f"{verb}_%s")
    written = partial(record, request.access, f"case.{verb}", target=found.code, at=at)
    if acting.act(request, found, form, VERBS[verb][1], at=at, record=written):
        return redirect("orders:case", request.access.merchant.code, found.code)
    return page(request, found, {verb: form})


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def photo(request: HttpRequest, case: str, photo: str) -> FileResponse:
    """Show a photo of one of the merchant's cases."""
    return acting.photo(get(request, case), photo)
