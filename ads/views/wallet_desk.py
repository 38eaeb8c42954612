"""The operator's pages of wallets: grants one by one and from a file, frozen money, and the rebates of a month."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from chengfeng import clock
from shops.tenancy import operator_page

from ..models import Grant
from ..wallet import freezing, granting, grants_file, rebates
from ..wallet.forms import FreezeForm, GrantFileForm, GrantForm, RebateForm
from ..wallet.topping_up import AmountRefused

PER_PAGE = 50


@require_safe
@operator_page
def grants(request: HttpRequest) -> HttpResponse:
    """List the grants of all merchants."""
    found = granting.with_rest(Grant.objects.select_related("merchant", "campaign", "given_by")).order_by("-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ads/wallet/desk/grants.html", {"page": page, "now": clock.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def grant_new(request: HttpRequest) -> HttpResponse:
    """Give a grant to one merchant."""
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = granting.give(form.gift(), at=clock.now(), by=request.user)
        except AmountRefused:
            form.add_error("amount", _("This currency has no smaller coins than its unit."))
        except granting.OutOfTime:
            form.add_error("last_day", _("The last day is over."))
        except granting.AlreadyGiven:
            form.add_error("reference", _("Another grant stands under this reference."))
        else:
            messages.success(request, _("%(merchant)s has the grant.") % {"merchant": given.merchant})
            return redirect("ads:grants")
    return render(request, "ads/wallet/desk/grant_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def grants_from_file(request: HttpRequest) -> HttpResponse:
    """Look through a file of grants, and give them once somebody has seen what it would do."""
    form, rows, at = GrantFileForm(request.POST or None, request.FILES or None), [], clock.now()
    if request.method == "POST" and form.is_valid():
        try:
            rows = grants_file.look(form.content(), at=at)
        except grants_file.FileRefused as error:
            form.add_error("file", str(error))
        else:
            if "give" in request.POST and rows and not any(row.problems for row in rows):
                return _give_all(request, rows)
    context = {
        "form": form, "rows": rows, "wrong": sum(bool(row.problems) for row in rows),
        "text": grants_file.written(rows), "columns": grants_file.COLUMNS,
    }  # fmt: skip
    return render(request, "ads/wallet/desk/grants_file.html", context, status=422 if form.errors else 200)


def _give_all(request: HttpRequest, rows: list[grants_file.Row]) -> HttpResponse:
    try:
        given = grants_file.give_all(rows, by=request.user, at=clock.now())
    except (AmountRefused, granting.OutOfTime, granting.AlreadyGiven) as error:
        messages.error(request, _("Nothing was given: %(why)s") % {"why": error or type(error).__name__})
        return redirect("ads:grants_file")
    text = ngettext("%(n)d grant given.", "%(n)d grants given.", len(given))
    messages.success(request, text % {"n": len(given)})
    return redirect("ads:grants")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def freeze(request: HttpRequest) -> HttpResponse:
    """Freeze a merchant's cash, or let it go."""
    form = FreezeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        move = freezing.freeze if said["what"] == "freeze" else freezing.unfreeze
        try:
            move(
                said["merchant"], said["amount"], reason=said["reason"], by=request.user, code=said["code"],
                at=clock.now(),
            )  # fmt: skip
        except AmountRefused:
            form.add_error("amount", _("This currency has no smaller coins than its unit."))
        except freezing.TooLittle:
            form.add_error("amount", _("There is less than that."))
        else:
            messages.success(request, _("Done; it stands in the merchant's audit trail."))
            return redirect("ads:freeze")
    return render(request, "ads/wallet/desk/freeze.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def rebate(request: HttpRequest) -> HttpResponse:
    """Show what a month's rebates would be, and give them."""
    at, found = clock.now(), []
    month = rebates.last_month(at, settings.PLATFORM_TIME_ZONE)
    asked = request.POST or request.GET
    form = RebateForm(asked if "percent" in asked else None, initial={"month": month, "days": settings.REBATE_DAYS})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            if request.method == "POST":
                return _give_rebates(request, said)
            found = rebates.plan(said["month"], percent=said["percent"], at=at)
        except rebates.MonthNotOver:
            form.add_error("month", _("The month is not over everywhere yet."))
    context = {"form": form, "rebates": found, "fresh": sum(not rebate.given for rebate in found)}
    return render(request, "ads/wallet/desk/rebates.html", context, status=422 if form.errors else 200)


def _give_rebates(request: HttpRequest, said: dict) -> HttpResponse:
    at = clock.now()
    expires_at = at + timedelta(days=said["days"])
    given = rebates.carry_out(said["month"], percent=said["percent"], expires_at=expires_at, at=at, by=request.user)
    text = ngettext("%(n)d rebate given.", "%(n)d rebates given.", len(given))
    messages.success(request, text % {"n": len(given)})
    return redirect("ads:grants")
