"""Bulk edit of campaigns: what is to be done, the diff of it, and what became of each, to be undone in one step."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..campaigns import Illegal, bulk
from ..campaigns.bulk import Diff
from ..campaigns.changing import Outcome, Result
from ..forms import BulkForm
from ..models import Campaign, Change
from ..wording import Wording
from .refusals import sentences

DO = "carry_out"


@require_POST
@merchant_page(Right.ADS_EDIT)
def campaigns_bulk(request: HttpRequest) -> HttpResponse:
    """Show what would be done to the chosen campaigns; carry it out when that was confirmed."""
    chosen = list(own(Campaign, request.access.merchant).filter(code__in=request.POST.getlist("campaign")))
    if not chosen:
        return redirect("ads:campaigns", request.access.merchant.code)
    form = BulkForm(request.POST if "do" in request.POST else None, currency=request.access.merchant.currency)
    context: dict[str, Any] = {"form": form, "chosen": chosen}
    try:
        if form.is_valid() and DO in request.POST:
            return _carried_out(request, form, chosen)
        if form.is_valid():
            diffs = bulk.plan(request.access, sorted(chosen, key=_name), form.edit(), at=clock.now())
            context |= {
                "diffs": _told(request, diffs),
                "doable": sum(not diff.errors and diff.changes for diff in diffs),
                "waits": any(diff.waits for diff in diffs),
            }
    except Illegal as error:
        form.add_error(None, sentences(error.errors))
    return render(request, "ads/campaign/bulk.html", context)


def _name(campaign: Campaign) -> str:
    return campaign.name.casefold()


def _told(request: HttpRequest, diffs: Sequence[Diff]) -> list[dict[str, Any]]:
    wording = Wording(request.access.merchant, [side for diff in diffs for side in (diff.before, diff.after)])
    return [
        {"diff": diff, "lines": wording.lines(diff.before, diff.after), "errors": sentences(diff.errors)}
        for diff in diffs
    ]


def _carried_out(request: HttpRequest, form: BulkForm, chosen: Sequence[Campaign]) -> HttpResponse:
    """Do it to the campaigns that are still of the version that their diff was shown for."""
    shown = {campaign.code: request.POST.get(f"version_{campaign.code}", "") for campaign in chosen}
    versions = {code: int(version) for code, version in shown.items() if version.isdecimal()}
    done = bulk.carry_out(request.access, versions, form.edit(), at=clock.now(), reason=form.cleaned_data["reason"])
    context = {
        "rows": _outcomes(request, done.results), "batch": done.batch,
        "may_undo": any(result.change for result in done.results), "title": _("What became of it"),
    }  # fmt: skip
    return render(request, "ads/campaign/batch.html", context)


def _outcomes(request: HttpRequest, results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return what became of each campaign in words, with what changed or waits."""
    sides = [_sides(result.change, result.proposal) for result in results]
    wording = Wording(request.access.merchant, [side for pair in sides for side in pair])
    return [
        {
            "campaign": result.campaign, "outcome": result.outcome, "lines": wording.lines(*pair),
            "errors": sentences(result.errors), "colour": COLOURS[result.outcome],
        }
        for result, pair in zip(results, sides, strict=True)
    ]  # fmt: skip


def _sides(change: Change | None, proposal: Any) -> tuple[dict, dict]:
    if change:
        return change.before, change.after
    return ({name: proposal.before.get(name) for name in proposal.wanted}, proposal.wanted) if proposal else ({}, {})


COLOURS = {
    Outcome.CHANGED: "success", Outcome.UNCHANGED: "secondary", Outcome.WAITS: "warning", Outcome.CONFLICT: "danger",
    Outcome.REFUSED: "danger",
}  # fmt: skip
