"""What a merchant decides for all of its campaigns together."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock
from chengfeng.money import round_money
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..campaigns import account as verbs
from ..forms import AccountForm, initial_of_account
from ..models import AccountDay
from .refusals import is_done


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def ads_account(request: HttpRequest) -> HttpResponse:
    """Show and change the budget of all campaigns and the limit for approval."""
    merchant = request.access.merchant
    account = verbs.settings_of(merchant)
    form = AccountForm(request.POST or None, currency=merchant.currency, initial=initial_of_account(account))
    if form.is_valid() and _is_saved(request, form):
        messages.success(request, _("Saved."))
        return redirect("ads:ads_account", merchant.code)
    today = local_date(clock.now(), merchant.time_zone)
    day = own(AccountDay, merchant).filter(day=today).first()
    spent = day and round_money(day.spent, merchant.currency)
    context = {
        "form": form, "account": account, "day": day, "spent": spent,
        "may_see_wallet": request.access.may(Right.WALLET_VIEW),
    }  # fmt: skip
    return render(request, "ads/account.html", context)


def _is_saved(request: HttpRequest, form: AccountForm) -> bool:
    try:
        return is_done(
            request, form, lambda: verbs.edit_account(request.access, values=form.cleaned_data, at=clock.now())
        )
    except PermissionDenied:
        form.add_error("approval_limit", _("Only who manages people and access may raise or lift the limit."))
        return False
