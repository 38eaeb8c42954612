"""Pages of lists, as every list of campaigns and what belongs to them is cut."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

PAGE = OpenApiParameter("page", int, description="Which page of the rows, from 1")


class Pages(PageNumberPagination):
    """Fifty rows at a time, the others at `next`."""

    page_size = 50

    @classmethod
    def of(cls, view: APIView, rows: QuerySet, serializer: type[BaseSerializer]) -> Response:
        """Answer with the page of rows that a request asks for."""
        pages = cls()
        page = pages.paginate_queryset(rows, view.request, view)
        return pages.get_paginated_response(serializer(page, many=True).data)

    def headed(self, rows: Sequence[Any], **head: Any) -> dict[str, Any]:
        """Return a page of rows with what stands above them."""
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return {**head, "count": self.page.paginator.count, **links, "results": rows}
