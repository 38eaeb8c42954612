"""Quantiles of what has weights."""

from collections.abc import Iterable, Sequence


def quantiles(pairs: Iterable[tuple[float, float]], parts: Sequence[float]) -> list[float]:
    """Return the values below which lie these parts of the weight; pairs are values with their weights."""
    ordered = sorted(pairs)
    whole, found, passed = sum(weight for _value, weight in ordered), [], 0.0
    left = list(parts)
    for value, weight in ordered:
        passed += weight
        while left and passed >= left[0] * whole - 1e-9:
            found.append(value)
            left.pop(0)
    return found
