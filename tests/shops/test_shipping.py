"""Shipping: what it costs by template and region, the pages and the API of templates, the places that are known."""

import csv
from decimal import Decimal
from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from shops.delivery import places, rates
from shops.delivery.rates import Cost, Destination, Sent
from shops.models import ShippingRate, ShippingTemplate
from shops.people.rights import Right
from shops.tokens import issue
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


PROVINCES = {"rates-TOTAL_FORMS": "2", "rates-INITIAL_FORMS": "0"}


def entered(**fields):
    """A template's form: Guangdong at 8, nothing to Xinjiang, 12 and 2 everywhere else."""
    return {
        "name": "Parcels", "basis": "piece", **PROVINCES,
        "rates-0-provinces": ["CN/广东省"], "rates-0-is_served": "on", "rates-0-first_units": "1",
        "rates-0-first_price": "8", "rates-0-next_units": "1", "rates-0-next_price": "0", "rates-0-free_from": "59",
        "rates-1-provinces": ["CN/新疆维吾尔自治区"],
        "else-is_served": "on", "else-first_units": "1", "else-first_price": "12", "else-next_units": "2",
        "else-next_price": "2",
    } | fields  # fmt: skip


@pytest.fixture
def desk(client, alice, shop):
    client.force_login(alice)
    client.at = f"/console/{shop.code}/shipping/"
    return client


def test_a_template_is_made_shown_previewed_and_archived(desk, shop):
    made = desk.post(f"{desk.at}new/", entered())
    template = ShippingTemplate.objects.get()
    assert (made.status_code, template.is_default) == (302, True)
    stored = [(rate.regions, rate.is_served, rate.first_price, rate.free_from) for rate in template.rates.all()]
    assert stored == [
        (["CN/广东省"], True, 8, 59),
        (["CN/新疆维吾尔自治区"], False, 0, None),
        ([], True, 12, None),
    ]
    page = desk.get(made.url, {"units": "4", "to": "FR", "value": ""})
    assert page.context["price"] == 16
    assert desk.get(made.url, {"units": "4", "to": "CN/新疆维吾尔自治区"}).context["price"] is None
    desk.post(f"{made.url}archive/")
    assert desk.get(made.url).status_code == 404


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": ""}, "form"),
        ({"rates-0-first_price": ""}, "table"),
        ({"rates-0-first_price": "0.001"}, "table"),
        ({"rates-1-provinces": ["CN/广东省"]}, "table"),
        ({"rates-1-countries": ["XX"]}, "table"),
        ({"else-next_price": ""}, "elsewhere"),
        ({"rates-0-is_served": "", "else-is_served": ""}, "whole"),
    ],
)
def test_a_bad_template_is_refused_in_words(desk, fields, where):
    refused = desk.post(f"{desk.at}new/", entered(**fields))
    found = {
        "form": bool(refused.context["form"].errors),
        "table": any(refused.context["table"].errors),
        "elsewhere": bool(refused.context["elsewhere"].errors),
        "whole": bool(refused.context["table"].non_form_errors()),
    }
    assert (refused.status_code, [name for name, is_wrong in found.items() if is_wrong]) == (422, [where])
    assert not ShippingTemplate.objects.exists()


def test_a_second_default_takes_over_and_an_old_version_is_refused(desk, shop):
    desk.post(f"{desk.at}new/", entered())
    desk.post(f"{desk.at}new/", entered(name="Heavy", is_default="on"))
    first, heavy = ShippingTemplate.objects.order_by("pk")
    assert (first.is_default, heavy.is_default) == (False, True)
    assert desk.post(f"{desk.at}{first.code}/", entered(version="1", name="Heavy")).status_code == 422
    assert desk.post(f"{desk.at}{first.code}/", entered(version="1")).status_code == 302
    assert desk.post(f"{desk.at}{first.code}/", entered(version="1")).status_code == 409


def test_products_are_sent_by_the_template_they_are_given(desk, shop, foreign_shop):
    desk.post(f"{desk.at}new/", entered())
    template = ShippingTemplate.objects.get()
    mine, other, foreign = (factories.product(of) for of in (shop, shop, foreign_shop))
    page = f"{desk.at}{template.code}/products/"
    desk.post(page, {"by": "this", "product": [mine.code, other.code, foreign.code]})
    desk.post(page, {"by": "default", "product": [other.code]})
    kept = [(product.refresh_from_db(), product.shipping_template_id)[1] for product in (mine, other, foreign)]
    assert kept == [template.pk, None, None]
    assert [product.code for product in desk.get(page, {"which": "this"}).context["page"]] == [mine.code]
    desk.post(f"{desk.at}{template.code}/archive/")
    mine.refresh_from_db()
    assert mine.shipping_template is None


def test_programs_keep_templates_too(shop, alice):
    client = APIClient()
    _, secret = issue(merchant=shop, name="till", rights=list(Right), by=alice, at=AT)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}", HTTP_IDEMPOTENCY_KEY="k")
    home = {"regions": ["CN/广东省"], "first_price": "8"}
    asked = {"name": "Parcels", "basis": "weight", "rates": [home, {"regions": [], "first_price": "12"}]}
    made = client.post("/api/v1/shipping-templates", asked, format="json")
    assert (made.status_code, made.data["is_default"], len(made.data["rates"])) == (201, True, 2)
    at = f"/api/v1/shipping-templates/{made.data['code']}"
    wrong = client.patch(at, {"rates": [home, {"regions": ["CN/Atlantis"]}]}, format="json")
    assert [(error["field"], error["rule"]) for error in wrong.json()["errors"]] == [
        ("rates.1.regions", "unknown_place")
    ]
    assert client.patch(at, {"version": 1, "name": "Boxes"}, format="json").data["version"] == 2
    assert client.patch(at, {"version": 1, "name": "Bags"}, format="json").status_code == 409
    assert client.patch(at, {"is_archived": True}, format="json").data["is_archived"] is True
    assert client.get("/api/v1/shipping-templates").data == []


def test_the_divisions_of_china_are_known(real_data):
    """All provinces, all cities that have a government of their own, and most districts."""
    folder = real_data("cn_divisions")
    provinces, cities, areas = (
        list(csv.DictReader((folder / f"{name}.csv").open(encoding="utf-8")))
        for name in ("provinces", "cities", "areas")
    )
    above = {row["code"]: row["name"] for row in provinces}
    home = {row["code"]: (above[row["provinceCode"]], row["name"]) for row in cities}

    def known(*path):
        return {place.key for place in places.divisions("CN", *path)}

    assert {row["name"] for row in provinces} == known()
    unknown = [name for province, name in home.values() if name not in known(province)]
    assert {name for name in unknown if not name.endswith(("行政区划", "市辖区", "县"))} == set()
    found = [row["name"] in (known(*home[row["cityCode"]]) or known(home[row["cityCode"]][0])) for row in areas]
    assert sum(found) >= 2600
