"""Shipping by file: send one, see what it would do, carry it out, and get the result."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from ... import carriers
from .. import parcels
from ..forms import FileForm
from ..models import ShippingRow, ShippingRun
from ..parcels import reading, tables
from ..parcels.planning import reason

PER_PAGE = 25
ROWS = 100


@require_http_methods(["GET", "POST"])
@merchant_page(Right.ORDERS_SHIP)
def files(request: HttpRequest) -> HttpResponse:
    """List the files sent so far, and take another."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = _rehearse(request, form.cleaned_data["file"])
            return redirect("orders:orders_file", request.access.merchant.code, run.code)
        except parcels.FileRefused as refusal:
            form.add_error("file", str(refusal))
    runs = own(ShippingRun, request.access.merchant).select_related("job", "requested_by").order_by("-created_at")
    page = Paginator(runs.annotate(**_numbers("rows__")), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "most_rows": reading.MOST_ROWS, "most_mb": reading.MOST_BYTES >> 20}
    return render(request, "orders/console/files.html", context, status=422 if request.method == "POST" else 200)


@transaction.atomic
def _rehearse(request: HttpRequest, file) -> ShippingRun:
    at = clock.now()
    run = parcels.rehearse(request.access.merchant, file, by=request.user, at=at)
    record(request.access, "shipping.rehearse", target=run.code, at=at, file=run.file_name)
    return run


def _numbers(path: str) -> dict[str, Count]:
    """Return the numbers of rows by outcome, to be annotated or aggregated."""
    return {
        f"{outcome}_rows": Count(path.rstrip("_") or "pk", filter=Q(**{f"{path}outcome": outcome}))
        for outcome in ShippingRow.Outcome.values
    }


@require_safe
@merchant_page(Right.ORDERS_SHIP)
def file(request: HttpRequest, run: str) -> HttpResponse:
    """Show what a file does, or did, row by row, the refused ones first."""
    merchant, shown = request.access.merchant, _find(request, run)
    rows = shown.rows.select_related("order").alias(is_fine=Q(rule="")).order_by("is_fine", "number")
    wanted = request.GET.get("outcome", "")
    if wanted in ShippingRow.Outcome.values:
        rows = rows.filter(outcome=wanted)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.why, row.carrier_name = reason(row), carriers.name_of(row.carrier)
    context = {
        "run": shown,
        "numbers": shown.rows.aggregate(**_numbers("")),
        "page": page,
        "outcome": wanted,
        "is_going_on": bool(shown.job and not shown.job.is_over),
        "performance": own(ShippingRun, merchant).filter(rehearsal=shown).select_related("job").first(),
    }
    return render(request, "orders/console/file.html", context)


@require_POST
@merchant_page(Right.ORDERS_SHIP)
def file_apply(request: HttpRequest, run: str) -> HttpResponse:
    """Have the parcels of a dry run shipped, or go on with a run that stopped."""
    shown, at = _find(request, run), clock.now()
    rehearsal = shown if shown.is_dry else shown.rehearsal
    if rehearsal is None:
        messages.error(request, _("Only a dry run can be carried out."))
        return redirect("orders:orders_file", request.access.merchant.code, shown.code)
    with transaction.atomic():
        real = parcels.apply(rehearsal, by=request.user, at=at)
        record(request.access, "shipping.start", target=real.code, at=at, file=real.file_name)
    return redirect("orders:orders_file", request.access.merchant.code, real.code)


@require_safe
@merchant_page(Right.ORDERS_SHIP)
def file_rows(request: HttpRequest, run: str) -> StreamingHttpResponse:
    """Hand out the rows of a run as CSV, all or those refused."""
    shown = _find(request, run)
    lines = tables.results(shown, only_refused=bool(request.GET.get("refused")))
    return _csv(lines, f"result-{shown.code}.csv")


@require_safe
@merchant_page(Right.ORDERS_SHIP)
def file_template(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out a file of the orders to ship now, to be filled in."""
    return _csv(tables.template(request.access.merchant), f"to-ship-{clock.now():%Y%m%d-%H%M}.csv")


def _csv(lines, name: str) -> StreamingHttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=disposition)


def _find(request: HttpRequest, code: str) -> ShippingRun:
    runs = own(ShippingRun, request.access.merchant).select_related("job", "merchant", "rehearsal", "requested_by")
    return get_object_or_404(runs, code=code)
