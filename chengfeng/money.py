"""Money: decimal amounts with a currency beside them, one rounding, and splits that sum to the whole."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision
from django.db import models
from moneyed import CURRENCIES

ZERO = Decimal(0)


class AmountField(models.DecimalField):
    """An amount of money: four decimals, so that an ad price below a cent is kept exactly."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)


class CurrencyField(models.CharField):
    """An ISO 4217 code in capitals."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 3)
        super().__init__(*args, **kwargs)


def is_currency(code: str) -> bool:
    return code in CURRENCIES


@lru_cache
def minor_unit(currency: str) -> Decimal:
    """Return the smallest coin of a currency: 0.01 for CNY, 1 for JPY."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round to the minor unit, halves away from zero: the only rounding of what people pay."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def allocate(total: Decimal, weights: Sequence[Decimal | int], *, unit: Decimal) -> list[Decimal]:
    """Split `total` in proportion to `weights` into multiples of `unit` that sum to it exactly.

    The largest remainders get the units left over, ties going to the earliest. All-zero weights share equally.

    Raises ValueError when there is nobody to give to, or a weight is negative.
    """
    if not weights or min(weights) < 0:
        raise ValueError("a split needs at least one weight, none of them negative")
    if not any(weights):
        weights = [1] * len(weights)
    units = total / unit
    if units != units.to_integral_value():
        raise ValueError(f"{total} is no multiple of {unit}")
    sign, units = (-1 if units < 0 else 1), abs(int(units))
    shares = [Decimal(units) * Decimal(weight) / Decimal(sum(weights)) for weight in weights]
    parts = [int(share) for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in by_remainder[: units - sum(parts)]:
        parts[i] += 1
    return [sign * part * unit for part in parts]
