"""Pricing: what promotions take off, in which order, to the cent, and why a coupon takes nothing off."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.models import Promotion
from shops.promotions.pricing import price
from shops.promotions.terms import Line, Terms, Why
from tests.factories import AT

ALICE, CHARLIE = 1, 2


def terms(kind, benefit, amount=None, *, merchant=ALICE, products=(), categories=None, hers=False, times=0, **fields):
    """A promotion of Alice's (or of the platform: merchant=None); `amount` is money, or percent."""
    value = {"percent": Decimal(amount)} if benefit == "percent" else {"amount": amount and Decimal(amount)}
    defaults = {"state": "active", "currency": "CNY", "starts_at": AT, "threshold": Decimal(0)}
    made = Promotion(kind=kind, benefit=benefit, merchant_id=merchant, **defaults | value | fields)
    made.pk = next(numbers)
    return Terms(made, dict(products), categories, hers, times)


numbers = iter(range(1, 10**9))


def line(price, quantity=1, *, product=1, merchant=ALICE, **fields):
    return Line(next(numbers), merchant, product, fields.pop("category", None), quantity, Decimal(price), **fields)


def priced(lines, *running, chosen=(), known_at=(), at=AT, currency="CNY"):
    return price(lines, running, currency=currency, at=at, chosen=chosen, known_at=known_at)


def off(result) -> list[tuple[int, Decimal]]:
    return [(reduction.line, reduction.amount) for reduction in result.reductions]


def saved(result) -> Decimal:
    return sum((reduction.amount for reduction in result.reductions), Decimal(0))


@pytest.mark.parametrize(
    ("benefit", "amount", "expected"), [("price", "100", 55), ("fixed", "20", 40), ("percent", "10", Decimal("25.5"))]
)
def test_complete_sets_are_bundles(benefit, amount, expected):
    goods = [line(60, 3, product=1), line(30, 3, product=2), line(45, 1, product=2)]
    bundle = terms("bundle", benefit, amount, products={1: 1, 2: 2})
    result = priced(goods, bundle)
    # two sets: 60+45+30 and 60+30+30
    assert saved(result) == expected
    assert {index for index, _ in off(result)} == {0, 1, 2}


def test_a_set_that_is_cheaper_without_its_bundle_stays_as_it_is():
    goods = [line(60, 1), line(10, 1)]
    assert saved(priced(goods, terms("bundle", "price", "50", products={1: 1}))) == 10


def test_units_go_into_one_bundle_the_better_one():
    goods = [line(100, 1)]
    better = terms("bundle", "fixed", "30", products={1: 1})
    result = priced(goods, terms("bundle", "fixed", "20", products={1: 1}), better)
    assert [(r.promotion, r.amount) for r in result.reductions] == [(better.promotion, 30)]


@pytest.mark.parametrize(
    ("value", "repeats", "cap", "expected"),
    [
        ("199.99", True, None, 0),
        (200, False, None, 30),
        (650, False, None, 30),
        (650, True, None, 90),
        (650, True, "70", 70),
    ],
)
def test_a_threshold_is_reached_once_or_again(value, repeats, cap, expected):
    threshold = terms("threshold", "fixed", "30", threshold=Decimal(200), repeats=repeats, cap=cap and Decimal(cap))
    assert saved(priced([line(value)], threshold)) == expected


def test_the_best_threshold_wins_and_a_merchants_goods_count_once():
    low = terms("threshold", "fixed", "10", threshold=Decimal(100))
    high = terms("threshold", "fixed", "40", threshold=Decimal(300))
    across = terms("threshold", "fixed", "30", threshold=Decimal(200), merchant=None)
    result = priced([line(300), line(250, merchant=CHARLIE)], low, across, high)
    assert [(r.promotion, r.line, r.amount) for r in result.reductions] == [
        (high.promotion, 0, 40),
        (across.promotion, 1, 30),
    ]


def test_everything_in_its_order_on_what_is_left():
    bundle = terms("bundle", "price", "150", products={1: 2})
    threshold = terms("threshold", "fixed", "50", threshold=Decimal(250))
    mine = terms("coupon", "percent", "10", threshold=Decimal(200))
    platform = terms("coupon", "fixed", "30", threshold=Decimal(180), merchant=None)
    shipping = terms("threshold", "shipping", threshold=Decimal(150))
    result = priced([line(100, 2), line(100, product=2)], shipping, platform, mine, threshold, bundle, chosen=None)
    by = {}
    for reduction in result.reductions:
        by[reduction.promotion] = by.get(reduction.promotion, 0) + reduction.amount
    assert list(by.items()) == [
        (bundle.promotion, 50), (threshold.promotion, 50), (mine.promotion, 20), (platform.promotion, 30)
    ]  # fmt: skip
    assert result.free_shipping == {ALICE: shipping.promotion}


def test_a_coupon_of_the_platform_counts_the_whole_checkout():
    coupon = terms("coupon", "fixed", "10", threshold=Decimal(100), merchant=None)
    goods = [line("33.33"), line("33.33", merchant=CHARLIE), line("33.34", merchant=CHARLIE)]
    assert off(priced(goods, coupon, chosen=[coupon.promotion.code])) == [
        (0, Decimal("3.33")), (1, Decimal("3.33")), (2, Decimal("3.34"))
    ]  # fmt: skip


def test_the_price_of_a_flash_sale_is_final():
    coupon = terms("coupon", "fixed", "10", word="SAVE")
    result = priced([line(100, takes_promotions=False)], coupon, chosen=["SAVE"])
    assert (off(result), result.refused[0].why) == ([], Why.NOT_FOR_THESE_GOODS)


LATER = AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("why", "fields", "known_at"),
    [
        (Why.NOT_STARTED, {"starts_at": LATER}, ()),
        (Why.ENDED, {"starts_at": AT - timedelta(days=2), "ends_at": AT}, ()),
        (Why.ENDED, {"state": "paused"}, ()),
        (Why.USED_UP, {"limit": 3, "used": 3}, ()),
        (Why.USED_UP, {"budget": Decimal(100), "spent": Decimal(95)}, ()),
        (Why.USED_BY_YOU, {"per_shopper": 1, "times": 1}, ()),
        (Why.NEW_CUSTOMERS_ONLY, {"new_customers_only": True}, {ALICE, None}),
        (Why.NOT_YOURS, {"is_public": False}, ()),
        (Why.NOT_FOR_THESE_GOODS, {"products": {9: 1}}, ()),
        (Why.NOT_FOR_THESE_GOODS, {"categories": {9}}, ()),
        (Why.BELOW_THRESHOLD, {"threshold": Decimal("100.01")}, ()),
    ],
)
def test_why_a_coupon_takes_nothing_off(why, fields, known_at):
    coupon = terms("coupon", "fixed", "10", **fields)
    result = priced([line(100)], coupon, chosen=[coupon.promotion.code], known_at=known_at)
    assert (off(result), [refusal.why for refusal in result.refused]) == ([], [why])


def test_what_is_missing_is_told_and_nobody_knows_some_words():
    coupon = terms("coupon", "fixed", "10", threshold=Decimal(120), word="spring")
    result = priced([line(100)], coupon, chosen=["SPRING", "SUMMER"])
    assert [(r.chosen, r.why, r.missing) for r in result.refused] == [
        ("SUMMER", Why.UNKNOWN, 0), ("SPRING", Why.BELOW_THRESHOLD, 20)
    ]  # fmt: skip


def test_one_coupon_of_a_shop_the_better_one_and_a_word_opens_a_hidden_one():
    small, big = terms("coupon", "fixed", "10"), terms("coupon", "fixed", "20", is_public=False, word="BIG")
    result = priced([line(100)], small, big, chosen=[small.promotion.code, " big "])
    assert result.coupons == [big.promotion]
    assert [(r.promotion, r.why) for r in result.refused] == [(small.promotion, Why.OTHER_COUPON_BETTER)]


def test_a_coupon_beaten_by_another_is_not_called_below_its_threshold():
    small, big = terms("coupon", "fixed", "10", threshold=Decimal(90)), terms("coupon", "fixed", "20")
    result = priced([line(100)], small, big, chosen=[small.promotion.code, big.promotion.code])
    assert [refusal.why for refusal in result.refused] == [Why.OTHER_COUPON_BETTER]


def test_other_coupons_are_offered_with_what_they_would_save():
    small, far = terms("coupon", "fixed", "10"), terms("coupon", "fixed", "50", threshold=Decimal(150))
    result = priced([line(100)], small, far)
    assert sorted((c.amount, c.missing) for c in result.choices) == [(0, 50), (10, 0)]


@pytest.mark.parametrize(
    ("value", "repeats", "missing", "amount"), [(188, False, 12, 20), (200, True, 200, 40), (388, True, 12, 40)]
)
def test_what_is_missing_to_the_next_threshold(value, repeats, missing, amount):
    threshold = terms("threshold", "fixed", "20", threshold=Decimal(200), repeats=repeats)
    (near,) = priced([line(value)], threshold).near
    assert (near.missing, near.amount, near.merchant) == (missing, amount, ALICE)


def test_nothing_is_missing_where_the_best_is_reached():
    low = terms("threshold", "fixed", "10", threshold=Decimal(100))
    high = terms("threshold", "fixed", "40", threshold=Decimal(300))
    assert priced([line(300)], low, high).near == []


def test_yen_have_no_cents():
    coupon = terms("coupon", "percent", "15", currency="JPY")
    goods = [line(333, 1), line(334, 1)]
    assert off(priced(goods, coupon, chosen=None, currency="JPY")) == [(0, 50), (1, 50)]


cents = st.integers(1, 50_000).map(lambda n: Decimal(n) / 100)
goods = st.lists(
    st.builds(line, cents, st.integers(1, 9), product=st.integers(1, 3), merchant=st.sampled_from([ALICE, CHARLIE]),
              takes_promotions=st.booleans()),
    min_size=1, max_size=6,
)  # fmt: skip
money = st.one_of(
    st.tuples(st.just("fixed"), cents.map(str)),
    st.tuples(st.just("percent"), st.integers(1, 10_000).map(lambda n: str(Decimal(n) / 100))),
)


@st.composite
def promotions(draw):
    kind = draw(st.sampled_from(["bundle", "threshold", "coupon"]))
    benefit, amount = draw(money)
    products = draw(st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=kind == "bundle", max_size=2))
    return terms(
        kind, benefit, amount, products=products, merchant=draw(st.sampled_from([ALICE, CHARLIE, None])),
        threshold=draw(st.one_of(st.just(Decimal(0)), cents)), repeats=draw(st.booleans()),
        cap=draw(st.none() | cents), budget=draw(st.none() | cents),
    )  # fmt: skip


STEP = {"bundle": 0, "threshold": 1}


@given(goods, st.lists(promotions(), max_size=6))
def test_no_line_is_ever_below_zero_and_every_promise_is_kept(lines, running):
    result = priced(lines, *running, chosen=None)
    for index, bought in enumerate(lines):
        assert 0 <= result.off(index) <= (bought.value if bought.takes_promotions else 0)
    by = {}
    for reduction in result.reductions:
        assert reduction.amount > 0
        assert reduction.amount == reduction.amount.quantize(Decimal("0.01"))
        by.setdefault(reduction.promotion, []).append(reduction)
    for promotion, parts in by.items():
        total = sum(part.amount for part in parts)
        assert total <= min(limit for limit in (promotion.cap, promotion.budget, total) if limit is not None)
        assert {lines[part.line].merchant for part in parts} <= {
            promotion.merchant_id or ALICE,
            promotion.merchant_id or CHARLIE,
        }
    steps = [STEP.get(p.kind, 2 if p.merchant_id else 3) for p in by]
    assert steps == sorted(steps)
    of_a_kind = [(p.merchant_id, p.kind) for p in by if p.kind == "coupon"]
    assert len(of_a_kind) == len(set(of_a_kind))


@given(goods, promotions(), st.integers(0, 5))
def test_buying_more_never_saves_less(lines, running, which):
    lines = [bought for bought in lines if bought.takes_promotions]
    if not lines or running.promotion.budget is not None:
        return
    chosen = lines[which % len(lines)]
    more = [
        line(b.unit_price, b.quantity + 1, product=b.product, merchant=b.merchant) if b is chosen else b for b in lines
    ]
    assert saved(priced(more, running, chosen=None)) >= saved(priced(lines, running, chosen=None))


@given(goods, st.lists(promotions(), max_size=5), st.randoms())
def test_the_order_in_which_promotions_are_read_does_not_matter(lines, running, random):
    shuffled = random.sample(running, len(running))
    assert priced(lines, *running, chosen=None).reductions == priced(lines, *shuffled, chosen=None).reductions
