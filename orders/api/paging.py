"""Lists for programs: what is asked of one, and a page of its rows with the address of the next."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from rest_framework import serializers


class PageQuery(serializers.Serializer):
    page = serializers.IntegerField(min_value=1, max_value=100_000, default=1)


def asked(query: type[PageQuery], request) -> dict[str, Any]:
    """Return what the address asks for, as the query understands it; raises ValidationError."""
    wanted = query(data=request.query_params)
    wanted.is_valid(raise_exception=True)
    return wanted.validated_data


def paged(request, rows: QuerySet, number: int, *, size: int) -> dict[str, Any]:
    """Return one page of rows with the address of the next one."""
    page = Paginator(rows, size).get_page(number)
    return {"results": page.object_list, "next": _following(request, page) if page.has_next() else None}


def _following(request, page) -> str:
    query = request.query_params.copy()
    query["page"] = page.next_page_number()
    return request.build_absolute_uri(f"?{query.urlencode()}")
