"""Reports that answer what their address asks: ready-made ones, and those that a reader puts together."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengfeng import clock

from ..asked import ReportForm, fields_of
from ..building import asking, saving
from ..building.audience import Audience
from ..building.models import SavedReport
from ..measuring.definition import BadDefinition, Definition, parse
from ..measuring.dimensions import DIMENSIONS, Type
from ..measuring.measures import MEASURES
from ..measuring.naming import names, numbers
from ..pictures import picture
from ..tables import PAGE, Table, written
from .audiences import report_page, shown


@report_page
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that are ready, those that were kept, and the way to one's own."""
    context = {
        "ready": request.audience.ready_made, "saved": saving.visible(request.audience),
        "removed": saving.removed(request.audience)[:5],
    }  # fmt: skip
    return shown(request, "reports/building/reports.html", context)


@report_page
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The answer to what the address asks; a ready-made or kept report is named, what is asked besides changes it."""
    name, kept, ready = request.GET.get("ready", ""), _kept(request), request.audience.ready_made
    if name and name not in ready:
        raise Http404
    start = kept.definition if kept else ready[name][1] if name else DEFAULT
    form = ReportForm(_asked(request.GET, start), is_portfolio=request.audience.is_portfolio)
    definition = _definition(form)
    title = kept.name if kept else ready[name][0] if name else ""
    context = {"form": form, "name": name, "kept": kept, "title": title}
    if definition and request.audience.merchants:
        context |= _answer(request, definition)
    return shown(request, "reports/building/report.html", context)


def _kept(request: HttpRequest) -> SavedReport | None:
    """Return the kept report that the address names, in whose currency is asked."""
    if not (code := request.GET.get("kept", "")):
        return None
    kept = get_object_or_404(saving.visible(request.audience), code=code)
    if request.audience.is_portfolio and "currency" not in request.GET:
        request.audience = request.audience.in_currency(kept.currency)
    return kept


def _asked(query: QueryDict, start: Mapping[str, Any]) -> QueryDict:
    """Return the fields of the definition that is begun with, and instead of them those that the address gives."""
    asked = QueryDict(mutable=True)
    for field, value in fields_of(start).items():
        asked.setlist(field, list(value) if isinstance(value, list | tuple) else [value or ""])
    for field in query:
        asked.setlist(field, query.getlist(field))
    return asked


DEFAULT = {"dimensions": ["day"], "measures": ["spend", "gmv", "roi", "orders", "organic_gmv"]}


def _definition(form: ReportForm) -> Definition | None:
    """Return what is asked, or None, the form saying why it cannot be."""
    if not form.is_valid():
        return None
    if form.cleaned_data["as_of"] and form.cleaned_data["as_of"] > clock.now():
        form.add_error("as_of", _("This moment is yet to come."))
        return None
    try:
        return parse(form.document())
    except BadDefinition as error:
        for flaw in error.flaws:
            name = flaw.field.split(".")[-1 if flaw.field.startswith(("rule.changes", "period")) else 0]
            form.add_error(name if name in form.fields else None, flaw.message)
        return None


def _answer(request: HttpRequest, definition: Definition) -> dict:
    from ..measuring.asking import MOST_ROWS, TooManyRows, ask

    document, at = json.dumps(definition.document()), clock.now()
    if not asking.is_shown(request.audience, definition, at=at):
        return {"is_long": True, "document": document}
    try:
        result = ask(definition, request.audience.merchants, at=at)
    except TooManyRows:
        return {"too_many": MOST_ROWS, "document": document}
    table = Table(result, request.GET.get("page"))
    return {
        "result": result, "table": table, "picture": picture(result), "page": table.page, "page_size": PAGE,
        "dimensions": [DIMENSIONS[code] for code in definition.dimensions],
        "measures": [MEASURES[code] for code in result.measures],
        "document": document,
        "refused": [(MEASURES[code], reason) for code, reason in result.refused.items()],
        "is_as_of": bool(definition.as_of), "is_asked": True,
        "filters": [(code, _named(code, values, request.audience)) for code, values in definition.filters],
    }  # fmt: skip


def _named(code: str, values: Sequence[str], audience: Audience) -> list[str]:
    """Return the values that a filter asks for as people read them."""
    merchants = [merchant.pk for merchant in audience.merchants]
    known = numbers(code, values, merchants)
    called = names(code, known, merchants) if DIMENSIONS[code].type == Type.CODE else {}
    return [written(code, called.get(each, each)) for each in known] or list(values)
