"""The console pages of the wallet: what it holds and how long that lasts, top-ups, alarms and the statement."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock, sheets
from chengfeng.money import minor_unit, round_money
from chengfeng.periods import local_date
from shops.models import Merchant
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import wallet as verbs
from ..models import AdAccount, TopUp
from ..wallet import alerts, files, granting, hosted, topping_up
from ..wallet.charts import chart_of_course
from ..wallet.days import course
from ..wallet.forms import AlertForm, StatementForm, TopUpForm

PER_PAGE = 50
LATEST = 10
CHART_DAYS = 30
HELD = {"cash": "balance", "grants": "grants", "frozen": "frozen"}
FILES = {"csv": (files.csv, sheets.CSV), "xlsx": (files.xlsx, sheets.XLSX)}


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.WALLET_VIEW)
def wallet(request: HttpRequest) -> HttpResponse:
    """Show the wallet, and put money into it."""
    if request.method == "POST":
        request.access.require(Right.WALLET_FUND)
        form = TopUpForm(request.POST)
        return _top_up(request, form) if form.is_valid() else _page(request, form, status=422)
    _come_back(request)
    return _page(request, TopUpForm())


def _page(request: HttpRequest, form: TopUpForm, *, status: int = 200) -> HttpResponse:
    merchant, at = request.access.merchant, clock.now()
    today = local_date(at, merchant.time_zone)
    days = course(merchant, first=today - timedelta(days=CHART_DAYS - 1), last=today)
    account, forecast = alerts.account_of(merchant), verbs.forecast(merchant, at=at)
    context = {
        "form": form,
        "has_page": hosted.is_offered(),
        "has_sandbox": "sandbox" in settings.TOP_UPS_BY,
        "forecast": forecast,
        "pace": round_money(forecast.pace, merchant.currency),
        "held": {name: round_money(getattr(forecast, of), merchant.currency) for name, of in HELD.items()},
        "grants": granting.live(merchant, at=at),
        "now": at,
        "chart": chart_of_course(days, merchant.currency),
        "is_quiet": not any(day.spent or day.cash or day.grants for day in days.values()),
        "pending": [(top_up, hosted.waits_on_page(top_up)) for top_up in _pending(request)],
        "alerts": AlertForm(initial={"alert_balance": _in_coins(account, merchant), "alert_days": account.alert_days}),
        "lines": verbs.statement(merchant, by_day=True)[:LATEST],
        "may_fund": request.access.may(Right.WALLET_FUND),
    }
    return render(request, "ads/wallet/wallet.html", context, status=status)


def _in_coins(account: AdAccount, merchant: Merchant) -> Decimal | None:
    """Return below which balance an account raises an alarm, as people write it."""
    return account.alert_balance and account.alert_balance.quantize(minor_unit(merchant.currency))


def _pending(request: HttpRequest):
    return own(TopUp, request.access.merchant).filter(state=TopUp.State.PENDING).order_by("-requested_at")


def _top_up(request: HttpRequest, form: TopUpForm) -> HttpResponse:
    said, at, on_page = form.cleaned_data, clock.now(), "source" not in form.fields
    provider = hosted.PROVIDER if on_page else "sandbox"
    try:
        opened = verbs.open_top_up(
            access=request.access, amount=said["amount"], code=said["code"], provider=provider, at=at
        )
    except verbs.CodeTaken:
        raise Http404 from None
    except verbs.NotOffered:
        form.add_error(None, _("This way of paying is not offered."))
    except verbs.AmountRefused:
        form.add_error("amount", _("This currency has no smaller coins than its unit."))
    if form.errors:
        return _page(request, form, status=422)
    if on_page:
        return _lead_to_page(request, opened)
    _tell(request, verbs.submit(opened.code, source=said["source"], at=at))
    return redirect("ads:wallet", request.access.merchant.code)


def _lead_to_page(request: HttpRequest, top_up: TopUp) -> HttpResponse:
    try:
        return redirect(hosted.open_page(top_up, title=_("Advertising wallet"), at=clock.now()))
    except hosted.NoPage:
        messages.error(request, _("Paying by card is not possible just now. Nothing was charged; please try again."))
        return redirect("ads:wallet", request.access.merchant.code)


def _come_back(request: HttpRequest) -> None:
    """Look at once what became of the top-up whose page somebody comes back from."""
    waiting = _pending(request).filter(code=request.GET["back"]).first() if "back" in request.GET else None
    if waiting and topping_up.look(waiting, at=clock.now()):
        waiting.refresh_from_db()
        _tell(request, waiting)


def _tell(request: HttpRequest, top_up: TopUp) -> None:
    if top_up.state == TopUp.State.DONE:
        messages.success(request, _("The money is in your wallet."))
    elif top_up.state == TopUp.State.FAILED:
        messages.error(request, _("The payment was declined; nothing was charged."))
    else:
        messages.warning(request, _("The payment is on its way; the wallet shows it once it has arrived."))


@require_POST
@merchant_page(Right.WALLET_FUND)
def top_up_page(request: HttpRequest, top_up: str) -> HttpResponse:
    """Lead back to the page on which a top-up waits, or give it up."""
    waiting = get_object_or_404(own(TopUp, request.access.merchant), code=top_up)
    if not hosted.waits_on_page(waiting):
        return redirect("ads:wallet", request.access.merchant.code)
    if "give_up" not in request.POST:
        return _lead_to_page(request, waiting)
    if hosted.give_up(waiting, at=clock.now()):
        waiting.refresh_from_db()
        if waiting.state == TopUp.State.DONE:
            _tell(request, waiting)
    return redirect("ads:wallet", request.access.merchant.code)


@require_POST
@merchant_page(Right.WALLET_FUND)
def wallet_alerts(request: HttpRequest) -> HttpResponse:
    """Say when the wallet raises an alarm."""
    form = AlertForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        alerts.set_alerts(access=request.access, balance=said["alert_balance"], days=said["alert_days"], at=clock.now())
        messages.success(request, _("You will be told by e-mail, once each time the wallet runs low."))
    else:
        messages.error(request, _("Give an amount, or none, and a number of days from 0 to 90."))
    return redirect("ads:wallet", request.access.merchant.code)


@require_safe
@merchant_page(Right.WALLET_VIEW)
def wallet_statement(request: HttpRequest) -> HttpResponse:
    """Show the statement, by day or line by line."""
    form = StatementForm(request.GET)
    lines = verbs.statement(request.access.merchant, **form.said())
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ads/wallet/statement.html", {"filter": form, "page": page, "by_day": lines.by_day})


@require_safe
@merchant_page(Right.WALLET_VIEW)
def wallet_file(request: HttpRequest) -> StreamingHttpResponse:
    """Send the whole statement as it is narrowed, as CSV or XLSX."""
    try:
        write, content_type = FILES[request.GET.get("format", "csv")]
    except KeyError:
        raise Http404 from None
    lines = verbs.statement(request.access.merchant, **StatementForm(request.GET).said())
    last = lines.last or local_date(clock.now(), lines.merchant.time_zone)
    name = "_".join(str(part) for part in ("wallet", lines.first, last) if part) + f".{write.__name__}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(write(lines), content_type=content_type, headers=headers)


@require_safe
@merchant_page(Right.WALLET_VIEW)
def wallet_grants(request: HttpRequest) -> HttpResponse:
    """List all grants, those that are over among them."""
    found = granting.grants(request.access.merchant).order_by("-expires_at", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ads/wallet/grants.html", {"page": page, "now": clock.now()})
