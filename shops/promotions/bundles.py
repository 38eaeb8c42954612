"""Bundles: how many complete sets there are among the units of some lines, and what they save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from chengfeng.money import ZERO, round_money

from .models import Promotion
from .terms import Line, Terms


@dataclass(frozen=True, slots=True)
class Sets:
    """Complete sets: the units of each line (by its place) that make them up, and what they save together."""

    units: Mapping[int, int] = field(default_factory=dict)
    off: Decimal = ZERO


def fill(terms: Terms, lines: Sequence[Line], units: Sequence[int], *, currency: str) -> Sets:
    """Return the sets that save money among the free `units` of each line; the dearest units go in first."""
    shelves = {product: _shelf(terms, product, lines, units) for product in terms.products}
    complete = min(len(shelf) // terms.products[product] for product, shelf in shelves.items())
    taken: dict[int, int] = {}
    value, sets = ZERO, 0
    for number in range(complete):
        chosen = [
            index for product, each in terms.products.items() for index in shelves[product][number * each :][:each]
        ]
        worth = sum((lines[index].unit_price for index in chosen), ZERO)
        if terms.promotion.benefit == Promotion.Benefit.PRICE and worth <= terms.promotion.amount:
            break
        value, sets = value + worth, sets + 1
        for index in chosen:
            taken[index] = taken.get(index, 0) + 1
    return Sets(taken, _saving(terms.promotion, value, sets, currency))


def _shelf(terms: Terms, product: int, lines: Sequence[Line], units: Sequence[int]) -> list[int]:
    """Return the line of every free unit of a product, the dearest first."""
    found = [index for index, line in enumerate(lines) if line.product == product and terms.covers(line)]
    found.sort(key=lambda index: -lines[index].unit_price)
    return [index for index in found for _ in range(units[index])]


def _saving(promotion: Promotion, value: Decimal, sets: int, currency: str) -> Decimal:
    if promotion.benefit == Promotion.Benefit.PRICE:
        return value - promotion.amount * sets
    if promotion.benefit == Promotion.Benefit.PERCENT:
        return round_money(value * promotion.percent / 100, currency)
    return min(promotion.amount * sets, value)
