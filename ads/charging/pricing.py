"""Which event of a served ad is charged: the click, or the impression that was viewable."""

from ..models import EventKind, Pricing
from ..tokens import AdToken

CHARGED = {Pricing.CPC.value: EventKind.CLICK.value, Pricing.CPM.value: EventKind.VIEWABLE.value}


def is_charged(token: AdToken, kind: str) -> bool:
    """Whether a valid event of that kind is charged for this served ad."""
    return CHARGED[token.pricing] == kind
