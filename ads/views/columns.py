"""What somebody wants to see of the campaign list: columns by objective and rows on a page, kept in cookies."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from shops.people.rights import Right
from shops.tenancy import merchant_page

from .. import performance
from ..campaigns.objectives import Column, terms
from ..models import Campaign
from .coming_back import came_from

ROWS = (20, 50, 100)
ONE_YEAR = 365 * 24 * 3600
ANY = "any"  # what stands for no objective in the name of a cookie
FIRST_OF_ALL = (Column.SPEND, Column.SALES, Column.ROI, Column.ORDERS, Column.COST_PER_ORDER)
STANDARD: Mapping[str, tuple[Column, ...]] = {
    Campaign.Objective.NEW_CUSTOMERS: (
        Column.SPEND, Column.NEW_CUSTOMERS, Column.COST_PER_NEW_CUSTOMER, Column.ORDERS, Column.SALES, Column.ROI,
        Column.IMPRESSIONS, Column.CLICKS, Column.CTR, Column.CPC,
    ),
    Campaign.Objective.SEEDING: (
        Column.SPEND, Column.ENGAGEMENTS, Column.ENGAGEMENT_RATE, Column.COST_PER_ENGAGEMENT, Column.VIEWABLE,
        Column.CPM, Column.CLICKS, Column.CTR, Column.CPC,
    ),
}  # fmt: skip


def offered(objective: str) -> list[Column]:
    """Return the columns that campaigns of an objective can have, money first; all columns without an objective."""
    its = terms(objective).columns if objective else tuple(Column)
    return sorted(its, key=lambda column: column not in FIRST_OF_ALL)


def standard(objective: str) -> tuple[Column, ...]:
    """Return the columns that stand in the list until somebody chooses others."""
    return STANDARD.get(objective, performance.OF_LIST)


def chosen(request: HttpRequest, objective: str) -> list[Column]:
    """Return the columns to show: those chosen once for this objective, or the standard ones."""
    names = request.COOKIES.get(_cookie(objective), "").split(".")
    return [column for column in offered(objective) if column in names] or list(standard(objective))


def rows_on_page(request: HttpRequest) -> int:
    """Return how many campaigns a page of the list has."""
    said = request.COOKIES.get("ads_rows", "")
    return int(said) if said in {str(rows) for rows in ROWS} else ROWS[0]


@require_POST
@merchant_page(Right.ADS_VIEW)
def campaign_columns(request: HttpRequest) -> HttpResponse:
    """Keep which columns and how many rows somebody wants to see; no column means the standard ones."""
    objective = request.POST.get("objective", "")
    objective = objective if objective in Campaign.Objective.values else ""
    known = [name for name in request.POST.getlist("column") if name in Column.values]
    back = came_from(request)
    answer = redirect(back) if back else redirect("ads:campaigns", request.access.merchant.code)
    wanted = [] if "standard" in request.POST else known
    for name, value in ((_cookie(objective), ".".join(wanted)), ("ads_rows", request.POST.get("rows", ""))):
        answer.set_cookie(
            name, value, max_age=ONE_YEAR, path="/console/", samesite="Lax", httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return answer


def _cookie(objective: str) -> str:
    return f"ads_columns_{objective or ANY}"
