"""The page of what the controller did with a campaign, and why."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ..models import Campaign, SteeringStep
from ..steering.charts import chart_of_moves, chart_of_target
from ..steering.explaining import goal_of, sentences
from ..steering.judging import PRIOR_ORDERS
from ..steering.phases import ENOUGH_ORDERS
from ..steering.rules import guard_rails, rules_of_phases
from ..steering.summary import summary

PER_PAGE = 30
CHARTED = timedelta(days=7)
MOST_CHARTED = 400


@require_safe
@merchant_page(Right.ADS_VIEW)
def steering(request: HttpRequest, campaign: str) -> HttpResponse:
    """Show the phase of a campaign, its chart of the last seven days, and every step in words."""
    merchant = request.access.merchant
    found = get_object_or_404(own(Campaign, merchant), code=campaign)
    steps = own(SteeringStep, merchant).filter(campaign=found).order_by("-at", "-pk")
    page = Paginator(steps, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [(step, sentences(step, merchant.currency)) for step in page]
    charted = list(steps.filter(at__gte=clock.now() - CHARTED)[:MOST_CHARTED])[::-1]
    zone, seen = ZoneInfo(merchant.time_zone), summary(found)
    context = {
        "campaign": found, "summary": seen, "goal": goal_of(seen.newest, merchant.currency), "page": page,
        "enough": ENOUGH_ORDERS, "credited": PRIOR_ORDERS,
        "chart": chart_of_moves(charted, merchant.currency, zone) if charted else None,
        "chart_of_target": chart_of_target(charted, merchant.currency, zone),
        "guard_rails": guard_rails(found), "rules": rules_of_phases(),
    }  # fmt: skip
    return render(request, "ads/steering/page.html", context)
