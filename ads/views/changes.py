"""Taking changes of campaigns back, one or all that were made together."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..campaigns import changes as verbs
from ..campaigns.changes import Undone
from ..campaigns.changing import Outcome
from ..models import Change
from ..wording import Wording
from .bulk import COLOURS
from .coming_back import came_from
from .refusals import refusal, told


@require_POST
@merchant_page(Right.ADS_EDIT)
def change_undo(request: HttpRequest, change: str) -> HttpResponse:
    """Take a change back."""
    rows = own(Change, request.access.merchant).select_related("campaign")
    found = get_object_or_404(rows, code=change)
    with told(request):
        verbs.undo(request.access, found, at=clock.now())
        messages.success(request, _("Undone."))
    back = came_from(request)
    return redirect(back) if back else redirect("ads:campaign", request.access.merchant.code, found.campaign.code)


@require_POST
@merchant_page(Right.ADS_EDIT)
def batch_undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Take back all that was changed together, each if it can be, and show what became of each."""
    if not own(Change, request.access.merchant).filter(batch=batch).exists():
        raise Http404
    results = verbs.undo_batch(request.access, batch, at=clock.now())
    again = next((undone.change.batch for undone in results if undone.change), "")
    context = {
        "rows": _outcomes(request, results), "batch": again, "may_undo": again, "title": _("Undone"), "is_undone": True
    }  # fmt: skip
    return render(request, "ads/campaign/batch.html", context)


def _outcomes(request: HttpRequest, results: Sequence[Undone]) -> list[dict[str, Any]]:
    sides = [(each.change.before, each.change.after) if each.change else ({}, {}) for each in results]
    wording = Wording(request.access.merchant, [side for pair in sides for side in pair])
    return [
        {
            "campaign": each.of.campaign, "outcome": (outcome := _outcome(each)), "lines": wording.lines(*pair),
            "errors": refusal(each.refusal) if each.refusal else "", "colour": COLOURS[outcome],
        }
        for each, pair in zip(results, sides, strict=True)
    ]  # fmt: skip


def _outcome(undone: Undone) -> Outcome:
    if undone.refusal:
        return Outcome.REFUSED
    return Outcome.WAITS if undone.proposal else Outcome.CHANGED
