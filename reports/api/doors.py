"""Two doors to one view of stored reports: a program of a shop, and a person over the shops that are lent to them."""

from collections.abc import Callable
from functools import cached_property

from django.shortcuts import get_object_or_404
from drf_spectacular.drainage import isolate_view_method
from drf_spectacular.utils import OpenApiParameter
from rest_framework.views import APIView

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import MerchantAPIView, PersonAPIView
from shops.people.rights import Right
from shops.tenancy import portfolio_page

from ..building import asking, saving
from ..building.audience import Audience, Portfolio, Shop
from ..building.models import ReportRun, SavedReport

VIEW = Right.REPORTS_VIEW
METHODS = ("get", "post", "put", "patch", "delete")
CURRENCY = OpenApiParameter(
    "currency", str, description="Of the shops that are asked of; the one that most of them have without it."
)


class NotReady(Problem):
    status_code = 409
    code = "report_not_ready"
    title = "The rows of this run cannot be read: it is not done, or its file has been let go of"


class ReportsView(APIView):
    """What views of reports have in common, whomever they are for."""

    audience: Audience

    def saved(self, code: str) -> SavedReport:
        """Return a kept report; a portfolio is asked of in its currency."""
        found = get_object_or_404(saving.visible(self.audience), code=code)
        self.audience = self.audience.in_currency(found.currency)
        return found

    def run(self, code: str) -> ReportRun:
        return get_object_or_404(asking.visible(self.audience), code=code)

    def ready(self, code: str) -> ReportRun:
        """Return a run whose rows can be read; raises NotReady."""
        found = self.run(code)
        if not found.is_ready:
            raise NotReady
        return found


class OfShop(MerchantAPIView):
    """The door of a shop's programs."""

    rights = {method.upper(): VIEW for method in METHODS}

    @cached_property
    def audience(self) -> Shop:
        return Shop(self.access)


class OverPortfolio(PersonAPIView):
    """The door of a key-account manager or an agency, logged in."""

    @cached_property
    def audience(self) -> Portfolio:
        asked = self.request.query_params.get("currency", "")
        return Portfolio.of(self.request.user, currency=asked, at=clock.now())


def of_shop(view: type[ReportsView]) -> Callable:
    """Return a view for a shop's programs."""
    return _behind(OfShop, view).as_view()


def across(view: type[ReportsView]) -> Callable:
    """Return a view for whoever is logged in and has shops lent to them."""
    made = _behind(OverPortfolio, view)
    for name in METHODS:
        if hasattr(made, name):
            method = isolate_view_method(made, name)
            method.kwargs["schema"] = type("OfPortfolio", (OfPortfolio, method.kwargs["schema"]), {})
    return portfolio_page(VIEW)(made.as_view())


def _behind(door: type[APIView], view: type[ReportsView]) -> type[ReportsView]:
    return type(f"{view.__name__}{door.__name__}", (view, door), {"__doc__": view.__doc__, "__module__": __name__})


class OfPortfolio:
    """How the same operations over a portfolio are described."""

    def get_operation_id(self) -> str:
        return f"portfolio_{super().get_operation_id()}"

    def get_override_parameters(self) -> list:
        return [*super().get_override_parameters(), CURRENCY]
