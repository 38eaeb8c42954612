"""Money: one rounding, and parts that always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengfeng.money import allocate, minor_unit, round_money

CENT = Decimal("0.01")
amounts = st.decimals(-10_000, 10_000, places=2)


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_parts_sum_to_the_whole_and_stray_less_than_a_cent(total, weights):
    parts = allocate(total, weights, unit=CENT)
    assert sum(parts) == total
    shares = weights if any(weights) else [1] * len(weights)
    assert all(abs(part - total * w / sum(shares)) < CENT for part, w in zip(parts, shares, strict=True))


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [("100", [1, 1, 1], [34, 33, 33]), ("1999", [40, 10, 10, 40], [800, 200, 200, 799]), ("5", [0, 0], [3, 2])],
)
def test_the_largest_remainders_get_what_is_left_ties_going_to_the_earliest(total, weights, parts):
    assert allocate(Decimal(total), weights, unit=Decimal(1)) == parts


@pytest.mark.parametrize(("total", "weights"), [("1", []), ("1", [1, -1]), ("0.001", [1])])
def test_a_split_that_cannot_be_made_is_refused(total, weights):
    with pytest.raises(ValueError, match=r"split|multiple"):
        allocate(Decimal(total), weights, unit=CENT)


def test_rounding_follows_the_currency():
    assert (round_money(Decimal("1.005"), "CNY"), round_money(Decimal("1.5"), "JPY")) == (Decimal("1.01"), Decimal(2))
    assert (minor_unit("CNY"), minor_unit("JPY")) == (CENT, Decimal(1))
