"""The merchant's pages of presales: list, draft, publishing, closing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ...models import Presale
from ...people.rights import Right
from ...tenancy import merchant_page, own
from .. import presales
from ..presale_forms import Choice, PresaleForm
from ..presales import Phase

PER_PAGE = 25
BLAME = {
    "not_a_draft": gettext_lazy("It is published already."),
    "is_over": gettext_lazy("Its time for deposits has passed. Set a later one first."),
    "overlaps": gettext_lazy("These goods are in another presale at the same time."),
    "not_on_sale": gettext_lazy("These goods are not on sale."),
}


@require_safe
@merchant_page(Right.PROMOTIONS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """List the presales of one phase."""
    at = clock.now()
    phase = Phase(request.GET["phase"]) if request.GET.get("phase") in Phase.values else None
    mine = own(Presale, request.access.merchant).select_related("variant__product")
    numbers = {each: presales.in_phase(mine, each, at=at).count() for each in Phase}
    phase = phase or next((each for each in Phase if numbers[each]), Phase.DEPOSIT)
    shown = presales.in_phase(mine, phase, at=at).order_by("-starts_at", "-pk")
    context = {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")), "phase": phase,
        "tabs": list(numbers.items()), "may_edit": request.access.may(Right.PROMOTIONS_EDIT),
    }  # fmt: skip
    return render(request, "shops/promotions/presales.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.PROMOTIONS_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Write a draft."""
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.PROMOTIONS_EDIT)
def edit(request: HttpRequest, presale: str) -> HttpResponse:
    """Change a draft."""
    draft = get_object_or_404(_own(request), code=presale)
    if draft.state != Presale.State.DRAFT:
        return redirect("shops:presale", request.access.merchant.code, draft.code)
    return _write(request, draft)


def _own(request: HttpRequest):
    return own(Presale, request.access.merchant).select_related("variant__product")


def _write(request: HttpRequest, draft: Presale | None) -> HttpResponse:
    """Save a draft, or only change which variants are shown and keep everything else as entered."""
    merchant, entered = request.access.merchant, request.POST if request.method == "POST" else None
    choice = Choice(entered, merchant=merchant, presale=draft)
    if entered is None or _is_choosing(entered):
        form = PresaleForm(instance=draft, initial=entered.dict() if entered else {}, merchant=merchant)
        return _form(request, form, choice, draft)
    form = PresaleForm(entered, instance=draft, merchant=merchant)
    is_chosen = choice.is_valid()
    if not form.is_valid() or not is_chosen:
        return _form(request, form, choice, draft, status=422)
    values = form.cleaned_data | {"variant": choice.variant}
    try:
        saved = presales.write(request.access, draft, at=clock.now(), values=values)
    except presales.PresaleRefused as refused:
        messages.warning(request, BLAME[refused.code])
        return redirect("shops:presale", merchant.code, draft.code)
    messages.success(request, _("Saved as a draft. Publish it when it is complete."))
    return redirect("shops:presale", merchant.code, saved.code)


def _is_choosing(entered) -> bool:
    return bool({"find", "choose"} & entered.keys()) or bool("enter" in entered and entered.get("find_q"))


def _form(request: HttpRequest, form: PresaleForm, choice: Choice, draft: Presale | None, *, status: int = 200):
    context = {"form": form, "choice": choice, "presale": draft}
    return render(request, "shops/promotions/presale_form.html", context, status=status)


@require_safe
@merchant_page(Right.PROMOTIONS_VIEW)
def show(request: HttpRequest, presale: str) -> HttpResponse:
    """Show a presale; how it goes comes from the orders' page of it."""
    shown = get_object_or_404(_own(request), code=presale)
    context = {
        "presale": shown, "phase": presales.phase_of(shown, at=clock.now()),
        "may_edit": request.access.may(Right.PROMOTIONS_EDIT), "may_see": request.access.may(Right.ORDERS_VIEW),
    }  # fmt: skip
    return render(request, "shops/promotions/presale.html", context)


@require_POST
@merchant_page(Right.PROMOTIONS_EDIT)
def state(request: HttpRequest, presale: str) -> HttpResponse:
    """Publish, close or discard a presale."""
    shown, at = get_object_or_404(_own(request), code=presale), clock.now()
    verb = request.POST.get("verb", "")
    try:
        if verb == "publish":
            presales.publish(request.access, shown, at=at)
            messages.success(request, _("It is published."))
        elif verb == "close" and presales.close(request.access, shown, at=at):
            messages.success(request, _("It takes no more deposits. Orders with a deposit go on as agreed."))
        elif verb == "discard":
            presales.discard(request.access, shown, at=at)
            messages.success(request, _("The draft is thrown away."))
            return redirect("shops:presales", request.access.merchant.code)
    except presales.PresaleRefused as refused:
        messages.error(request, BLAME[refused.code])
    return redirect("shops:presale", request.access.merchant.code, shown.code)
