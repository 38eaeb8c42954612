"""What shipping an order costs where nothing but its value is known: the flat rule, free for services."""

from decimal import Decimal

from chengfeng.money import ZERO, round_money
from shops.delivery.rates import flat


def cost(*, value: Decimal, currency: str, is_service: bool) -> Decimal:
    """Return the shipping of an order whose goods cost `value` after discount; `is_service` if nothing is sent."""
    return ZERO if is_service else round_money(flat(value, currency), currency)
