"""Attribution: who is credited, with exactly how much, through orders and refunds."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from ads import attribution
from ads.attribution import DEFAULT, PRESETS, Key, posting
from ads.attribution.rules import Counted, Goods, Kind, Line, Scope, Touch, choose, credit, split, weigh
from ads.models import ConversionLine, Credit, Event
from shops.models import Product
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from . import adverts

DAY = timedelta(days=1)


def touch(number: int, *, age: timedelta, product: int = 1, brand: str = "", kind: str = "click", **goods) -> Touch:
    at = AT - age
    return Touch(at.date(), uuid.UUID(int=number), kind, number, number, Goods(1, product, brand, **goods), at)


def line(value="10", *, product: int = 1, brand: str = "", currency: str = "CNY", **goods) -> Line:
    return Line(Goods(1, product, brand, **goods), Decimal(value), currency)


def winner(touches, rule=DEFAULT, product=1, brand="") -> int:
    return choose(touches, line(product=product, brand=brand), at=AT, rule=rule)[0].ad


@pytest.mark.parametrize(
    ("ages", "total", "rule", "parts"),
    [
        ([3, 2, 1], 100, "linear_7d", [34, 33, 33]),
        ([4, 3, 2, 1], 1999, "position_7d", [800, 200, 200, 799]),
        ([28, 14, 7, 0], 9999, "decay_7d", [345, 1379, 2758, 5517]),
        ([21, 14, 7, 1, 0], 12345, "decay_7d", [555, 1110, 2220, 4021, 4439]),
        ([1], 100, "position_7d", [100]),
        ([2, 1], 100, "position_7d", [50, 50]),
    ],
)
def test_weights_split_to_the_known_results(ages, total, rule, parts):
    weights = weigh(PRESETS[rule], [age * DAY for age in ages])
    coin = Decimal("0.01")
    assert split(total * coin, weights, coin) == [part * coin for part in parts]


@pytest.mark.parametrize(
    ("value", "currency", "parts"),
    [("100", "JPY", [34, 33, 33]), ("0.01", "CNY", ["0.01", 0, 0]), ("0.0005", "CNY", ["0.0002", "0.0002", "0.0001"])],
)
def test_a_line_is_split_in_coins_of_its_currency(value, currency, parts):
    touches = [touch(n, age=n * DAY) for n in (1, 2, 3)]
    shares = credit(touches, line(value, currency=currency), at=AT, rule=PRESETS["linear_7d"])
    assert [each.amount for each in shares] == [Decimal(part) for part in parts]


def test_precedence_is_product_then_brand_then_recency_then_lowest_id():
    same, brand = touch(1, age=3 * DAY), touch(2, age=2 * DAY, product=2, brand="Mori")
    shop, twin = touch(4, age=DAY, product=3), touch(3, age=DAY, product=3)
    assert winner([twin, shop, brand, same], brand="Mori") == 1
    assert winner([shop, twin, brand], brand="Mori") == 2
    assert winner([shop, twin]) == 3
    assert winner([same, brand, shop, twin], rule=PRESETS["last_recency_7d"]) == 3


@pytest.mark.parametrize(
    ("scope", "shown", "counts"),
    [
        ("sku", {"sku": 7}, True), ("sku", {"sku": 8}, False), ("sku", {}, False),
        ("product", {}, True), ("product", {"product": 2}, False),
        ("brand", {"product": 2, "brand": "Mori"}, True), ("brand", {"brand": "Nami"}, False), ("brand", {}, False),
        ("category", {"product": 2, "category": 5}, True), ("category", {}, False), ("shop", {"product": 2}, True),
    ],
)  # fmt: skip
def test_a_scope_is_tested_on_what_was_sold(scope, shown, counts):
    rule = DEFAULT.with_(counts=(Counted(Kind.CLICK, DAY, Scope(scope)),))
    sold = line(brand="Mori", category=5, sku=7)
    assert bool(credit([touch(1, age=DAY, **shown)], sold, at=AT, rule=rule)) is counts


def test_a_rule_has_a_version_that_changes_with_its_numbers_alone():
    assert DEFAULT.with_(title="Other", clock="touch").version == DEFAULT.version
    assert len({rule.version for rule in (DEFAULT, DEFAULT.with_(half_life=DAY), PRESETS["linear_7d"])}) == 3


@pytest.fixture
def sale(shop):
    """Sam clicked two ads of Alice's shop and buys both products: 30.00 of the first, 9.99 of one never advertised."""
    shopper, first, second = factories.shopper(), adverts.ad(shop), adverts.ad(shop)
    adverts.event(first, shopper=shopper, at=AT - 3 * DAY)
    adverts.event(second, shopper=shopper, at=AT - DAY)
    other = factories.product(shop)
    lines = [adverts.sold("l1", first.product, "30.00"), adverts.sold("l2", other, "9.99")]
    return {
        "merchant": shop, "order_code": "ord_1", "shopper": shopper, "currency": "CNY", "lines": lines, "at": AT,
        "first": first, "second": second,
    }  # fmt: skip


def record(sale):
    return adverts.convert(**{k: v for k, v in sale.items() if k not in {"first", "second"}})


def test_each_line_is_credited_once_with_its_value_and_halo(sale):
    posted = [(c.line.line_code, c.ad, c.amount, c.share, c.is_same_product) for c in record(sale)]
    assert posted == [
        ("l1", sale["first"], Decimal("30.00"), 1, True),
        ("l2", sale["second"], Decimal("9.99"), 1, False),
    ]
    assert record(sale) == list(Credit.objects.order_by("pk"))
    assert Credit.objects.count() == 2


def test_foreign_invalid_and_late_clicks_earn_nothing(sale, foreign_shop):
    sale["shopper"] = factories.shopper()
    adverts.event(adverts.ad(foreign_shop), shopper=sale["shopper"], at=AT - DAY)
    adverts.event(sale["first"], shopper=sale["shopper"], at=AT - DAY, is_valid=False, reason="robot")
    adverts.event(sale["first"], shopper=sale["shopper"], at=AT + timedelta(seconds=1))
    assert record(sale) == []


def test_goods_are_what_they_were_when_shown_and_when_ordered(shop):
    """The earlier click was on the brand that was bought; both are renamed before the order is paid."""
    shopper, bought = factories.shopper(), factories.product(shop, brand="Mori")
    near, far = adverts.ad(shop, advertised=adverts.product(shop, brand="Mori")), adverts.ad(shop)
    for day, ad in ((1, near), (2, far)):
        adverts.event(ad, shopper=shopper, at=AT + day * DAY)
    for product, brand in ((bought, "Nami"), (near.product, "Other")):
        Product.objects.filter(pk=product.pk).update(brand=brand, updated_at=AT + 4 * DAY)
    (posted,) = adverts.convert(
        merchant=shop, order_code="ord_1", shopper=shopper, currency="CNY", lines=[adverts.sold("l1", bought, "30")],
        placed_at=AT + 3 * DAY, at=AT + 5 * DAY,
    )  # fmt: skip
    assert (posted.ad, posted.line.brand) == (near, "Mori")


def test_a_click_that_was_being_written_while_somebody_paid_is_credited(sale):
    record(sale)
    last = adverts.event(sale["first"], shopper=sale["shopper"], at=AT - timedelta(seconds=1))
    assert last.received_at == last.at
    attribution.credit_late(since=AT - DAY, at=AT + DAY)
    assert list(Credit.objects.filter(token=last.token).values_list("line__line_code", "amount", "reason")) == [
        ("l1", 30, "late"), ("l2", Decimal("9.99"), "late"),
    ]  # fmt: skip


def test_refunds_post_the_difference_down_to_zero(sale):
    record(sale)
    steps = [("ref_1", "10.00"), ("ref_2", "0.01"), ("ref_3", "19.99"), ("ref_4", "5")]
    stands = []
    for code, amount in steps:
        attribution.record_refund(refund_code=code, lines={"l1": Decimal(amount)}, at=AT + DAY)
        attribution.record_refund(refund_code=code, lines={"l1": Decimal(amount)}, at=AT + DAY)
        stands.append(sum(Credit.objects.filter(line__line_code="l1").values_list("amount", flat=True)))
    assert stands == [20, Decimal("19.99"), 0, 0]
    assert sum(Credit.objects.filter(line__line_code="l2").values_list("amount", flat=True)) == Decimal("9.99")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_control", [False, True])
def test_refunds_and_judgements_at_once_leave_what_is_due(sale, is_control, monkeypatch):
    """The click that has the second line is found invalid while two refunds of the line are posted."""
    record(sale)
    Event.objects.filter(ad=sale["second"]).update(is_valid=False, reason="robot", rescored_at=AT + DAY)
    gone = Event.objects.get(ad=sale["second"])
    if is_control:
        monkeypatch.setattr(posting, "_locked", lambda **which: ConversionLine.objects.filter(**which))
        monkeypatch.setattr(posting, "_refunds", after_everybody(posting._refunds))
    refunds = [
        lambda n=n: attribution.record_refund(refund_code=f"ref_{n}", lines={"l2": Decimal(n)}, at=AT + DAY)
        for n in (2, 3)
    ]
    at_once([*refunds, lambda: attribution.restate([Key(gone.day, gone.token, gone.kind)], at=AT + DAY)])
    left = dict(Credit.objects.values_list("ad").annotate(left=Sum("amount")))
    due = {sale["first"].pk: Decimal("34.99"), sale["second"].pk: 0}
    assert (left == due) is not is_control


def after_everybody(read):
    """The control: all have read before any of them writes."""

    def reading(*args):
        found = read(*args)
        everybody_has_read()
        return found

    return reading
