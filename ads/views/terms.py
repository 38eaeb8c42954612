"""The search terms of a campaign: what people searched for, what it brought, and one click to bid on it or not."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from chengfeng.searching import SearchField
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import performance
from ..forms.listing import PERIODS, days_of
from ..models import AdGroup, Campaign
from ..search_terms.choosing import add, exclude, is_untargeted
from ..search_terms.report import report
from ..search_terms.suggesting import suggest
from .refusals import told

PER_PAGE = 50
MONTH = 30
VERBS = {"add": add, "exclude": exclude}


class TermsForm(forms.Form):
    """What the report is narrowed to."""

    q = SearchField()

    def words(self) -> str:
        return self.cleaned_data["q"] if self.is_valid() else ""


@require_safe
@merchant_page(Right.ADS_VIEW)
def search_terms(request: HttpRequest, campaign: str) -> HttpResponse:
    """Show a campaign's search terms of some days, and searches that its goods are about."""
    merchant, at = request.access.merchant, clock.now()
    found = get_object_or_404(own(Campaign, merchant).select_related("merchant"), code=campaign)
    days, today = days_of(request.GET.get("days", ""), MONTH), local_date(at, merchant.time_zone)
    form = TermsForm(request.GET)
    rows = report(found, today - timedelta(days=days - 1), today, words=form.words())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    columns = performance.columns_of(found)
    page.object_list = [(row, performance.cells(row.result, columns, merchant.currency)) for row in page.object_list]
    groups = list(found.groups.exclude(state=AdGroup.State.ARCHIVED).order_by("pk"))
    context = {
        "campaign": found, "form": form, "days": days, "periods": PERIODS, "page": page, "columns": columns,
        "suggestions": suggest(groups, at=at),
        "may_edit": request.access.may(Right.ADS_EDIT),
    }  # fmt: skip
    return render(request, "ads/campaign/search_terms.html", context)


@require_POST
@merchant_page(Right.ADS_EDIT)
def search_terms_choose(request: HttpRequest, campaign: str) -> HttpResponse:
    """Bid on the chosen searches, or show nothing on them any more; each is named as its group's code and its text."""
    merchant, verb = request.access.merchant, VERBS.get(request.POST.get("verb"))
    found = get_object_or_404(own(Campaign, merchant), code=campaign)
    if verb is None:
        return HttpResponse(status=400)
    chosen, number = _chosen(found, request.POST.getlist("term")), 0
    for group, texts in chosen.items():
        narrows = verb is add and is_untargeted(group)
        with told(request):
            done = verb(request.access, group, texts, at=clock.now())
            number += bool(done) * len(texts)
            if done and narrows:
                messages.warning(
                    request, _("“%(name)s” ran everywhere; from now on only on its keywords.") % {"name": group.name}
                )
    if number:
        messages.success(request, _said(verb, number))
    elif not chosen:
        messages.info(request, _("Choose at least one search."))
    return redirect("ads:search_terms", merchant.code, found.code)


def _chosen(campaign: Campaign, named: list[str]) -> dict[AdGroup, list[str]]:
    groups = {group.code: group for group in campaign.groups.all()}  # of one campaign, whose version goes on with it
    chosen: dict[AdGroup, list[str]] = {}
    for name in named:
        code, _space, text = name.partition(" ")
        if code in groups and text:
            chosen.setdefault(groups[code], []).append(text)
    return chosen


def _said(verb, number: int) -> str:
    if verb is add:
        said = ngettext("%(number)d search is a keyword now.", "%(number)d searches are keywords now.", number)
    else:
        said = ngettext("%(number)d search is left out now.", "%(number)d searches are left out now.", number)
    return said % {"number": number} + " " + _("You can undo this in the campaign's history.")
