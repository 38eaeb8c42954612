"""Pages of stores."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ..people.rights import Right
from ..tenancy import merchant_page, own
from . import keeping
from .forms import StoreForm
from .models import Store


@require_safe
@merchant_page(Right.CATALOGUE_VIEW)
def stores(request: HttpRequest) -> HttpResponse:
    """List the stores that are open for business."""
    context = {
        "stores": keeping.stores(request.access.merchant),
        "may_edit": request.access.may(Right.CATALOGUE_EDIT),
    }
    return render(request, "shops/stores/stores.html", context)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_EDIT)
def store_new(request: HttpRequest) -> HttpResponse:
    """Add a store."""
    form = StoreForm(request.POST or None, currency=request.access.merchant.currency)
    if form.is_valid():
        try:
            keeping.create(request.access, values=form.values(), hours=form.spans, at=clock.now())
        except keeping.NameTaken:
            form.add_error("name", _("Another store has this name."))
        else:
            messages.success(request, _("The store is added."))
            return redirect("shops:stores", request.access.merchant.code)
    return _page(request, form)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_VIEW)
def store(request: HttpRequest, store: str) -> HttpResponse:
    """Show a store, and save what was changed."""
    shown = get_object_or_404(keeping.stores(request.access.merchant), code=store)
    if request.method == "POST":
        request.access.require(Right.CATALOGUE_EDIT)
    form = StoreForm(request.POST or None, instance=shown, currency=request.access.merchant.currency)
    if form.is_valid():
        try:
            keeping.edit(
                request.access, shown, version=form.cleaned_data["version"] or 0, values=form.values(),
                hours=form.spans, at=clock.now(),
            )  # fmt: skip
        except keeping.NameTaken:
            form.add_error("name", _("Another store has this name."))
        except keeping.StoreConflict:
            form.add_error(None, _("Somebody else changed this store while you were editing. Nothing was saved."))
        else:
            messages.success(request, _("Saved."))
            return redirect("shops:stores", request.access.merchant.code)
    return _page(request, form, shown)


@require_POST
@merchant_page(Right.CATALOGUE_EDIT)
def store_archive(request: HttpRequest, store: str) -> HttpResponse:
    """Close a store for good."""
    closed = get_object_or_404(own(Store, request.access.merchant), code=store)
    if keeping.archive(request.access, closed, at=clock.now()):
        messages.success(request, _("“%(name)s” is closed.") % {"name": closed.name})
    return redirect("shops:stores", request.access.merchant.code)


def _page(request: HttpRequest, form: StoreForm, shown: Store | None = None) -> HttpResponse:
    context = {"form": form, "store": shown, "may_edit": request.access.may(Right.CATALOGUE_EDIT)}
    status = 422 if request.method == "POST" else 200
    return render(request, "shops/stores/store.html", context, status=status)
