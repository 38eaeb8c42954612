"""Reports that answer what their address asks: ready-made ones, and those that a reader puts together."""

import json

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..asked import ReportForm, fields_of
from ..building import saving
from ..building.ready_made import READY_MADE
from ..measuring.definition import BadDefinition, Definition, parse
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES
from ..pictures import picture
from ..tables import PAGE, Table


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that are ready, those that were kept, and the way to one's own."""
    context = {
        "ready": READY_MADE, "saved": saving.visible(request.access), "removed": saving.removed(request.access)[:5],
    }  # fmt: skip
    return render(request, "reports/building/reports.html", context)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The answer to what the address asks; a ready-made report is named, and what is asked besides changes it."""
    name = request.GET.get("ready", "")
    if name and name not in READY_MADE:
        raise Http404
    form = ReportForm(_asked(request.GET, name))
    definition = _definition(form)
    context = {"form": form, "name": name, "title": READY_MADE[name][0] if name else ""}
    if definition:
        context |= _answer(request, definition)
    return render(request, "reports/building/report.html", context)


def _asked(query: QueryDict, name: str) -> QueryDict:
    """Return the fields of a ready-made report with those that the address gives."""
    asked = QueryDict(mutable=True)
    for field, value in fields_of(READY_MADE[name][1] if name else DEFAULT).items():
        asked.setlist(field, list(value) if isinstance(value, list | tuple) else [value or ""])
    for field in query:
        asked.setlist(field, query.getlist(field))
    return asked


DEFAULT = {"dimensions": ["day"], "measures": ["spend", "gmv", "roi", "orders", "organic_gmv"]}


def _definition(form: ReportForm) -> Definition | None:
    """Return what is asked, or None, the form saying why it cannot be."""
    if not form.is_valid():
        return None
    try:
        return parse(form.document())
    except BadDefinition as error:
        for flaw in error.flaws:
            name = flaw.field.split(".")[-1 if flaw.field.startswith(("rule.changes", "period")) else 0]
            form.add_error(name if name in form.fields else None, flaw.message)
        return None


def _answer(request: HttpRequest, definition: Definition) -> dict:
    from ..measuring.asking import ask

    result = ask(definition, [request.access.merchant], at=clock.now())
    table = Table(result, request.GET.get("page"))
    return {
        "result": result, "table": table, "picture": picture(result), "page": table.page, "page_size": PAGE,
        "dimensions": [DIMENSIONS[code] for code in definition.dimensions],
        "measures": [MEASURES[code] for code in result.measures],
        "document": json.dumps(definition.document()),
        "refused": [(MEASURES[code], reason) for code, reason in result.refused.items()],
    }  # fmt: skip
