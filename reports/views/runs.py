"""Pages of kept reports: runs with their progress, rows and files; definitions, and when they are sent."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..building import asking, saving, scheduling
from ..building.files import TooLong
from ..building.models import Format, ReportRun, SavedReport
from ..building.reading import Kept, NotComparable, compare
from ..building.sending import sent
from ..measuring.definition import Definition, parse
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES
from ..pictures import picture
from ..scheduled import ScheduleForm
from ..tables import PAGE, Table, written

ON_A_PAGE = 30


def _run(request: HttpRequest, code: str) -> ReportRun:
    return get_object_or_404(asking.visible(request.access), code=code)


def _saved(request: HttpRequest, code: str) -> SavedReport:
    return get_object_or_404(saving.visible(request.access), code=code)


def _definition(request: HttpRequest) -> Definition:
    """Return the definition that a page's form carries; raises BadRequest where it is none."""
    try:
        return parse(json.loads(request.POST.get("definition", "")))
    except ValueError as error:
        raise BadRequest from error


def _back(request: HttpRequest, found: ReportRun, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("reports:run", request.access.merchant.code, found.code)


@merchant_page(Right.REPORTS_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """The runs of the shop; a POST asks for one of the definition that it carries."""
    if request.method == "POST":
        name = request.POST.get("name", "")[:120]
        made = asking.ask(request.access, _definition(request), name=name, at=clock.now())
        return redirect("reports:run", request.access.merchant.code, made.code)
    page = Paginator(asking.visible(request.access), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/building/runs.html", {"page": page})


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def run(request: HttpRequest, run: str) -> HttpResponse:
    """A run: how far it is, else its rows and files."""
    found = _run(request, run)
    context = {"run": found, "eta": asking.eta(found, at=clock.now()), "formats": Format.choices}
    if request.headers.get("HX-Request"):
        return render(request, "reports/building/progress.html", context)
    return render(request, "reports/building/run.html", context | _shown(request, found))


def _shown(request: HttpRequest, found: ReportRun) -> dict[str, Any]:
    if not found.is_ready:
        return {}
    result = Kept(found).result()
    table = Table(result, request.GET.get("page"))
    others = asking.visible(request.access).filter(report=found.report, report__isnull=False).exclude(file="")
    return {
        "result": result, "table": table, "picture": picture(result), "page": table.page, "page_size": PAGE,
        "dimensions": [DIMENSIONS[code] for code in result.definition.dimensions],
        "measures": [MEASURES[code] for code in result.measures],
        "refused": [(MEASURES[code], reason) for code, reason in result.refused.items()],
        "others": others.exclude(pk=found.pk)[:10],
    }  # fmt: skip


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def run_cancel(request: HttpRequest, run: str) -> HttpResponse:
    found = _run(request, run)
    asking.cancel(request.access, found, at=clock.now())
    return redirect("reports:run", request.access.merchant.code, found.code)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def run_retry(request: HttpRequest, run: str) -> HttpResponse:
    found = _run(request, run)
    asking.retry(request.access, found, at=clock.now())
    return redirect("reports:run", request.access.merchant.code, found.code)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def run_file(request: HttpRequest, run: str, file_format: str) -> HttpResponse:
    """All rows as a file; where a sheet cannot hold them, the page says so."""
    found = _run(request, run)
    if not found.is_ready:
        return _back(request, found, _("The rows of this run cannot be read."))
    try:
        return sent(found, file_format)
    except TooLong as error:
        return _back(request, found, str(error))


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def run_changes(request: HttpRequest, run: str, other: str) -> HttpResponse:
    """What differs between two runs of the same question."""
    one, two = _run(request, run), _run(request, other)
    if not (one.is_ready and two.is_ready):
        return _back(request, one, _("The rows of this run cannot be read."))
    try:
        found = compare(one, two)
    except NotComparable:
        return _back(request, one, _("Only runs of the same question can be compared; these differ in days or rule."))
    codes = Kept(found.later).definition.dimensions
    rows = [([written(c, key) for c, key in zip(codes, row.keys, strict=True)], row.values) for row in found.rows]
    return render(request, "reports/building/changes.html", {
        "found": found, "rows": rows, "dimensions": [DIMENSIONS[code] for code in codes],
        "measures": [MEASURES[code] for code in found.totals], "currency": found.later.heading["currency"],
    })  # fmt: skip


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the definition of a page under a name."""
    name = request.POST.get("name", "").strip()[:120]
    if not name:
        raise BadRequest
    definition = _definition(request).document()
    made = saving.save(request.access, name=name, definition=definition, at=clock.now())
    return redirect("reports:saved_report", request.access.merchant.code, made.code)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def saved(request: HttpRequest, saved: str) -> HttpResponse:
    """A saved report: what it asks, its runs, and when it is sent."""
    return _page(request, _saved(request, saved), None)


def _page(request: HttpRequest, report: SavedReport, form: ScheduleForm | None) -> HttpResponse:
    definition = parse(report.definition)
    planned = getattr(report, "schedule", None)
    context = {
        "report": report, "definition": definition, "schedule": planned,
        "dimensions": [DIMENSIONS[code] for code in definition.dimensions],
        "measures": [MEASURES[code] for code in definition.measures],
        "runs": asking.visible(request.access).filter(report=report)[:ON_A_PAGE],
        "form": form or ScheduleForm(instance=planned, report=report),
    }  # fmt: skip
    return render(request, "reports/building/saved.html", context, status=422 if form else 200)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def saved_run(request: HttpRequest, saved: str) -> HttpResponse:
    report = _saved(request, saved)
    made = asking.ask(request.access, parse(report.definition), report=report, at=clock.now())
    return redirect("reports:run", request.access.merchant.code, made.code)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def saved_schedule(request: HttpRequest, saved: str) -> HttpResponse:
    """Set when a report is sent, or stop it."""
    report = _saved(request, saved)
    if "stop" in request.POST:
        scheduling.unschedule(request.access, report, at=clock.now())
        return redirect("reports:saved_report", request.access.merchant.code, report.code)
    form = ScheduleForm(request.POST, report=report)
    if form.is_valid():
        try:
            scheduling.schedule(request.access, report, **form.asked, at=clock.now())
        except scheduling.BadSchedule as error:
            form.add_error(error.field, str(error))
        else:
            return redirect("reports:saved_report", request.access.merchant.code, report.code)
    return _page(request, report, form)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def saved_remove(request: HttpRequest, saved: str) -> HttpResponse:
    saving.remove(request.access, _saved(request, saved), at=clock.now())
    return redirect("reports:reports", request.access.merchant.code)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def saved_restore(request: HttpRequest, saved: str) -> HttpResponse:
    found = get_object_or_404(saving.removed(request.access) | saving.visible(request.access), code=saved)
    saving.restore(request.access, found, at=clock.now())
    return redirect("reports:saved_report", request.access.merchant.code, found.code)
