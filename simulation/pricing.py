"""Turn a rough price in yuan into the price tag a shop would write, in the shop's currency."""

from decimal import Decimal

YUAN_PER_UNIT = {"CNY": 1.0, "EUR": 7.8, "USD": 7.2}
CENTS = {"CNY": "0.90", "EUR": "0.90", "USD": "0.99"}


def tag(yuan: float, currency: str) -> Decimal:
    """Return a customary price near `yuan`, always positive and with two decimals.

    Small prices end in .90 (or .99), larger ones in 9, those over a thousand in 49 or 99.
    """
    amount = max(yuan / YUAN_PER_UNIT[currency], 1)
    if amount < 30:
        return int(amount) + Decimal(CENTS[currency])
    step = 10 if amount < 1000 else 50 if amount < 3000 else 100
    return Decimal(max(round(amount / step), 1) * step - 1).quantize(Decimal("0.01"))
