"""The rows behind a number of a report, page by page and as a file."""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chengfeng import clock, parsing, sheets
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..behind import asking, files
from ..behind.cells import BadCell, Cell
from ..behind.columns import Column, Form
from ..building.asking import visible
from ..building.audience import Shop
from ..measuring.definition import Definition, parse
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES, SUMS
from ..ruled import query_of
from ..tables import PAGE, first_of, written


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def report_rows(request: HttpRequest) -> HttpResponse:
    """What lies behind a cell of the report, or of the run, that the address names."""
    wanted, start = _wanted(request), first_of(request.GET.get("page", ""))
    found = asking.look(wanted, request.access.merchant, at=clock.now(), start=start, number=PAGE)
    keys = found.cell.keys([request.access.merchant.pk])

    def is_told(column: Column) -> bool:
        """Whether it may differ from row to row: what the cell says already is not said again."""
        is_one = column.form == Form.ADDED and SUMS[found.part.code].is_distinct and found.part.code != "units"
        return not is_one and (column.dimension not in keys or not column.dimension)

    context = {
        "found": found, "metric": MEASURES[found.measure], "page_size": PAGE,
        "page": Paginator(range(found.number), PAGE).get_page(request.GET.get("page")),
        "of": [(DIMENSIONS[code].label, written(code, key)) for code, key in keys.items()],
        "measures": [MEASURES[code] for code in asking.open_to(request.access.rights, wanted.definition)],
        "columns": [column for column in found.columns if is_told(column)],
        "rows": [[pair for pair in zip(found.columns, row, strict=True) if is_told(pair[0])] for row in found.rows],
        "rule_query": query_of(found.definition.preset, dict(found.definition.changes)),
        "run": request.GET.get("run"), "report": request.GET.get("report"),
    }  # fmt: skip
    return render(request, "reports/building/behind.html", context)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def report_rows_file(request: HttpRequest) -> HttpResponse:
    """All rows behind a cell as CSV, made while it is sent."""
    wanted = _wanted(request)
    answer = StreamingHttpResponse(_content(request, wanted, at=clock.now()), content_type=sheets.CSV)
    name = f"{request.access.merchant.slug}-{wanted.measure}-{wanted.sum}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _content(request: HttpRequest, wanted: asking.Asked, *, at: datetime) -> Iterator[bytes]:
    return files.csv(wanted, asking.every(wanted, request.access.merchant, at=at))


def _definition(request: HttpRequest) -> Definition:
    """Return the definition of the run that the address names, or the one that it carries."""
    if code := request.GET.get("run"):
        found = get_object_or_404(visible(Shop(request.access)), code=code).question
        if found is None:
            raise Http404
        return found
    try:
        return parse(parsing.read(request.GET.get("report", "")))
    except ValueError as error:
        raise BadRequest from error


def _wanted(request: HttpRequest) -> asking.Asked:
    """Return what the address asks; its first measure is the first that the reader may look behind."""
    definition, query = _definition(request), request.GET
    measure = query.get("measure") or next(iter(asking.open_to(request.access.rights, definition)), "")
    try:
        wanted = asking.asked(definition, Cell.read(query), measure, query.get("part", ""))
    except BadCell as error:
        raise BadRequest from error
    except LookupError as error:
        raise Http404 from error
    for right in asking.rights_of(wanted.measure):
        request.access.require(right)
    return wanted
