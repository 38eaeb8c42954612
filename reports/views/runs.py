"""Pages of kept reports: runs with their progress, rows and files; definitions, and when they are sent."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock, parsing, sheets

from ..building import asking, saving, scheduling
from ..building.files import TooLong, changes
from ..building.models import Format, ReportRun, SavedReport
from ..building.reading import Kept, NotComparable, compare
from ..building.sending import sent
from ..measuring.definition import BadDefinition, Definition, parse
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES
from ..measuring.periods import LABELS, Days
from ..pictures import picture
from ..scheduled import ScheduleForm
from ..tables import PAGE, Table, first_of, written
from .audiences import report_page, shown, to

ON_A_PAGE = 30


def _run(request: HttpRequest, code: str) -> ReportRun:
    return get_object_or_404(asking.visible(request.audience), code=code)


def _saved(request: HttpRequest, code: str) -> SavedReport:
    """Return a kept report; a portfolio is looked at in its currency."""
    found = get_object_or_404(saving.visible(request.audience), code=code)
    request.audience = request.audience.in_currency(found.currency)
    return found


def _definition(request: HttpRequest) -> Definition:
    """Return the definition that a page's form carries; raises BadRequest where it is none."""
    try:
        return parse(parsing.read(request.POST.get("definition", "")))
    except ValueError as error:
        raise BadRequest from error


def _name(request: HttpRequest) -> str:
    """Return the name that a page's form gives a report, in one line."""
    return " ".join(request.POST.get("name", "").split())[:120]


def _back(request: HttpRequest, found: ReportRun, why: str) -> HttpResponse:
    messages.error(request, why)
    return to(request, "run", found.code)


@report_page
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """The runs of the shop; a POST asks for one of the definition that it carries."""
    if request.method == "POST":
        try:
            made = asking.ask(request.audience, _definition(request), name=_name(request), at=clock.now())
        except BadDefinition as error:
            raise BadRequest from error
        return to(request, "run", made.code)
    page = Paginator(asking.visible(request.audience), ON_A_PAGE).get_page(request.GET.get("page"))
    hidden = request.audience.all_runs().count() - page.paginator.count if request.audience.is_portfolio else 0
    return shown(request, "reports/building/runs.html", {"page": page, "hidden": hidden})


@report_page
@require_safe
def run(request: HttpRequest, run: str) -> HttpResponse:
    """A run: how far it is, else its rows and files."""
    found = _run(request, run)
    context = {"run": found, "eta": asking.eta(found, at=clock.now()), "formats": Format.choices}
    if request.headers.get("HX-Request"):
        answer = shown(request, "reports/building/progress.html", context)
        if found.state not in ("queued", "running"):
            answer["HX-Refresh"] = "true"
        return answer
    return shown(request, "reports/building/run.html", context | _shown(request, found))


def _shown(request: HttpRequest, found: ReportRun) -> dict[str, Any]:
    if not found.is_ready:
        return {}
    result = Kept(found).result()
    table = Table(result, request.GET.get("page"))
    others = asking.visible(request.audience).filter(report=found.report, report__isnull=False).exclude(file="")
    return {
        "result": result, "table": table, "picture": picture(result), "page": table.page, "page_size": PAGE,
        "dimensions": [DIMENSIONS[code] for code in result.definition.dimensions],
        "measures": [MEASURES[code] for code in result.measures],
        "refused": [(MEASURES[code], reason) for code, reason in result.refused.items()],
        "others": others.exclude(pk=found.pk)[:10],
    }  # fmt: skip


@report_page
@require_POST
def run_cancel(request: HttpRequest, run: str) -> HttpResponse:
    found = _run(request, run)
    asking.cancel(request.audience, found, at=clock.now())
    return to(request, "run", found.code)


@report_page
@require_POST
def run_retry(request: HttpRequest, run: str) -> HttpResponse:
    found = _run(request, run)
    asking.retry(request.audience, found, at=clock.now())
    return to(request, "run", found.code)


@report_page
@require_POST
def run_again(request: HttpRequest, run: str) -> HttpResponse:
    """Ask the same of the same days as it is known now, and show what has changed since."""
    found = _run(request, run)
    try:
        made = asking.again(request.audience, found, at=clock.now())
    except BadDefinition as error:
        return _back(request, found, str(error))
    if found.is_ready and made.is_ready:
        return to(request, "run_changes", found.code, made.code)
    return to(request, "run", made.code)


@report_page
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


@report_page
@require_safe
def runs_compare(request: HttpRequest) -> HttpResponse:
    """Lead to what differs between the two runs that were ticked."""
    ticked = request.GET.getlist("run")
    if len(ticked) != 2:
        messages.error(request, _("Tick two runs to compare them."))
        return to(request, "runs")
    one, two = (_run(request, code) for code in ticked)
    return to(request, "run_changes", one.code, two.code)


@report_page
@require_safe
def run_changes(request: HttpRequest, run: str, other: str) -> HttpResponse:
    """What differs between two runs of the same question."""
    one, two = _run(request, run), _run(request, other)
    if not (one.is_ready and two.is_ready):
        return _back(request, one, _("The rows of this run cannot be read."))
    wanted = request.GET.get("page", "")
    try:
        found = compare(one, two, start=first_of(wanted))
    except NotComparable:
        return _back(request, one, _("Only runs of the same question can be compared; these differ in days or rule."))
    codes = Kept(found.later).definition.dimensions
    rows = [
        (row.kind, [written(c, key) for c, key in zip(codes, row.keys, strict=True)], row.values) for row in found.rows
    ]
    return shown(request, "reports/building/changes.html", {
        "found": found, "rows": rows, "dimensions": [DIMENSIONS[code] for code in codes],
        "page": Paginator(range(found.number), PAGE).get_page(wanted),
        "measures": [MEASURES[code] for code in found.totals], "currency": found.later.heading["currency"],
        "page_size": PAGE, "one": one, "two": two,
    })  # fmt: skip


@report_page
@require_safe
def run_changes_file(request: HttpRequest, run: str, other: str) -> HttpResponse:
    """Every row that differs, as CSV."""
    one, two = _run(request, run), _run(request, other)
    if not (one.is_ready and two.is_ready):
        return _back(request, one, _("The rows of this run cannot be read."))
    try:
        answer = StreamingHttpResponse(changes(one, two), content_type=sheets.CSV)
    except NotComparable:
        return _back(request, one, _("Only runs of the same question can be compared; these differ in days or rule."))
    answer["Content-Disposition"] = f'attachment; filename="{one.code}-{two.code}.csv"'
    return answer


@report_page
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the definition of a page under a name, or instead of that of a report that was kept before."""
    name = _name(request)
    if not name:
        raise BadRequest
    definition = _definition(request).document()
    if "instead" in request.POST:
        return _instead(request, name, definition)
    made = saving.save(request.audience, name=name, definition=definition, at=clock.now())
    return to(request, "saved_report", made.code)


def _instead(request: HttpRequest, name: str, definition: dict) -> HttpResponse:
    """Change a kept report, if it is as it was when it was read."""
    kept, version = _saved(request, request.POST["instead"]), request.POST.get("version", "")
    if not version.isdecimal():
        raise BadRequest
    try:
        saving.change(request.audience, kept, version=int(version), name=name, definition=definition, at=clock.now())
    except saving.Outdated:
        messages.error(request, _("Somebody changed this report meanwhile. Look at it again before you change it."))
    return to(request, "saved_report", kept.code)


@report_page
@require_safe
def saved(request: HttpRequest, saved: str) -> HttpResponse:
    """A saved report: what it asks, its runs, and when it is sent."""
    return _page(request, _saved(request, saved), None)


def _page(request: HttpRequest, report: SavedReport, form: ScheduleForm | None) -> HttpResponse:
    schedule = getattr(report, "schedule", None)
    context = {
        "report": report, "schedule": schedule, **_read(report),
        "form": form or ScheduleForm(instance=schedule, report=report),
        "runs": asking.visible(request.audience).filter(report=report)[:ON_A_PAGE],
    }  # fmt: skip
    return shown(request, "reports/building/saved.html", context, status=422 if form else 200)


def _read(report: SavedReport) -> dict[str, Any]:
    """Return what a report asks; where that cannot be asked any more, what is wrong with it."""
    try:
        definition = parse(report.definition)
    except BadDefinition as error:
        return {"flaws": error.flaws}
    return {
        "definition": definition, "dimensions": [DIMENSIONS[code] for code in definition.dimensions],
        "measures": [MEASURES[code] for code in definition.measures], "period": _told(definition.period),
    }  # fmt: skip


def _told(period: str | Days) -> str:
    if isinstance(period, str):
        return str(LABELS[period])
    first, last = (date_format(day, "SHORT_DATE_FORMAT") for day in (period.first, period.last))
    return f"{first} – {last}"


@report_page
@require_POST
def saved_run(request: HttpRequest, saved: str) -> HttpResponse:
    """Run a kept report; where it cannot be run any more, its page says why."""
    report = _saved(request, saved)
    try:
        made = asking.ask(request.audience, parse(report.definition), report=report, at=clock.now())
    except BadDefinition as error:
        messages.error(request, str(error))
        return to(request, "saved_report", report.code)
    return to(request, "run", made.code)


@report_page
@require_POST
def saved_schedule(request: HttpRequest, saved: str) -> HttpResponse:
    """Set when a report is sent, or stop it."""
    report = _saved(request, saved)
    if "stop" in request.POST:
        scheduling.unschedule(request.audience, report, at=clock.now())
        return to(request, "saved_report", report.code)
    form = ScheduleForm(request.POST, report=report)
    if form.is_valid():
        try:
            scheduling.schedule(request.audience, report, **form.asked, at=clock.now())
        except scheduling.BadSchedule as error:
            form.add_error(error.field, str(error))
        else:
            return to(request, "saved_report", report.code)
    return _page(request, report, form)


@report_page
@require_POST
def saved_remove(request: HttpRequest, saved: str) -> HttpResponse:
    saving.remove(request.audience, _saved(request, saved), at=clock.now())
    return to(request, "reports")


@report_page
@require_POST
def saved_restore(request: HttpRequest, saved: str) -> HttpResponse:
    known = saving.removed(request.audience) | saving.visible(request.audience)
    found = get_object_or_404(known, code=saved)
    saving.restore(request.audience, found, at=clock.now())
    return to(request, "saved_report", found.code)
