"""The console page of the wallet: balance, forecast, top-up and statement."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import wallet as verbs
from ..forms import StatementForm, TopUpForm
from ..models import TopUp

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.WALLET_VIEW)
def wallet(request: HttpRequest) -> HttpResponse:
    """Show the wallet, and put money into it."""
    if request.method == "POST":
        request.access.require(Right.WALLET_FUND)
        form = TopUpForm(request.POST)
        if form.is_valid():
            return _top_up(request, form)
    else:
        form = TopUpForm()
    return render(request, "ads/wallet.html", _context(request) | {"form": form})


def _context(request: HttpRequest) -> dict:
    merchant = request.access.merchant
    narrowed = StatementForm(request.GET)
    said = narrowed.cleaned_data if narrowed.is_valid() else {}
    page = Paginator(verbs.statement(merchant, **said), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = verbs.explained(list(page.object_list))
    return {
        "forecast": verbs.forecast(merchant, at=clock.now()),
        "pending": own(TopUp, merchant).filter(state=TopUp.State.PENDING).order_by("-requested_at"),
        "filter": narrowed,
        "page": page,
        "may_fund": request.access.may(Right.WALLET_FUND),
    }


def _top_up(request: HttpRequest, form: TopUpForm) -> HttpResponse:
    said, at = form.cleaned_data, clock.now()
    try:
        opened = verbs.open_top_up(access=request.access, amount=said["amount"], code=said["code"], at=at)
    except verbs.CodeTaken:
        raise Http404 from None
    except verbs.AmountRefused:
        form.add_error("amount", _("This currency has no smaller coins than its unit."))
        return render(request, "ads/wallet.html", _context(request) | {"form": form})
    _tell(request, verbs.submit(opened.code, source=said["source"], at=at))
    return redirect("ads:wallet", request.access.merchant.code)


def _tell(request: HttpRequest, top_up: TopUp) -> None:
    if top_up.state == TopUp.State.DONE:
        messages.success(request, _("The money is in your wallet."))
    elif top_up.state == TopUp.State.FAILED:
        messages.error(request, _("The payment was declined; nothing was charged."))
    else:
        messages.warning(request, _("The payment is on its way; the wallet shows it once it has arrived."))
