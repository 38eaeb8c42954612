"""Pages of lists, as every list of campaigns and what belongs to them is cut."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import PageNumberPagination

PAGE = OpenApiParameter("page", int, description="Which page of the rows, from 1")


class Pages(PageNumberPagination):
    """Fifty rows at a time, the others at `next`."""

    page_size = 50

    def headed(self, rows: Sequence[Any], **head: Any) -> dict[str, Any]:
        """Return a page of rows with what stands above them."""
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return {**head, "count": self.page.paginator.count, **links, "results": rows}
