"""The page that says why an order was, or was not, owed to an ad, under any rule."""

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ads.attribution import Why
from orders.models import Order
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import timeline, why
from ..ruled import changes_in, read

PAGE = 25


@dataclass(frozen=True, slots=True)
class Sort:
    """How many touches had the same verdict."""

    why: Why
    number: int


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def order_trail(request: HttpRequest, order: str) -> HttpResponse:
    found = get_object_or_404(own(Order, request.access.merchant), code=order)
    form, rule = read(request.GET.dict())
    context = {"order": found, "form": form, "is_changed": bool(changes_in(request.GET.dict()))}
    if rule:
        context |= _explained(request, why.explain(found, rule))
    return render(request, "reports/order_trail.html", context)


def _explained(request: HttpRequest, found: why.Explanation) -> dict:
    numbers = Counter(touch.candidate.why for touch in found.touches)
    only = request.GET.get("why") if request.GET.get("why") in numbers else ""
    chosen = [touch for touch in found.touches if not only or touch.candidate.why == only]
    by_time = request.GET.get("sort") == "time"
    if not by_time:
        chosen.sort(key=lambda touch: not touch.candidate.is_taken)
    candidates = [touch.candidate for touch in found.touches]
    return {
        "why": found, "timeline": timeline.draw(candidates, found.rule), "by_time": by_time,
        "sorts": [Sort(each, numbers[each]) for each in Why if each in numbers], "only": only,
        "page": Paginator(chosen, PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
