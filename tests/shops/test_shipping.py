"""Shipping costs: by template and region, or flat."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from shops.delivery import rates
from shops.delivery.rates import Cost, Destination, Sent
from shops.models import ShippingRate, ShippingTemplate
from tests import factories
from tests.factories import AT

GUANGDONG, XINJIANG = Destination("CN", "广东省"), Destination("CN", "新疆")
PARIS = Destination("FR", "")


def sent(pieces=1, *, value="30", template=None, grams=None, is_service=False):
    product = SimpleNamespace(shipping_template_id=template, is_service=is_service)
    variant = SimpleNamespace(merchant_id=1, product=product, grams=grams)
    return Sent(variant, pieces, Decimal(value))


def rate(*regions, first="10", more="2", basis="piece", **fields):
    template = ShippingTemplate(basis=basis)
    prices = {"first_price": Decimal(first), "next_price": Decimal(more)}
    units = {"first_units": Decimal(1), "next_units": Decimal(1)}
    return ShippingRate(template=template, regions=list(regions), **units | prices | fields)


def cost(*items, to=GUANGDONG, currency="CNY", default=None, **by_pk):
    templates = rates.Templates({int(key[1:]): rows for key, rows in by_pk.items()}, default)
    return rates.cost(items, destination=to, currency=currency, templates={1: templates})


@pytest.mark.parametrize(
    ("to", "amount"), [(GUANGDONG, "8"), (Destination("CN", "北京市"), "12"), (PARIS, "90"), (Destination(), "90")]
)
def test_the_closest_region_wins(to, amount):
    near, home, far = rate("CN/广东省", first="8"), rate("CN", first="12"), rate(first="90")
    assert cost(sent(), to=to, default=7, t7=[far, home, near]) == Cost(Decimal(amount), [])


@pytest.mark.parametrize(("pieces", "amount"), [(1, "10"), (2, "10"), (3, "12.50"), (5, "12.50"), (6, "15.00")])
def test_further_pieces_cost_by_begun_lots(pieces, amount):
    row = rate(more="2.5", first_units=Decimal(2), next_units=Decimal(3))
    assert cost(sent(pieces), default=7, t7=[row]).amount == Decimal(amount)


def test_weight_counts_in_kilograms_and_what_nobody_weighed_as_one():
    row = rate(basis="weight", next_units=Decimal("0.5"))
    assert cost(sent(3, grams=400), default=7, t7=[row]).amount == Decimal(12)  # 1.2 kg: one begun half more
    assert cost(sent(2), default=7, t7=[row]).amount == Decimal(14)


def test_free_from_counts_all_goods_but_no_services():
    row = rate(free_from=Decimal(60))
    assert cost(sent(), sent(), default=7, t7=[row]).amount == 0
    assert cost(sent(), sent(is_service=True), default=7, t7=[row]).amount == 10


def test_templates_are_counted_apart_and_added():
    items = (sent(2), sent(1, template=8))
    assert cost(*items, default=7, t7=[rate()], t8=[rate(first="30")]).amount == Decimal(42)


def test_what_is_not_sent_there_is_named():
    heavy = sent(template=8)
    nowhere = rate("CN/新疆", is_served=False)
    found = cost(sent(), heavy, to=XINJIANG, default=7, t7=[rate()], t8=[nowhere, rate()])
    assert found == Cost(Decimal(10), [heavy])
    assert cost(heavy, to=PARIS, t8=[rate("CN")]).not_served == [heavy]


def test_without_a_place_it_is_an_estimate():
    rows = [rate("CN/广东省", first="8"), rate(first="12")]
    assert cost(sent(), to=None, default=7, t7=rows) == Cost(Decimal(12), [], is_estimate=True)
    assert cost(sent(), to=None) == Cost(Decimal(10), [])


@pytest.mark.parametrize(
    ("currency", "value", "amount"),
    [("CNY", "98.99", "10"), ("CNY", "99", "0"), ("USD", "49", "5"), ("JPY", "1979", "200"), ("JPY", "1980", "0")],
)
def test_flat_where_there_is_no_template(currency, value, amount):
    assert cost(sent(value=value), currency=currency).amount == Decimal(amount)


def test_services_cost_nothing():
    assert cost(sent(is_service=True), default=7, t7=[rate()]).amount == 0


def test_templates_come_in_one_query(shop, foreign_shop, django_assert_num_queries):
    kinds = [(shop, "all", None), (shop, "old", AT), (shop, "big", None), (foreign_shop, "all", None)]
    made = [
        ShippingTemplate.objects.create(
            merchant=of, name=name, is_default=name == "all", created_at=AT, archived_at=gone
        )
        for of, name, gone in kinds
    ]
    for template in made:
        template.rates.create(first_price=9)
    merchants = [shop, factories.merchant()]
    with django_assert_num_queries(1):
        found = rates.templates_of(merchants)
    assert {pk: (set(own.by_pk), own.default) for pk, own in found.items()} == {
        shop.pk: ({made[0].pk, made[2].pk}, made[0].pk)
    }
