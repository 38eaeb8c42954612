"""Recording: a sample of decided pages, taken without ever holding one up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ..auction import Index, Page, PageDecision


def sample(
    index: Index,
    page: Page,
    *,
    shopper: UUID,
    at: datetime,
    draw: int,
    decision: PageDecision,
    tokens: Sequence[bytes],
) -> None:
    """Take note of a decided page; `tokens` are the ids of its winners, auction by auction."""
