"""Pages of predictions: which models serve, how their predictions came true, for a merchant and for operators."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page, operator_page, own

from ..models import Campaign, PredictionModel
from ..prediction import charts, reliability
from ..prediction.checking import FEWEST
from ..prediction.standing import reason, standings

PER_PAGE = 20
VERSIONS = 30
Kind = PredictionModel.Kind


@require_safe
@merchant_page(Right.ADS_VIEW)
def predictions(request: HttpRequest) -> HttpResponse:
    """Show how predictions for the merchant's own ads came true."""
    merchant = request.access.merchant
    rows = own(Campaign, merchant).exclude(state=Campaign.State.ARCHIVED).order_by("-state", "-created_at", "-pk")
    checks = [reliability.newest_check(kind) for kind in Kind]
    judged_first = sorted(reliability.outcomes(*checks, list(rows)), key=lambda each: not (each.click or each.purchase))
    page = Paginator(judged_first, PER_PAGE).get_page(request.GET.get("page"))
    served = reliability.of_merchant(merchant, at=clock.now())
    context = {"charts": charts.of_tenths(served), "outcomes": page.object_list, "page": page}
    return render(request, "ads/predictions.html", context | {"fewest": FEWEST, "standings": standings()})


@require_safe
@operator_page
def platform_predictions(request: HttpRequest) -> HttpResponse:
    """Show the versions of the models, how they were checked, and the campaigns where they are most wrong."""
    checks = [reliability.newest_check(kind) for kind in Kind]
    page = Paginator(reliability.worst(*checks), PER_PAGE).get_page(request.GET.get("page"))
    campaigns = reliability.judged(list(page))
    kinds = [_kind(kind, check) for kind, check in zip(Kind, checks, strict=True)]
    context = {"kinds": kinds, "outcomes": reliability.outcomes(*checks, campaigns), "by_merchant": True}
    return render(
        request, "ads/platform_predictions.html", context | {"page": page, "fewest": FEWEST, "standings": standings()}
    )


def _kind(kind: Kind, check: reliability.Check) -> dict:
    """Return what the page shows of a kind of model."""
    models = list(PredictionModel.objects.filter(kind=kind).defer("weights").order_by("-version")[:VERSIONS])
    for model in models:
        model.reason = reason(model)
    drawn = [(f"{kind}-{name}", title, chart) for name, title, chart in charts.of_tenths(reliability.of_model(check))]
    return {"kind": kind, "models": models, "chart": charts.of_versions(models), "charts": drawn}
