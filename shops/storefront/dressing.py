"""What cards of products say beside title and price, asked for all cards of a page at once."""

from collections.abc import Iterable
from datetime import datetime

from shops.models import Product
from shops.promotions import offering, window
from shops.reviews import reading


def dressed(products: Iterable[Product], *, at: datetime) -> list[Product]:
    """Load products with the badges of what runs on them and their ratings."""
    shown = list(products)
    offering.badge(shown, at=at)
    window.give_flash(shown, at=at)
    reading.rate(shown)
    return shown
