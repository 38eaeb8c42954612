"""Pages that look across merchants: the key-account portfolio and the operator's platform page."""

from collections.abc import Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengfeng import clock, sql
from orders.models import method_name
from orders.moves import CancelReason
from shops.onboarding.steps import Step
from shops.tenancy import ka_page, operator_page

from .. import platform as marketplace
from .. import portfolio as domain
from ..latest import busy_days
from ..measuring.periods import Days
from ..picking import LABELS, Picked, pick
from ..season import reach

PAGE = 50
COLUMNS = [
    ("name", _("Merchant"), ""), ("paid_gmv", _("Paid GMV"), "-"), ("growth", _("Growth"), "-"),
    ("spend", _("Ad spend"), "-"), ("roi", _("ROI"), "-"), ("balance", _("Wallet"), ""),
    ("days_left", _("Days left"), ""), ("steps", _("Onboarding"), ""),
]  # fmt: skip


@ka_page
@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """Show a manager the merchants whose reports are lent to them, a page at a time."""
    at = clock.now()
    lent = domain.lent_to(request.user, at=at)
    period, form = pick(request.GET, today=reach.today(list(lent), at=at))
    sort = request.GET.get("sort", "-paid_gmv")
    columns = [
        {"name": name, "label": label, "next": _turn(name, first, sort), "is": _direction(name, sort)}
        for name, label, first in COLUMNS
    ]
    kept = domain.look(request.user, lent, period, sort=sort, at=at)
    page = Paginator(kept, PAGE).get_page(request.GET.get("page"))
    sparks = domain.sparks([one.merchant for one in page], period, at=at)
    context = {
        "page": page, "rows": [(one, sparks[one.merchant.pk]) for one in page], "columns": columns, "period": period,
        "form": form, "presets": LABELS, "at": at, "steps": len(Step), "busy": _busy(kept, period),
    }  # fmt: skip
    return render(request, "reports/portfolio.html", context)


def _busy(kept: Sequence[domain.Kept], period: Picked) -> Days | None:
    """Return where to look instead if none of the shops sold or advertised in the period."""
    if any(one.paid_gmv or one.spend for one in kept):
        return None
    return busy_days([one.merchant for one in kept], length=period.length)


def _turn(name: str, first: str, sort: str) -> str:
    """Return how a click on a heading sorts: its natural way first, then the other way round."""
    natural = f"{first}{name}"
    other = name if first else f"-{name}"
    return other if sort == natural else natural


def _direction(name: str, sort: str) -> str:
    return {name: "ascending", f"-{name}": "descending"}.get(sort, "")


@require_safe
@operator_page
def platform(request: HttpRequest) -> HttpResponse:
    """Show the operator the whole marketplace, as it was at one moment; nobody else learns that the page exists."""
    at = clock.now()
    with sql.still():
        found = marketplace.totals()
        proof = marketplace.reconcile(found, marketplace.reported(at=at))
    sheets = [
        {
            "currency": currency,
            "sums": sums,
            "cancelled": _cancelled(sums),
            "paid_by": [(method_name(method), paid) for method, paid in sums["payments_by_method"].items()],
            "proof": [line for line in proof if line.currency == currency],
        }
        for currency, sums in found.items()
    ]
    context = {"sheets": sheets, "at": at, "differs": [line for line in proof if line.difference]}
    return render(request, "reports/platform.html", context)


def _cancelled(sums: dict) -> list[tuple[str, str, int, int]]:
    """Return each reason for which orders were cancelled with its name, and how many checkouts and orders."""
    orders, checkouts = sums["cancelled_orders"], sums["cancelled_checkouts"]
    return [
        (reason, label, checkouts.get(reason, 0), orders[reason])
        for reason, label in CancelReason.choices if reason in orders
    ]  # fmt: skip
