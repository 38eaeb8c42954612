"""Pages of lists, as every list of campaigns and what belongs to them is cut."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter

from shops.catalogue import api

PAGE = OpenApiParameter("page", int, description="Which page of the rows, from 1")


class Pages(api.Pages):
    """Pages that something may stand above."""

    def headed(self, rows: Sequence[Any], **head: Any) -> dict[str, Any]:
        """Return a page of rows with what stands above them."""
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return {**head, "count": self.page.paginator.count, **links, "results": rows}
