"""The shopper's pages: what she asks for after the sale, and what becomes of it."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ... import mine
from ...models import Order
from .. import cases, deciding
from ..claims import claimable, kinds
from ..forms import AgreeForm, CaseForm, EmptyForm, EscalateForm, NoteForm, ParcelForm
from ..models import Case
from ..moves import CaseState, Side
from ..photos import TooManyPhotos
from ..showing import facts, next_step, shown
from . import acting

PAGE = 20
VERBS = {
    "withdraw": (EmptyForm, deciding.withdraw),
    "agree": (AgreeForm, deciding.agree),
    "decline": (NoteForm, deciding.decline),
    "send": (ParcelForm, deciding.send_back),
    "escalate": (EscalateForm, deciding.escalate),
    "say": (EscalateForm, lambda case, **said: deciding.say(case, side=Side.SHOPPER, **said)),
}
OFFERED = {  # state → the steps that the shopper can take
    CaseState.REQUESTED: ["withdraw"],
    CaseState.OFFERED: ["agree", "decline", "withdraw"],
    CaseState.ACCEPTED: ["send", "withdraw"],
    CaseState.REJECTED: ["escalate", "withdraw"],
    CaseState.DISPUTED: ["say", "withdraw"],
}


def of(request: HttpRequest):
    """Return the cases about the shopper's own orders."""
    return Case.objects.filter(order__in=mine.orders(request))


def get(request: HttpRequest, code: str) -> Case:
    found = of(request).select_related("order__merchant", "order__checkout")
    return get_object_or_404(found, code=code)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the shopper's cases, the latest first."""
    request.keeps_shopper = True
    page = Paginator(shown(of(request)).order_by("-requested_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    at = clock.now()
    rows = [(case, next_step(case, side=Side.SHOPPER, at=at)) for case in page]
    return render(request, "orders/cases/mine.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, order: str) -> HttpResponse:
    """Ask for something about some units of an order."""
    found, at = get_object_or_404(mine.orders(request), code=order), clock.now()
    may, known = kinds(found, at=at), claimable(found)
    if not may or not any(one.units for one in known.values()):
        raise Http404
    form = CaseForm(request.POST or None, request.FILES or None, kinds=may, known=known)
    if request.method == "POST" and form.is_valid():
        case = _request(request, found, form)
        if case:
            return redirect("orders:my_case", case.code)
    status = 422 if form.errors else 200
    return render(request, "orders/cases/new.html", {"order": found, "form": form}, status=status)


def _request(request: HttpRequest, order: Order, form: CaseForm) -> Case | None:
    by = request.user if request.user.is_authenticated else None
    try:
        return cases.request(order, at=clock.now(), by=by, **form.wanted())
    except (cases.CaseRefused, TooManyPhotos, ValidationError) as error:
        acting.refuse(form, error)
    return None


@require_safe
def show(request: HttpRequest, case: str) -> HttpResponse:
    """Show one case with all that was said and done."""
    return page(request, get(request, case))


def page(request: HttpRequest, case: Case, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    steps = {verb: VERBS[verb][0](auto_id=f"{verb}_%s") for verb in OFFERED.get(case.state, ())}
    if "agree" in steps:
        steps["agree"] = AgreeForm(initial={"amount": case.offered}, auto_id="agree_%s")
    context = facts(case, side=Side.SHOPPER, at=clock.now()) | {"forms": steps | (bound or {})}
    with timezone.override(case.order.merchant.time_zone):
        return render(request, "orders/cases/my_case.html", context, status=422 if bound else 200)


@require_POST
def act(request: HttpRequest, case: str, verb: str) -> HttpResponse:
    """Take one step with a case."""
    found = get(request, case)
    form_class, do = VERBS[verb]
    form = form_class(request.POST, request.FILES, auto_id=f"{verb}_%s")
    if acting.act(request, found, form, do, at=clock.now()):
        return redirect("orders:my_case", found.code)
    return page(request, found, {verb: form})


@require_safe
def photo(request: HttpRequest, case: str, photo: str) -> FileResponse:
    """Show a photo of one of the shopper's cases."""
    return acting.photo(get(request, case), photo)
