"""Pages of exports: the list, a new one, its progress, and the file."""

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from chengfeng.periods import local_date
from shops.people.rights import Right
from shops.tenancy import merchant_page, own

from .. import exports as domain
from ..forms import ExportForm
from ..models import Export

PAGE = 30


def _export(request: HttpRequest, code: str) -> Export:
    """Return an export of the merchant whose rows this person may see."""
    found = get_object_or_404(own(Export, request.access.merchant).select_related("job"), code=code)
    request.access.require(domain.COLUMNS[found.kind].right)
    return found


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    found = own(Export, request.access.merchant).select_related("job", "requested_by").order_by("-requested_at")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/exports.html", {"page": page, "now": clock.now()})


@merchant_page(Right.REPORTS_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def export_new(request: HttpRequest) -> HttpResponse:
    today = local_date(clock.now(), request.access.merchant.time_zone)
    form = ExportForm(request.POST or None, access=request.access, today=today)
    if request.method == "POST" and form.is_valid():
        made = domain.ask(request.access, **form.asked, at=clock.now())
        return redirect("reports:export", request.access.merchant.code, made.code)
    return render(request, "reports/export_new.html", {"form": form}, status=422 if form.is_bound else 200)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def export(request: HttpRequest, export: str) -> HttpResponse:
    found = _export(request, export)
    template = "reports/parts/progress.html" if request.headers.get("HX-Request") else "reports/export.html"
    return render(request, template, {"export": found, "now": clock.now()})


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def export_cancel(request: HttpRequest, export: str) -> HttpResponse:
    found = _export(request, export)
    domain.cancel(request.access, found, at=clock.now())
    return redirect("reports:export", request.access.merchant.code, found.code)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def export_file(request: HttpRequest, export: str) -> HttpResponse:
    found = _export(request, export)
    if not found.file or found.expires_at < clock.now():
        raise Http404
    name = f"{request.access.merchant.slug}-{found.kind}-{found.first}-{found.last}.{found.format}"
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name)
