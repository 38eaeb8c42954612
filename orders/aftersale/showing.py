"""Showing: the desks that cases are sorted to, and what each side is told about who has to act until when."""

from datetime import datetime, timedelta

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import carriers
from .models import Case
from .moves import OVER, CaseState, Side

TABS = {  # of the shop's desk: what needs it comes first
    "answer": (gettext_lazy("To answer"), (CaseState.REQUESTED,)),
    "receive": (gettext_lazy("Coming back"), (CaseState.SENT_BACK,)),
    "replace": (gettext_lazy("To replace"), (CaseState.RECEIVED,)),
    "shopper": (gettext_lazy("With the shopper"), (CaseState.OFFERED, CaseState.ACCEPTED, CaseState.REJECTED)),
    "disputed": (gettext_lazy("With the platform"), (CaseState.DISPUTED,)),
    "over": (gettext_lazy("Closed"), OVER),
}
URGENT = timedelta(hours=12)


def shown(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return cases with all that a list shows of them."""
    return cases.select_related("order__checkout", "order__merchant").prefetch_related("lines__line__product")


def on_tab(cases: QuerySet[Case], tab: str) -> QuerySet[Case]:
    """Return the cases of a tab: the open ones by deadline, the closed ones by how lately they were."""
    found = cases.filter(state__in=TABS[tab][1])
    return (
        found.order_by("-closed_at", "-pk") if tab == "over" else found.order_by(F("due_at").asc(nulls_last=True), "pk")
    )


def tabs(cases: QuerySet[Case]) -> list[tuple[str, str, int]]:
    """Return (tab, its name, number of cases) of every tab."""
    counts = dict(cases.order_by().values_list("state").annotate(Count("pk")))
    return [(tab, name, sum(counts.get(state, 0) for state in states)) for tab, (name, states) in TABS.items()]


def left(until: datetime, *, at: datetime) -> str:
    """Return how long it still is, in the largest unit that tells."""
    minutes = max(int((until - at).total_seconds()) // 60, 0)
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}


def is_urgent(case: Case, *, at: datetime) -> bool:
    return case.due_at is not None and case.due_at - at < URGENT


NEXT = {  # state → what the shop, and the shopper, is told while it lasts
    CaseState.REQUESTED: (
        gettext_lazy("Answer within %(left)s, or the request is accepted."),
        gettext_lazy("The shop answers within %(left)s, or your request is accepted."),
    ),
    CaseState.OFFERED: (
        gettext_lazy("The shopper has %(left)s to take your offer."),
        gettext_lazy("Take the shop's offer or decline it within %(left)s, or the request lapses."),
    ),
    CaseState.ACCEPTED: (
        gettext_lazy("The shopper has %(left)s to send it back."),
        gettext_lazy("Send it back within %(left)s, or the request lapses."),
    ),
    CaseState.SENT_BACK: (
        gettext_lazy("Confirm within %(left)s that it came, or the money is given back."),
        gettext_lazy("The shop confirms within %(left)s that it came, or the money is given back."),
    ),
    CaseState.RECEIVED: (
        gettext_lazy("Send the replacement within %(left)s, or the money is given back."),
        gettext_lazy("The shop sends the replacement within %(left)s, or the money is given back."),
    ),
    CaseState.REJECTED: (
        gettext_lazy("The shopper has %(left)s to take it to the platform."),
        gettext_lazy("If you do not agree, take it to the platform within %(left)s."),
    ),
    CaseState.DISPUTED: (
        gettext_lazy("The platform looks at both sides and decides."),
        gettext_lazy("The platform looks at both sides and decides."),
    ),
}


def next_step(case: Case, *, side: Side, at: datetime) -> str:
    """Return what happens next and until when, as a side is told; nothing when the case is over."""
    if case.may_still_come and side == Side.MERCHANT:
        return _("The money was given back. If the goods still come, note it here; nothing more is refunded.")
    if case.state not in NEXT:
        return ""
    text = NEXT[case.state][side == Side.SHOPPER]
    return str(text) % {"left": left(case.due_at, at=at) if case.due_at else ""}


def facts(case: Case, *, side: Side, at: datetime) -> dict:
    """Return the template context of a case as one side sees it."""
    return {
        "case": case,
        "order": case.order,
        "side": side,
        "lines": case.lines.select_related("line__product", "replacement").order_by("pk"),
        "steps": case.steps.select_related("by"),
        "photos": case.photos.all(),
        "refunds": case.refunds.order_by("pk"),
        "next_step": next_step(case, side=side, at=at),
        "is_urgent": is_urgent(case, at=at),
        "way_back": case.tracking and carriers.tracking_address(case.carrier, case.tracking),
        "carrier": carriers.name_of(case.carrier),
    }
