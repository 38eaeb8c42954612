"""The operator's pages: payouts prepared by one and approved by another, and the commission rates of categories."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from chengfeng.models import Account
from shops.models import Category
from shops.tenancy import operator_page

from . import payouts as verbs
from . import terms
from .forms import RatesForm
from .models import Payout, PayoutBatch, RateChange

PAGE = 30
CHANGES = 20


@require_safe
@operator_page
def payouts(request: HttpRequest) -> HttpResponse:
    """List the batches of payouts, and the currencies in which something may be due."""
    kept = ~Q(payouts__state=Payout.State.LEFT_OUT)
    batches = PayoutBatch.objects.select_related("prepared_by", "approved_by").annotate(
        number=Count("payouts", filter=kept), total=Sum("payouts__amount", filter=kept),
        returned=Count("payouts", filter=Q(payouts__state=Payout.State.RETURNED)),
        sending=Count("payouts", filter=Q(payouts__state=Payout.State.SENDING)),
    )  # fmt: skip
    page = Paginator(batches.order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "currencies": _currencies()}
    return render(request, "orders/settlement/desk/payouts.html", context)


def _currencies() -> list[str]:
    payable = Account.objects.filter(kind=Account.Kind.PAYABLE)
    return sorted(payable.values_list("currency", flat=True).distinct())


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def prepare(request: HttpRequest) -> HttpResponse:
    """Show what would be paid out in a currency, and prepare it."""
    currencies, at = _currencies(), clock.now()
    asked = request.POST.get("currency") or request.GET.get("currency")
    currency = asked if asked in currencies else next(iter(currencies), "")
    if request.method == "POST":
        try:
            batch = verbs.prepare(currency=currency, by=request.user, at=at)
            return redirect("orders:payout_batch", batch.code)
        except verbs.NothingToPay:
            messages.error(request, _("Nothing can be paid out now."))
    found = verbs.candidates(currency=currency, at=at) if currency else []
    payable = [candidate for candidate in found if not candidate.obstacle]
    context = {
        "currency": currency, "currencies": currencies, "payable": payable,
        "total": sum(candidate.amount for candidate in payable),
        "others": [candidate for candidate in found if candidate.obstacle],
    }  # fmt: skip
    return render(request, "orders/settlement/desk/prepare.html", context)


@require_safe
@operator_page
def batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Show a batch and its payouts."""
    return _page(request, get_object_or_404(PayoutBatch, code=batch))


def _page(request: HttpRequest, batch: PayoutBatch, *, status: int = 200) -> HttpResponse:
    rows = batch.payouts.select_related("merchant", "bank_account", "came_back").order_by("-amount", "pk")
    is_waiting = batch.state == PayoutBatch.State.PREPARED
    context = {
        "batch": batch,
        "payouts": rows,
        "total": sum(payout.amount for payout in rows if payout.state != Payout.State.LEFT_OUT),
        "can_approve": is_waiting and batch.prepared_by_id != request.user.pk,
        "is_waiting": is_waiting,
    }
    return render(request, "orders/settlement/desk/batch.html", context, status=status)


@require_POST
@operator_page
def approve(request: HttpRequest, batch: str) -> HttpResponse:
    """Approve a batch that somebody else prepared."""
    found = get_object_or_404(PayoutBatch, code=batch)
    try:
        sent = verbs.approve(found, by=request.user, at=clock.now())
    except verbs.SamePerson:
        messages.error(request, _("You prepared this batch: somebody else must approve it."))
        return _page(request, found, status=403)
    except verbs.NotAwaiting:
        found.refresh_from_db()
        messages.error(request, _("This batch does not await approval any more."))
        return _page(request, found, status=409)
    text = ngettext("%(n)d payout is on its way.", "%(n)d payouts are on their way.", len(sent))
    messages.success(request, text % {"n": len(sent)})
    return redirect("orders:payout_batch", found.code)


@require_POST
@operator_page
def withdraw(request: HttpRequest, batch: str) -> HttpResponse:
    """Give up a batch that awaits approval."""
    found = get_object_or_404(PayoutBatch, code=batch)
    try:
        verbs.withdraw(found, by=request.user, at=clock.now())
    except verbs.NotAwaiting:
        messages.error(request, _("This batch does not await approval any more."))
        return _page(request, found, status=409)
    messages.success(request, _("The batch is withdrawn; nobody is paid by it."))
    return redirect("orders:payout_batch", found.code)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def commission(request: HttpRequest) -> HttpResponse:
    """Show the commission rates of the categories and change them; orders placed before keep theirs."""
    by_branch = [Coalesce("parent__slug", "slug"), F("parent").asc(nulls_first=True), "slug"]
    categories = list(Category.objects.select_related("parent").order_by(*by_branch))
    form = RatesForm(request.POST or None, categories=categories)
    if request.method == "POST" and form.is_valid():
        changed = terms.set_rates(form.rates(), by=request.user, at=clock.now())
        text = ngettext("%(n)d rate changed.", "%(n)d rates changed.", changed)
        messages.success(request, text % {"n": changed})
        return redirect("orders:commission")
    changes = RateChange.objects.select_related("category", "by").order_by("-pk")[:CHANGES]
    status = 422 if form.errors else 200
    return render(request, "orders/settlement/desk/commission.html", {"form": form, "changes": changes}, status=status)
