"""Answers about cases: what every view of them shares, and its refusals as problem documents."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from shops.catalogue import stock

from ...api.paging import asked, paged
from ...api.problems import OutOfStock, WrongStateProblem
from ...carriers import code_of
from .. import cases
from ..models import Case
from ..moves import CaseMoved
from . import serializers

PAGE = 50


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the verbs of cases raise into problem documents."""
    try:
        yield
    except CaseMoved as error:
        raise WrongStateProblem(state=error.state) from error
    except cases.CaseRefused as error:
        raise ValidationError({error.field: [str(error)]}, error.code) from error
    except stock.OutOfStock as error:
        raise OutOfStock(lines=[{"variant": v.code, "available": n} for v, n in error.shortages]) from error


def shown(found: QuerySet[Case]) -> QuerySet[Case]:
    return found.select_related("order").prefetch_related("lines__line", "lines__replacement", "steps")


def get(found: QuerySet[Case], code: str) -> Case:
    case = found.filter(code=code).first()
    if case is None:
        raise Http404
    return case


def listed(request, found: QuerySet[Case]) -> Response:
    """Answer one page of the cases, the latest first."""
    wanted = asked(serializers.CasesQuery, request)
    if "state" in wanted:
        found = found.filter(state=wanted["state"])
    page = paged(request, shown(found).order_by("-pk"), wanted["page"], size=PAGE)
    return Response(serializers.CasePage(page).data)


def with_carrier(do: Callable) -> Callable:
    """Return the verb with the carrier by its code, however it is spelt."""
    return lambda case, *, carrier, **details: do(case, carrier=code_of(carrier), **details)
