"""Pages of products: the list, a product with its variants, a new one, many at once."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from chengfeng.templatetags.frame import text

from ...people.rights import Right
from ...tenancy import merchant_page, own
from .. import editing, listing, prices
from ..forms import FilterForm, ProductForm, VariantFormSet
from ..models import Product, Variant

PER_PAGE = 25
MAX_AT_ONCE = 200
PRICES = 100
UNDO = "products_undo"
BLAME = {
    "external_id": gettext_lazy("Another product has this number."),
    "sku": gettext_lazy("Another variant has this SKU."),
    "gtin": gettext_lazy("Another variant has this GTIN."),
    "list_price": gettext_lazy("The list price must not be below the price."),
    "on_hand": gettext_lazy("Units are set aside for orders; fewer cannot be on hand."),
}


@require_safe
@merchant_page(Right.CATALOGUE_VIEW)
def products(request: HttpRequest) -> HttpResponse:
    """List the merchant's products by the filters in the address."""
    form = FilterForm(request.GET, language=get_language())
    wanted = form.wanted()
    found = listing.products(request.access.merchant, **wanted)
    context = {
        "form": form,
        "is_filtered": bool(wanted),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "may_edit": request.access.may(Right.CATALOGUE_EDIT),
        "undo": _undo_of(request),
    }
    return render(request, "shops/catalogue/products.html", context)


@require_POST
@merchant_page(Right.CATALOGUE_EDIT)
def products_state(request: HttpRequest) -> HttpResponse:
    """Put the ticked products on sale or into the archive; keep what is needed to undo it."""
    state = request.POST.get("state")
    if state not in Product.State.values:
        return back(request)
    chosen = request.POST.getlist("product")[:MAX_AT_ONCE]
    before = editing.set_states(request.access, chosen, Product.State(state), at=clock.now())
    changed = sum(map(len, before.values()))
    if changed:
        request.session[UNDO] = {"merchant": request.access.merchant.code, "before": before}
    text = ngettext("%(count)s product changed.", "%(count)s products changed.", changed)
    messages.success(request, text % {"count": changed})
    return back(request)


@require_POST
@merchant_page(Right.CATALOGUE_EDIT)
def products_undo(request: HttpRequest) -> HttpResponse:
    """Give the products that were changed last the states they had."""
    kept = _undo_of(request)
    request.session.pop(UNDO, None)
    for state, codes in (kept or {}).get("before", {}).items():
        editing.set_states(request.access, codes, Product.State(state), at=clock.now())
    messages.success(request, _("Undone."))
    return back(request)


def _undo_of(request: HttpRequest) -> dict | None:
    kept = request.session.get(UNDO)
    return kept if kept and kept["merchant"] == request.access.merchant.code else None


def back(request: HttpRequest) -> HttpResponse:
    """Return to the list as it was filtered."""
    came_from = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return redirect(came_from)
    return redirect("shops:products", request.access.merchant.code)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_EDIT)
def product_new(request: HttpRequest) -> HttpResponse:
    """Make a product."""
    form, table = _forms(request, Product(merchant=request.access.merchant))
    if request.method == "POST" and _are_valid(form, table):
        try:
            made = editing.create_product(
                request.access, at=clock.now(), values=form.values(), picture=form.cleaned_data["picture"],
                variants=table.edits(),
            )  # fmt: skip
        except editing.Refused as refusal:
            _blame(form, table, refusal)
        else:
            messages.success(request, _("The product is made."))
            return redirect("shops:product", request.access.merchant.code, made.code)
    return _page(request, form, table)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_VIEW)
def product(request: HttpRequest, product: str) -> HttpResponse:
    """Show a product, and save what was changed of it and of its variants."""
    shown = get_object_or_404(own(Product, request.access.merchant).select_related("category"), code=product)
    if request.method == "POST":
        request.access.require(Right.CATALOGUE_EDIT)
    form, table = _forms(request, shown)
    if request.method == "POST" and _are_valid(form, table):
        try:
            editing.edit_product(
                request.access, shown, version=form.cleaned_data["version"] or 0, at=clock.now(),
                values=form.values(), picture=form.cleaned_data["picture"], variants=table.edits(),
            )  # fmt: skip
        except editing.EditConflict:
            return _page(request, form, table, shown, status=409, is_conflict=True)
        except editing.Refused as refusal:
            _blame(form, table, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("shops:product", request.access.merchant.code, shown.code)
    return _page(request, form, table, shown)


def _forms(request: HttpRequest, product: Product) -> tuple[ProductForm, VariantFormSet]:
    entered = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    known = own(Variant, request.access.merchant)
    variants = known.filter(product=product).order_by("pk") if product.pk else known.none()
    options = {"currency": request.access.merchant.currency}
    form = ProductForm(*entered, instance=product, language=get_language())
    return form, VariantFormSet(entered[0], queryset=variants, form_kwargs=options, prefix="variants")


def _are_valid(form: ProductForm, table: VariantFormSet) -> bool:
    return all([form.is_valid(), table.is_valid()])


def _blame(form: ProductForm, table: VariantFormSet, refusal: editing.Refused) -> None:
    """Show a refusal at the field that caused it."""
    message = BLAME[refusal.field]
    if not (refusal.sku and table.blame(refusal.sku, refusal.field, message)):
        form.add_error(refusal.field if refusal.field in form.fields else None, message)


def _page(request, form, table, product: Product | None = None, *, status: int = 0, is_conflict: bool = False):
    is_refused = request.method == "POST"
    context = {
        "form": form, "table": table, "product": product, "is_conflict": is_conflict,
        "may_edit": request.access.may(Right.CATALOGUE_EDIT), **(_prices(request, product) if product else {}),
    }  # fmt: skip
    return render(request, "shops/catalogue/product.html", context, status=status or (422 if is_refused else 200))


def _prices(request: HttpRequest, product: Product) -> dict:
    """Return the history of the product's prices, as a table and a chart."""
    changes = list(prices.history(product))
    labels = {change.variant_id: text(change.variant, "label") or change.variant.sku for change in reversed(changes)}
    chart = prices.chart(changes, labels, currency=request.access.merchant.currency)
    return {"price_changes": changes[:PRICES], "price_chart": chart}
