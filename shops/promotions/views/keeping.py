"""The pages on which promotions are kept, the same for a merchant and for an operator."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengfeng import clock

from ...people.models import AuditEntry
from .. import managing, results, wording
from ..forms import FilterForm, PromotionForm, initial_of
from ..keepers import Keeper, MerchantKeeper, PlatformKeeper
from ..models import Promotion, PromotionProduct
from ..phases import Phase, counts, in_phase, phase_of
from ..rules import GIVES

PER_PAGE = 25
USES = 25
HISTORY = 20
KINDS = {
    Promotion.Kind.THRESHOLD: ("receipt", gettext_lazy("Whoever spends enough saves an amount or a percentage.")),
    Promotion.Kind.COUPON: ("ticket", gettext_lazy("Shoppers claim it in the shop or type in a word.")),
    Promotion.Kind.BUNDLE: ("packages", gettext_lazy("Several products together at a better price.")),
}
BLAME = {
    "word": gettext_lazy("Another promotion that has not ended uses this word."),
    "limit": gettext_lazy("It was used more often already."),
    "budget": gettext_lazy("More than this is given away already."),
    "ends_at": gettext_lazy("Its end has passed. Set a later one first."),
}
USED = gettext_lazy("It has been used meanwhile, so its rules stay. Copy it to make another.")
DONE = {
    Promotion.State.ACTIVE: gettext_lazy("It is started."),
    Promotion.State.PAUSED: gettext_lazy("It is paused. Orders already placed keep it."),
    Promotion.State.ENDED: gettext_lazy("It has ended. Orders already placed keep it."),
}


def index(request: HttpRequest, keeper: Keeper, *, frame: str, may_edit: bool) -> HttpResponse:
    """List the promotions of one phase, with what they gave."""
    at, form = clock.now(), FilterForm(request.GET)
    mine = form.narrow(keeper.promotions())
    phase = Phase(request.GET["phase"]) if request.GET.get("phase") in Phase.values else Phase.RUNNING
    found = in_phase(mine, phase, at=at).order_by("-starts_at", "-pk")
    page = Paginator(found.prefetch_related("products"), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = dressed(page.object_list, at=at)
    numbers = counts(mine, at=at)
    context = {
        "frame": frame, "form": form, "page": page, "phase": phase, "may_edit": may_edit, "kinds": _kinds(keeper),
        "tabs": [(each, numbers[each]) for each in Phase], "is_filtered": any(form.cleaned_data.values()),
    }  # fmt: skip
    return render(request, "shops/promotions/promotions.html", context)


def dressed(promotions, *, at: datetime) -> list[Promotion]:
    """Load promotions with what a page says of them: `rule`, `phase`, `given`."""
    shown = list(promotions)
    given = results.by_promotion(shown)
    for promotion in shown:
        promotion.given, promotion.phase = given[promotion.pk], phase_of(promotion, at=at)
        promotion.average, promotion.rule = promotion.given.average(promotion.currency), rule(promotion)
    return shown


def rule(promotion: Promotion) -> str:
    units = [each.quantity for each in promotion.products.all()]
    return wording.whole(promotion, products=len(units), units=sum(units))


def show(request: HttpRequest, keeper: Keeper, code: str, *, frame: str, may_edit: bool) -> HttpResponse:
    """Show one promotion: its rule, what it gave by day and in which orders, and who changed it."""
    at = clock.now()
    given = PromotionProduct.objects.select_related("product").order_by("product__title", "pk")
    found = get_object_or_404(keeper.promotions().prefetch_related(Prefetch("products", given)), code=code)
    [promotion] = dressed([found], at=at)
    time_zone = keeper.merchant.time_zone if keeper.merchant else settings.PLATFORM_TIME_ZONE
    uses = promotion.uses.select_related("merchant").order_by("-at", "-pk")
    context = {
        "frame": frame, "promotion": promotion, "may_edit": may_edit,
        "chart": results.chart(results.by_day(promotion, time_zone=time_zone, at=at), promotion.currency),
        "page": Paginator(uses, USES).get_page(request.GET.get("page")), "by_merchant": _by_merchant(keeper, promotion),
        "history": history(keeper, promotion), "time_zone": time_zone,
    }  # fmt: skip
    return render(request, "shops/promotions/promotion.html", context)


def _by_merchant(keeper: Keeper, promotion: Promotion) -> list:
    return [] if keeper.merchant else list(results.by_merchant(promotion)[:200])


def history(keeper: Keeper, promotion: Promotion) -> list[AuditEntry]:
    """Return the latest entries of the merchant's trail about a promotion; the platform's are in the operators' log."""
    if isinstance(keeper, PlatformKeeper):
        return []
    entries = AuditEntry.objects.filter(merchant=keeper.merchant, target=promotion.code)
    return list(entries.select_related("actor").order_by("-number")[:HISTORY])


def new(request: HttpRequest, keeper: Keeper, *, frame: str) -> HttpResponse:
    """Make a promotion of the kind that the address names; without one, let the person choose."""
    kind = request.GET.get("kind", "")
    if kind not in dict(_kinds(keeper)):
        return render(request, "shops/promotions/kinds.html", {"frame": frame, "kinds": _kinds(keeper)})
    at = clock.now()
    benefit = GIVES[kind][0]
    initial = {"benefit": benefit, "starts_at": at, "is_public": True, "products": request.GET.getlist("product")}
    form = PromotionForm(request.POST or None, kind=kind, keeper=keeper, initial=initial)
    if not _is_ready(request, form):
        return _form(request, form, frame=frame)
    try:
        made = managing.create(keeper, kind=form.kind, currency=form.its_currency, at=at, **form.changes())
    except managing.Refused as refusal:
        return _refused(request, form, refusal, frame=frame)
    messages.success(request, _("It is made, and paused. Start it when you like."))
    return redirect("../" + made.code + "/")


def edit(request: HttpRequest, keeper: Keeper, code: str, *, frame: str) -> HttpResponse:
    """Change a promotion, unless somebody else has meanwhile."""
    found = get_object_or_404(keeper.promotions(), code=code)
    form = PromotionForm(
        request.POST or None, kind=found.kind, keeper=keeper, promotion=found, is_used=managing.is_used(found),
        initial=initial_of(found),
    )  # fmt: skip
    if not _is_ready(request, form):
        return _form(request, form, frame=frame)
    changes = form.changes() if keeper.merchant else form.changes() | {"products": None}
    try:
        managing.edit(keeper, found, version=form.cleaned_data["version"] or 0, at=clock.now(), **changes)
    except managing.EditConflict:
        form.add_error(None, _("Somebody else has changed it, or it has ended. Open it again to see what is new."))
        return _form(request, form, frame=frame, status=409)
    except managing.Refused as refusal:
        return _refused(request, form, refusal, frame=frame)
    messages.success(request, _("Saved."))
    return redirect("../")


def move(request: HttpRequest, keeper: Keeper, code: str) -> HttpResponse:
    """Start, pause or end a promotion."""
    found = get_object_or_404(keeper.promotions(), code=code)
    if request.POST.get("state") not in Promotion.State.values:
        return HttpResponseBadRequest()
    state = Promotion.State(request.POST["state"])
    try:
        managing.set_state(keeper, found, state, at=clock.now())
    except managing.Refused as refusal:
        messages.error(request, BLAME[refusal.field])
    except managing.WrongState:
        messages.warning(request, _("It has ended and stays so. Copy it to make another."))
    else:
        messages.success(request, DONE[state])
    return redirect("../")


def copy(request: HttpRequest, keeper: Keeper, code: str) -> HttpResponse:
    """Make another like it and open that for editing."""
    found = get_object_or_404(keeper.promotions(), code=code)
    twin = managing.copy(keeper, found, at=clock.now())
    messages.success(request, _("This is the copy. It is paused until you start it."))
    return redirect(f"../../{twin.code}/edit/")


def _kinds(keeper: Keeper) -> list[tuple[str, tuple]]:
    """Return the kinds that a keeper can make; the platform has no goods to bundle."""
    is_merchant = isinstance(keeper, MerchantKeeper)
    return [(k, (k.label, *KINDS[k])) for k in Promotion.Kind if is_merchant or k != Promotion.Kind.BUNDLE]


def _is_ready(request: HttpRequest, form: PromotionForm) -> bool:
    """Whether the form is to be carried out, rather than shown (again, or with a preview or products looked for)."""
    if request.method == "POST" and "look" in request.POST:
        form.as_draft()
        return False
    return request.method == "POST" and form.is_valid()


def _refused(request: HttpRequest, form: PromotionForm, refusal: managing.Refused, *, frame: str) -> HttpResponse:
    form.add_error(refusal.field if refusal.field in form.fields else None, BLAME.get(refusal.field, USED))
    return _form(request, form, frame=frame)


def _form(request: HttpRequest, form: PromotionForm, *, frame: str, status: int = 0) -> HttpResponse:
    context: dict[str, Any] = {"frame": frame, "form": form, "promotion": form.promotion}
    is_wrong = form.is_bound and bool(form.errors)
    return render(request, "shops/promotions/promotion_form.html", context, status=status or (422 if is_wrong else 200))
