"""The console's pages of settlement: what is due and coming, statements and their files, payouts, the bank account."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengfeng import clock
from chengfeng.models import Account, Transfer
from chengfeng.money import ZERO
from chengfeng.periods import local_date
from shops.models import Category, Merchant
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from . import bank, charts, files, listing, statements, summing, terms
from .earning import earned
from .forms import BankForm, FindForm
from .models import Payout, Settlement, Statement
from .payouts import next_of
from .statements import Current

PAGE = 50
RECENT = 5
FILES = {
    "csv": (files.csv, "text/csv; charset=utf-8"),
    "xlsx": (files.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Show what is due now, what is coming by day, and what was paid out."""
    merchant, at = request.access.merchant, clock.now()
    today = local_date(at, merchant.time_zone)
    coming = summing.coming(merchant, currency=merchant.currency, today=today)
    under_way, under_way_net = summing.under_way(merchant, currency=merchant.currency)
    agreed = terms.agreed([merchant], at=at)[merchant.pk]
    context = {
        "current": statements.current(merchant, currency=merchant.currency, at=at),
        "coming": sum((net for _orders, net in coming.values()), ZERO),
        "coming_orders": sum(orders for orders, _net in coming.values()),
        "under_way": under_way,
        "under_way_net": under_way_net,
        "chart": charts.coming_by_day(coming, today=today, currency=merchant.currency),
        "payouts": listing.payouts(merchant)[:RECENT],
        "statements": own(Statement, merchant).order_by("-pk")[:RECENT],
        "agreed": agreed,
        "rates": _rates(request) if agreed.commission_rate is None else [],
        **_next(merchant, at=at),
    }
    return render(request, "orders/settlement/index.html", context)


def _next(merchant: Merchant, *, at: datetime) -> dict:
    """Return the template context of what is paid out next, and of what keeps it."""
    coming = next_of(merchant, currency=merchant.currency, at=at)
    return {"account": bank.of(merchant), "coming_payout": coming, "at": at}


def _rates(request: HttpRequest) -> list[Category]:
    """Return the categories that the merchant sells in, with their rates."""
    sold = request.access.merchant.products.values("category")
    return list(Category.objects.filter(pk__in=sold).order_by("commission_rate", "name"))


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def coming(request: HttpRequest) -> HttpResponse:
    """List the orders that wait to be settled, with the day on which each falls due."""
    merchant = request.access.merchant
    wait = terms.waiting(merchant)
    form = FindForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(listing.waiting(merchant, q=words), PAGE).get_page(request.GET.get("page"))
    for order in page.object_list:
        ended = order.delivered_at or order.cancelled_at
        order.earned, order.ended_at, order.due_at = earned(order, order.lines.all()), ended, ended + wait(ended)
    return render(request, "orders/settlement/coming.html", {"page": page, "form": form, "at": clock.now()})


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def index_of_statements(request: HttpRequest) -> HttpResponse:
    """List the statements, the current period at the head."""
    merchant = request.access.merchant
    page = Paginator(own(Statement, merchant).order_by("-first", "-pk"), PAGE).get_page(request.GET.get("page"))
    current = statements.current(merchant, currency=merchant.currency, at=clock.now())
    return render(request, "orders/settlement/statements.html", {"page": page, "current": current})


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def statement(request: HttpRequest, statement: str) -> HttpResponse:
    """Show a statement with its lines, each leading to its order and its ledger transfer."""
    merchant, shown = request.access.merchant, _statement(request, statement)
    form = FindForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    of_it = {"statement": getattr(shown, "pk", None)}
    paid = own(Payout, merchant).filter(currency=shown.currency, sent_at__isnull=False)
    context = {
        "statement": shown,
        "form": form,
        "page": Paginator(listing.settlements(merchant, statement=shown, **wanted), PAGE).get_page(
            request.GET.get("page")
        ),
        "payouts": paid.filter(**of_it).select_related("transfer", "bank_account").order_by("sent_at"),
        "returns": _returned(merchant, shown).select_related("came_back__transfer"),
    }
    return render(request, "orders/settlement/statement.html", context)


def _returned(merchant: Merchant, shown: Statement | Current) -> QuerySet[Payout]:
    """Return the payouts that came back in the period of a statement."""
    came_back = {"came_back__isnull": False, "came_back__statement": getattr(shown, "pk", None)}
    return own(Payout, merchant).filter(currency=shown.currency, **came_back)


def _statement(request: HttpRequest, code: str) -> Statement | Current:
    """Return the merchant's statement of that code, or its current period; raises Http404."""
    merchant = request.access.merchant
    if code == "current":
        return statements.current(merchant, currency=merchant.currency, at=clock.now())
    return get_object_or_404(own(Statement, merchant).select_related("merchant"), code=code)


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def statement_file(request: HttpRequest, statement: str) -> StreamingHttpResponse:
    """Send a statement's lines as CSV or XLSX."""
    shown = _statement(request, statement)
    try:
        write, content_type = FILES[request.GET.get("format", "csv")]
    except KeyError:
        raise Http404 from None
    name = f"{shown.first}_{shown.last}_{shown.currency}.{write.__name__}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(write(shown), content_type=content_type, headers=headers)


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def index_of_payouts(request: HttpRequest) -> HttpResponse:
    """List the payouts to the merchant."""
    merchant, at = request.access.merchant, clock.now()
    page = Paginator(listing.payouts(merchant), PAGE).get_page(request.GET.get("page"))
    least = terms.agreed([merchant], at=at)[merchant.pk].payout_minimum
    context = {"page": page, "least": least, **_next(merchant, at=at)}
    return render(request, "orders/settlement/payouts.html", context)


@require_safe
@merchant_page(Right.SETTLEMENT_VIEW)
def transfer(request: HttpRequest, transfer: str) -> HttpResponse:
    """Show the entries of a ledger transfer that touches the merchant's sales or what is due to it."""
    owned = {"owner": request.access.merchant.code, "kind__in": [Account.Kind.SALES, Account.Kind.PAYABLE]}
    touched = Transfer.objects.filter(code=transfer, entries__account__in=Account.objects.filter(**owned)).distinct()
    found = get_object_or_404(touched)
    settlement = own(Settlement, request.access.merchant).filter(transfer=found).select_related("order").first()
    entries = found.entries.select_related("account").order_by("pk")
    context = {"transfer": found, "entries": entries, "settlement": settlement}
    return render(request, "orders/settlement/transfer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.SETTLEMENT_VIEW)
def bank_account(request: HttpRequest) -> HttpResponse:
    """Show the bank account that payouts go to, and change it."""
    form = BankForm(request.POST or None)
    if request.method == "POST":
        request.access.require(Right.SETTLEMENT_EDIT)
        if form.is_valid():
            bank.change(request.access, **form.cleaned_data, at=clock.now())
            messages.success(
                request, _("The bank account is changed. Payouts are on hold for 24 hours and go there after that.")
            )
            return redirect("orders:bank_account", request.access.merchant.code)
    context = {
        "account": bank.of(request.access.merchant), "form": form, "at": clock.now(),
        "can_edit": request.access.may(Right.SETTLEMENT_EDIT),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "orders/settlement/bank_account.html", context, status=status)
