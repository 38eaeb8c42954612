"""What shipping an order costs: flat per order, free for services and above a threshold."""

from decimal import Decimal

from chengfeng.money import ZERO, round_money

FREE_FROM = Decimal(99)
FLAT = Decimal(10)
SCALES = {"CNY": 1, "USD": Decimal("0.5"), "EUR": Decimal("0.5"), "GBP": Decimal("0.4"), "JPY": 20}


def cost(*, value: Decimal, currency: str, is_service: bool) -> Decimal:
    """Return the shipping of an order whose goods cost `value` after discount; `is_service` if nothing is sent."""
    scale = SCALES.get(currency, 1)
    if is_service or value >= FREE_FROM * scale:
        return ZERO
    return round_money(FLAT * scale, currency)
