"""Console pages of notes: the list, writing one, publishing and withdrawing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ..catalogue import listing
from ..people.rights import Right
from ..tenancy import merchant_page, own
from . import publishing
from .forms import NoteForm
from .models import Note, Product

PER_PAGE = 24
FOUND = 8
VERBS = {"publish": publishing.publish, "withdraw": publishing.withdraw}


@require_safe
@merchant_page(Right.CATALOGUE_VIEW)
def notes(request: HttpRequest) -> HttpResponse:
    """List the merchant's notes, newest first, of one state if asked."""
    state = request.GET.get("state", "")
    found = own(Note, request.access.merchant).annotate(tagged=Count("tags")).order_by("-created_at", "-pk")
    if state in Note.State.values:
        found = found.filter(state=state)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": Note.State.choices,
        "may_edit": request.access.may(Right.CATALOGUE_EDIT),
    }
    return render(request, "shops/content/notes.html", context)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_EDIT)
def note_new(request: HttpRequest) -> HttpResponse:
    """Write a note."""
    return _write(request, None)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_VIEW)
def note(request: HttpRequest, note: str) -> HttpResponse:
    """Show a note, and save what was changed of it."""
    if request.method == "POST":
        request.access.require(Right.CATALOGUE_EDIT)
    return _write(request, get_object_or_404(own(Note, request.access.merchant), code=note))


@require_POST
@merchant_page(Right.CATALOGUE_EDIT)
def note_state(request: HttpRequest, note: str) -> HttpResponse:
    """Publish or withdraw a note."""
    shown = get_object_or_404(own(Note, request.access.merchant), code=note)
    verb = VERBS.get(request.POST.get("verb", ""))
    try:
        if verb:
            verb(request.access, shown, at=clock.now())
    except publishing.NotAllowed:
        messages.warning(request, _("Somebody else was faster: the note is as it was to be."))
    return redirect("shops:note", request.access.merchant.code, shown.code)


def _write(request: HttpRequest, note: Note | None) -> HttpResponse:
    """Save a note, or only change what the picker of products shows and keep everything else as entered."""
    products = _tagged(request, note)
    if _is_picking(request.POST):
        return _page(request, NoteForm(instance=note, initial=request.POST.dict()), note, products)
    form = NoteForm(request.POST or None, request.FILES or None, instance=note)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, note, products, status=422 if request.method == "POST" else 200)
    saved = publishing.write(
        request.access, note, at=clock.now(), values=form.values(), picture=form.cleaned_data["picture"],
        products=products,
    )  # fmt: skip
    messages.success(request, _("Saved."))
    return redirect("shops:note", request.access.merchant.code, saved.code)


def _is_picking(entered: QueryDict) -> bool:
    """Whether a button of the picker was pressed, or Enter while looking for a product."""
    return bool({"find", "add", "remove"} & entered.keys()) or bool("enter" in entered and entered.get("find_q"))


def _page(request: HttpRequest, form: NoteForm, note: Note | None, products: list[Product], *, status: int = 200):
    q = request.POST.get("find_q", "").strip()[:100]
    context = {
        "form": form, "note": note, "products": products, "q": q, "found": _found(request, q, products),
        "may_edit": request.access.may(Right.CATALOGUE_EDIT),
    }  # fmt: skip
    return render(request, "shops/content/note.html", context, status=status)


def _tagged(request: HttpRequest, note: Note | None) -> list[Product]:
    """Return the tagged products in their order: those entered, or those of the note."""
    if request.method != "POST":
        return [tag.product for tag in note.tags.select_related("product")] if note else []
    removed = request.POST.get("remove")
    codes = [code for code in [*request.POST.getlist("product"), request.POST.get("add")] if code and code != removed]
    mine = {p.code: p for p in own(Product, request.access.merchant).filter(code__in=codes).defer("search")}
    return [mine[code] for code in dict.fromkeys(codes) if code in mine][: publishing.MAX_TAGS]


def _found(request: HttpRequest, q: str, tagged: list[Product]) -> list[Product]:
    """Return products to tag: those that match what is looked for, else those changed last."""
    rest = listing.products(request.access.merchant, q=q, state=Product.State.ACTIVE)
    return list(rest.exclude(pk__in=[product.pk for product in tagged])[:FOUND])
