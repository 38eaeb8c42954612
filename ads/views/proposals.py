"""The inbox of changes above the limit: a second person approves or refuses, who made them withdraws."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from shops.models import Merchant
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..campaigns import proposals as verbs
from ..campaigns.account import settings_of
from ..models import Proposal
from ..wording import LABELS, Line, Wording
from .coming_back import came_from
from .refusals import told

AT_STAKE = ("daily_budget", "bid", "target_cost")
PER_PAGE = 20
LONGEST_REASON = 200


@require_safe
@merchant_page(Right.ADS_VIEW)
def approvals(request: HttpRequest) -> HttpResponse:
    """List the proposals that wait, or those that were decided on."""
    merchant, decided = request.access.merchant, request.GET.get("show") == "decided"
    rows = verbs.waiting(request.access)
    if decided:
        past = own(Proposal, merchant).exclude(state=Proposal.State.WAITING)
        rows = past.select_related("campaign", "proposed_by", "decided_by").order_by("-decided_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = in_words(merchant, list(page))
    context = {
        "page": page, "is_past": decided, "may_edit": request.access.may(Right.ADS_EDIT),
        "limit": settings_of(merchant).approval_limit,
    }  # fmt: skip
    return render(request, "ads/approvals.html", context)


def in_words(merchant: Merchant, proposals: Sequence[Proposal]) -> list[tuple[Proposal, list[Line], list[tuple]]]:
    """Return proposals with what they would change, and the money that is at stake though it stays."""
    wording = Wording(merchant, [document for each in proposals for document in (each.before, each.wanted)])
    return [(each, wording.lines(each.before, each.wanted), _facts(wording, each)) for each in proposals]


def _facts(wording: Wording, proposal: Proposal) -> list[tuple[str, str]]:
    before = proposal.before
    stays = [name for name in AT_STAKE if before.get(name) and name not in proposal.wanted]
    return [(str(LABELS[name]), wording.value(name, before[name])) for name in stays]


@require_POST
@merchant_page(Right.ADS_EDIT)
def approval_decide(request: HttpRequest, proposal: str) -> HttpResponse:
    """Approve or refuse somebody else's proposal, or withdraw one's own."""
    found = get_object_or_404(own(Proposal, request.access.merchant).select_related("campaign"), code=proposal)
    decide = DECISIONS.get(request.POST.get("decision", ""))
    if decide is None:
        return HttpResponse(status=400)
    with told(request):
        messages.success(request, decide(request, found))
    back = came_from(request)
    return redirect(back) if back else redirect("ads:approvals", request.access.merchant.code)


def _approve(request: HttpRequest, proposal: Proposal) -> str:
    verbs.approve(request.access, proposal, at=clock.now())
    return _("Approved and carried out.")


def _refuse(request: HttpRequest, proposal: Proposal) -> str:
    reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON]
    verbs.refuse(request.access, proposal, reason=reason, at=clock.now())
    return _("Refused.")


def _withdraw(request: HttpRequest, proposal: Proposal) -> str:
    verbs.withdraw(request.access, proposal, at=clock.now())
    return _("Withdrawn.")


DECISIONS = {"approve": _approve, "refuse": _refuse, "withdraw": _withdraw}
