"""The orders of a list as a file."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from chengfeng import clock
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import merchant_page

from .. import downloading
from ..choosing import asked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@merchant_page(Right.ORDERS_VIEW)
def download(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Hand out the orders that the address asks for; who took them is on record."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    at = clock.now()
    sieve = asked(request, at=at)[1]
    record(request.access, "orders.download", at=at, kind=kind, filters=request.GET.urlencode()[:500])
    name = {"Content-Disposition": f'attachment; filename="orders-{at:%Y%m%d-%H%M}.{kind}"'}
    if kind == "xlsx":
        return HttpResponse(downloading.xlsx(sieve), content_type=XLSX, headers=name)
    lines = downloading.csv_lines(sieve)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=name)
