"""Pages of imports: the list, a new file, a run with its progress and problems."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ...people.audit import record
from ...people.rights import Right
from ...tenancy import merchant_page, own
from .. import importing, listing
from ..forms import ImportForm
from ..importing import problems
from ..models import ImportRun

PER_PAGE = 25
SHOWN = 50


@require_safe
@merchant_page(Right.CATALOGUE_VIEW)
def imports(request: HttpRequest) -> HttpResponse:
    """List the runs."""
    page = Paginator(listing.imports(request.access.merchant), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_edit": request.access.may(Right.CATALOGUE_EDIT)}
    return render(request, "shops/catalogue/imports.html", context)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_EDIT)
def import_new(request: HttpRequest) -> HttpResponse:
    """Take a file and have it read."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        run = _start(request, form.cleaned_data["file"], is_dry=form.cleaned_data["is_dry"])
        return redirect("shops:import_run", request.access.merchant.code, run.code)
    status = 422 if request.method == "POST" else 200
    return render(request, "shops/catalogue/import_new.html", {"form": form}, status=status)


@transaction.atomic
def _start(request: HttpRequest, file, *, is_dry: bool) -> ImportRun:
    access, at = request.access, clock.now()
    run = importing.request_import(
        merchant=access.merchant, file=file, name=file.name, is_dry=is_dry, at=at, by=access.user
    )
    record(access, "import.start", target=run.code, at=at, file=run.file_name, is_dry=is_dry)
    return run


@require_safe
@merchant_page(Right.CATALOGUE_VIEW)
def import_run(request: HttpRequest, run: str) -> HttpResponse:
    """Show a run: progress while it goes on, then its counts and first problems."""
    shown = _find(request, run)
    found = shown.problems.order_by("row", "pk")
    kept = found.count()
    context = {
        "run": shown,
        "problems": found[:SHOWN],
        "kept": kept,
        "is_capped": kept >= problems.MAX_KEPT,
        "is_going_on": bool(shown.job and not shown.job.is_over),
        "performance": own(ImportRun, request.access.merchant).filter(rehearsal=shown).select_related("job").first(),
        "may_edit": request.access.may(Right.CATALOGUE_EDIT),
    }
    return render(request, "shops/catalogue/import_run.html", context)


@require_safe
@merchant_page(Right.CATALOGUE_VIEW)
def import_problems(request: HttpRequest, run: str) -> HttpResponse:
    """Hand out the problems as CSV."""
    shown = _find(request, run)
    return StreamingHttpResponse(
        problems.table(shown), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="problems-{shown.code}.csv"'},
    )  # fmt: skip


@require_POST
@merchant_page(Right.CATALOGUE_EDIT)
def import_apply(request: HttpRequest, run: str) -> HttpResponse:
    """Import for real what a dry run has read, or go on with a real run that stopped."""
    shown = _find(request, run)
    rehearsal = shown if shown.is_dry else shown.rehearsal
    if not rehearsal or not rehearsal.finished_at:
        messages.error(request, _("Only a finished dry run can be imported."))
        return redirect("shops:import_run", request.access.merchant.code, shown.code)
    at = clock.now()
    with transaction.atomic():
        real = importing.apply(rehearsal, at=at, by=request.access.user)
        record(request.access, "import.start", target=real.code, at=at, file=real.file_name, is_dry=False)
    return redirect("shops:import_run", request.access.merchant.code, real.code)


@require_POST
@merchant_page(Right.CATALOGUE_EDIT)
def import_cancel(request: HttpRequest, run: str) -> HttpResponse:
    """Stop a run; what it has brought in stays."""
    shown, at = _find(request, run), clock.now()
    with transaction.atomic():
        if importing.cancel(shown, at=at):
            record(request.access, "import.cancel", target=shown.code, at=at)
            messages.success(request, _("The import is cancelled. What it had brought in stays."))
    return redirect("shops:import_run", request.access.merchant.code, shown.code)


def _find(request: HttpRequest, code: str) -> ImportRun:
    runs = own(ImportRun, request.access.merchant).select_related("job", "merchant", "rehearsal", "requested_by")
    return get_object_or_404(runs, code=code)
