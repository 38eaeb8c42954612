"""The merchant's pages of flash sales: list, draft, publishing, and how one goes while it runs."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ...models import FlashItem, FlashSale
from ...people.rights import Right
from ...tenancy import merchant_page, own
from .. import flash, flash_drafts, flash_results
from ..flash_forms import MOST_UNITS, FlashSaleForm, Items, UnitsForm
from ..flash_results import Phase

PER_PAGE = 25
BLAME = {
    "not_a_draft": gettext_lazy("It is published already."),
    "no_items": gettext_lazy("It offers nothing yet. Add what it sells first."),
    "is_over": gettext_lazy("Its end has passed. Set a later one first."),
    "not_enough": gettext_lazy("%(sku)s: only %(free)s units are free."),
    "overlaps": gettext_lazy("%(sku)s is in another flash sale at the same time."),
    "not_on_sale": gettext_lazy("%(sku)s is not on sale."),
    "not_cheaper": gettext_lazy("%(sku)s: the flash price must be below the ordinary price."),
    "sold": gettext_lazy("%(sku)s: %(free)s units are sold or held already."),
    "closed": gettext_lazy("The sale is over."),
}


@require_safe
@merchant_page(Right.PROMOTIONS_VIEW)
def sales(request: HttpRequest) -> HttpResponse:
    """List the flash sales of one phase."""
    at = clock.now()
    phase = Phase(request.GET["phase"]) if request.GET.get("phase") in Phase.values else None
    mine = own(FlashSale, request.access.merchant)
    numbers = {each: flash_results.in_phase(mine, each, at=at).count() for each in Phase}
    phase = phase or next((each for each in Phase if numbers[each]), Phase.RUNNING)
    shown = flash_results.in_phase(mine, phase, at=at).annotate(offered=Count("items"), units=Sum("items__quantity"))
    context = {
        "page": Paginator(shown.order_by("-starts_at", "-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "phase": phase, "tabs": list(numbers.items()), "may_edit": request.access.may(Right.PROMOTIONS_EDIT),
    }  # fmt: skip
    return render(request, "shops/promotions/flash_sales.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.PROMOTIONS_EDIT)
def sale_new(request: HttpRequest) -> HttpResponse:
    """Write a draft."""
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.PROMOTIONS_EDIT)
def sale_edit(request: HttpRequest, flash_sale: str) -> HttpResponse:
    """Change a draft."""
    draft = get_object_or_404(own(FlashSale, request.access.merchant), code=flash_sale)
    if draft.state != FlashSale.State.DRAFT:
        return redirect("shops:flash_sale", request.access.merchant.code, draft.code)
    return _write(request, draft)


def _write(request: HttpRequest, draft: FlashSale | None) -> HttpResponse:
    """Save a draft, or only change what the picker of variants shows and keep everything else as entered."""
    entered = request.POST if request.method == "POST" else None
    is_judged = entered is not None and not _is_picking(entered)
    items = Items(entered, merchant=request.access.merchant, sale=draft, is_judged=is_judged)
    if not is_judged:
        initial = entered.dict() if entered else {}
        return _form(request, FlashSaleForm(instance=draft, initial=initial), items, draft)
    form = FlashSaleForm(entered, instance=draft)
    is_valid = items.is_valid()
    if not form.is_valid() or not is_valid:
        return _form(request, form, items, draft, status=422)
    try:
        saved = flash_drafts.write(
            request.access, draft, at=clock.now(), values=form.cleaned_data, items=items.offered()
        )
    except flash_drafts.NotADraft:
        messages.warning(request, _("Somebody else was faster: the sale is published."))
        return redirect("shops:flash_sale", request.access.merchant.code, draft.code)
    messages.success(request, _("Saved as a draft. Publish it when it is complete."))
    return redirect("shops:flash_sale", request.access.merchant.code, saved.code)


def _is_picking(entered) -> bool:
    return bool({"find", "add", "remove"} & entered.keys()) or bool("enter" in entered and entered.get("find_q"))


def _form(request: HttpRequest, form: FlashSaleForm, items: Items, draft: FlashSale | None, *, status: int = 200):
    context = {"form": form, "items": items, "sale": draft}
    return render(request, "shops/promotions/flash_form.html", context, status=status)


@require_safe
@merchant_page(Right.PROMOTIONS_VIEW)
def sale(request: HttpRequest, flash_sale: str) -> HttpResponse:
    """Show how a sale goes; htmx asks for the numbers alone while it runs."""
    at = clock.now()
    shown = get_object_or_404(own(FlashSale, request.access.merchant), code=flash_sale)
    rows = flash_results.rows(shown)
    context = {
        "sale": shown, "phase": flash_results.phase_of(shown, at=at), "rows": rows, "chart": None,
        "total": flash_results.total(rows), "may_edit": request.access.may(Right.PROMOTIONS_EDIT),
    }  # fmt: skip
    if context["phase"] in (Phase.RUNNING, Phase.OVER):
        context["chart"] = flash_results.chart(shown, at=at)
    part = "flash_numbers" if "HX-Request" in request.headers else "flash_sale"
    return render(request, f"shops/promotions/{part}.html", context)


@require_POST
@merchant_page(Right.PROMOTIONS_EDIT)
def sale_state(request: HttpRequest, flash_sale: str) -> HttpResponse:
    """Publish, end or discard a sale."""
    shown = get_object_or_404(own(FlashSale, request.access.merchant), code=flash_sale)
    verb = {"publish": _publish, "end": _end, "discard": _discard}.get(request.POST.get("verb", ""))
    return (verb and verb(request, shown)) or redirect("shops:flash_sale", request.access.merchant.code, shown.code)


def _publish(request: HttpRequest, shown: FlashSale) -> None:
    try:
        flash.publish(request.access, shown, at=clock.now())
    except flash.FlashRefused as refused:
        messages.error(request, blame(refused))
    else:
        messages.success(request, _("It is published; its units are set aside."))


def _end(request: HttpRequest, shown: FlashSale) -> None:
    if flash.end(request.access, shown, at=clock.now()):
        messages.success(request, _("It has ended. What was left is on the shelf again."))


def _discard(request: HttpRequest, shown: FlashSale) -> HttpResponse | None:
    try:
        flash_drafts.discard(request.access, shown, at=clock.now())
    except flash_drafts.NotADraft:
        messages.warning(request, _("Only a draft can be thrown away."))
        return None
    messages.success(request, _("The draft is thrown away."))
    return redirect("shops:flash_sales", request.access.merchant.code)


@require_POST
@merchant_page(Right.PROMOTIONS_EDIT)
def item_units(request: HttpRequest, flash_sale: str, item: str) -> HttpResponse:
    """Change the units of an item while its sale is published."""
    mine = own(FlashItem, request.access.merchant).filter(sale__code=flash_sale)
    found, form = get_object_or_404(mine, code=item), UnitsForm(request.POST)
    try:
        if form.is_valid():
            flash.change_units(request.access, found, units=form.cleaned_data["units"], at=clock.now())
            messages.success(request, _("Saved."))
        else:
            messages.error(
                request, _("Give a whole number of units, from 1 to %(most)s.") % {"most": f"{MOST_UNITS:,}"}
            )
    except flash.FlashRefused as refused:
        messages.error(request, blame(refused))
    return redirect("shops:flash_sale", request.access.merchant.code, flash_sale)


def blame(refused: flash.FlashRefused) -> str:
    """Return why, for people."""
    sku = refused.item.variant.sku if refused.item else ""
    return BLAME[refused.code] % {"sku": sku, "free": refused.free}
