"""Pages of shipping templates: the list, one template with its rates and a preview, products to send by it."""

from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ..people.rights import Right
from ..tenancy import merchant_page, own
from . import editing, listing, rates
from .forms import ChooseForm, PreviewForm, RateForm, RateFormSet, TemplateForm, initial_of
from .models import ShippingTemplate

PER_PAGE = 50
BLAME = {
    "name": gettext_lazy("Another template has this name."),
    "is_default": gettext_lazy("Another template has become the default meanwhile; please save again."),
}


@require_safe
@merchant_page(Right.CATALOGUE_VIEW)
def templates(request: HttpRequest) -> HttpResponse:
    """List the templates that are in use."""
    context = {
        "templates": listing.counted(request.access.merchant),
        "may_edit": request.access.may(Right.CATALOGUE_EDIT),
    }
    return render(request, "shops/delivery/templates.html", context)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_EDIT)
def template_new(request: HttpRequest) -> HttpResponse:
    """Make a template."""
    form, table, elsewhere = _forms(request, None)
    if request.method == "POST" and _are_valid(form, table, elsewhere):
        try:
            made = editing.create(request.access, at=clock.now(), values=form.values(), rates=table.rates())
        except editing.TemplateRefused as refusal:
            form.add_error(refusal.field, BLAME[refusal.field])
        else:
            messages.success(request, _("The template is made."))
            return redirect("shops:shipping_template", request.access.merchant.code, made.code)
    return _page(request, form, table, elsewhere)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_VIEW)
def template(request: HttpRequest, template: str) -> HttpResponse:
    """Show a template with its rates and what a parcel would cost; save what was changed."""
    shown = _find(request, template)
    if request.method == "POST":
        request.access.require(Right.CATALOGUE_EDIT)
    form, table, elsewhere = _forms(request, shown)
    if request.method == "POST" and _are_valid(form, table, elsewhere):
        try:
            editing.edit(
                request.access, shown, version=form.cleaned_data["version"] or 0, at=clock.now(),
                values=form.values(), rates=table.rates(),
            )  # fmt: skip
        except editing.TemplateConflict:
            return _page(request, form, table, elsewhere, shown, status=409, is_conflict=True)
        except editing.TemplateRefused as refusal:
            form.add_error(refusal.field, BLAME[refusal.field])
        else:
            messages.success(request, _("Saved."))
            return redirect("shops:shipping_template", request.access.merchant.code, shown.code)
    return _page(request, form, table, elsewhere, shown)


@require_POST
@merchant_page(Right.CATALOGUE_EDIT)
def template_archive(request: HttpRequest, template: str) -> HttpResponse:
    """Take a template out of use."""
    ended = get_object_or_404(own(ShippingTemplate, request.access.merchant), code=template)
    if editing.archive(request.access, ended, at=clock.now()):
        messages.success(request, _("“%(name)s” is no longer in use.") % {"name": ended.name})
    return redirect("shops:shipping", request.access.merchant.code)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_EDIT)
def template_products(request: HttpRequest, template: str) -> HttpResponse:
    """Choose the products that are sent by a template."""
    shown = _find(request, template)
    if request.method == "POST":
        target = shown if request.POST.get("by") == "this" else None
        number = editing.assign(request.access, target, request.POST.getlist("product")[:PER_PAGE], at=clock.now())
        text = ngettext("%(count)s product changed.", "%(count)s products changed.", number)
        messages.success(request, text % {"count": number})
        return redirect(request.get_full_path())
    form = ChooseForm(request.GET)
    wanted = form.wanted()
    found = listing.products(request.access.merchant, shown, **wanted)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"template": shown, "form": form, "page": page, "is_filtered": bool(wanted)}
    return render(request, "shops/delivery/products.html", context)


def _find(request: HttpRequest, code: str) -> ShippingTemplate:
    return get_object_or_404(listing.templates(request.access.merchant), code=code)


def _forms(request: HttpRequest, shown: ShippingTemplate | None) -> tuple[TemplateForm, RateFormSet, RateForm]:
    """Return the forms of a template, its named places and everywhere else."""
    data = request.POST if request.method == "POST" else None
    currency = request.access.merchant.currency
    stored = list(shown.rates.all()) if shown else []
    last = next((rate for rate in stored if not rate.regions), None)
    first = {"first_units": 1, "next_units": 1} if shown is None else {"is_served": False}
    elsewhere = RateForm(
        data, prefix="else", currency=currency, initial=initial_of(last, currency=currency) if last else first
    )
    rows = [initial_of(rate, currency=currency) for rate in stored if rate.regions]
    table = RateFormSet(data, prefix="rates", initial=rows, form_kwargs={"currency": currency}, elsewhere=elsewhere)
    return TemplateForm(data, instance=shown), table, elsewhere


def _are_valid(form: TemplateForm, table: RateFormSet, elsewhere: RateForm) -> bool:
    return all([form.is_valid(), elsewhere.is_valid(), table.is_valid(), not elsewhere.errors])


def _page(request, form, table, elsewhere, shown=None, *, status: int = 0, is_conflict: bool = False) -> HttpResponse:
    context = {
        "form": form, "table": table, "elsewhere": elsewhere, "template": shown, "is_conflict": is_conflict,
        "may_edit": request.access.may(Right.CATALOGUE_EDIT), "rows": [*table, elsewhere],
    } | (preview(request, shown) if shown else {})  # fmt: skip
    default = 422 if request.method == "POST" else 200
    return render(request, "shops/delivery/template.html", context, status=status or default)


def preview(request: HttpRequest, shown: ShippingTemplate) -> dict:
    """Return the calculator, and what the parcel in the address would cost: a price, or None where nothing is sent."""
    asked = request.GET if "units" in request.GET else None
    form = PreviewForm(asked, currency=request.access.merchant.currency, basis=shown.basis)
    if asked is None or not form.is_valid():
        return {"preview": form}
    country, _slash, region = form.cleaned_data["to"].partition("/")
    rate = rates.rate_to(list(shown.rates.all()), rates.Destination(country, region))
    value = form.cleaned_data["value"] or Decimal(0)
    price = rates.price(rate, form.cleaned_data["units"], value=value) if rate else None
    place = dict(form.fields["to"].choices)[form.cleaned_data["to"]]
    return {"preview": form, "price": price, "is_priced": True, "place": place}
