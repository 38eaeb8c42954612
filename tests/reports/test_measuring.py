"""Reports answer any question as posted credits, charges and orders do, on every engine, and refuse what none can."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ads.models import Credit
from orders.models import OrderLine
from reports.measuring import local
from reports.measuring.asking import ask
from reports.measuring.definition import BadDefinition, parse
from tests.factories import variant

from . import world

pytestmark = pytest.mark.django_db

SOLD = datetime(2026, 3, 3, 4, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)
ENGINES = ["duckdb", "postgres"]
MARCH = {"first": "2026-03-01", "last": "2026-03-19"}


@pytest.fixture
def lived(shop):
    """Sam clicks two ads on the 2nd and 3rd, buys both on the 3rd, half of one goes back on the 5th; another buys."""
    world.fund(shop, at=SOLD - 3 * DAY)
    first, second = variant(shop), variant(shop, price="50")
    sam = uuid.uuid4()
    ads = [world.campaign(shop, goods.product, at=SOLD - 3 * DAY) for goods in (first, second)]
    world.click(ads[0], at=SOLD - DAY, shopper=sam)
    world.click(ads[1], at=SOLD - timedelta(hours=1), shopper=sam)
    order = world.sell(first, 2, at=SOLD, shopper=sam)
    world.sell(second, at=SOLD + timedelta(hours=2), shopper=sam)
    world.sell(first, at=SOLD + 2 * DAY)
    world.refund(order, "100", at=SOLD + 2 * DAY)
    return ads


def answer(shop, engine, **definition):
    document = {"measures": ["gmv"], "period": MARCH} | definition
    return ask(parse(document), [shop], at=NOW, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_sums_are_those_of_posted_credits_charges_and_orders(shop, lived, engine):
    measures = [
        "clicks", "spend", "orders", "units", "gmv", "direct_gmv", "halo_gmv", "claimed_gmv", "refunds", "refunds_done",
        "net_gmv", "roi", "customers", "new_customers", "all_orders", "all_gmv", "organic_gmv", "settled_gmv",
    ]  # fmt: skip
    result = answer(shop, engine, measures=measures)
    told = {measure: result.total[measure] for measure in measures}
    posted = sum(Credit.objects.filter(refund="").values_list("amount", flat=True))
    assert told == {
        "clicks": 2, "spend": 5, "orders": 2, "units": 3, "gmv": posted, "direct_gmv": 250, "halo_gmv": 0,
        "claimed_gmv": 500, "refunds": 100, "refunds_done": 100, "net_gmv": 150, "roi": Decimal(50), "customers": 1,
        "new_customers": 1, "all_orders": 3, "all_gmv": 350, "organic_gmv": 100, "settled_gmv": 0,
    }  # fmt: skip
    assert posted == 250


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_are_split_named_and_compared(shop, lived, engine):
    result = answer(shop, engine, dimensions=["campaign", "day"], measures=["gmv", "clicks"], compare="before")
    rows = {(row.keys[0].code, row.keys[1]): (row["gmv"], row["clicks"], row.was("gmv")) for row in result.rows}
    one, other = (ad.campaign.code for ad in lived)
    assert rows == {
        (one, date(2026, 3, 2)): (0, 1, 0), (one, date(2026, 3, 3)): (200, 0, 0), (other, date(2026, 3, 3)): (50, 1, 0),
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_clocks_and_rules_are_chosen_when_asked(shop, lived, engine):
    by_touch = answer(shop, engine, dimensions=["day"], clock="touch")
    assert {row.keys[0].day: row["gmv"] for row in by_touch.rows} == {2: 200, 3: 50}
    linear = answer(shop, engine, dimensions=["campaign"], rule={"preset": "linear_7d"}, sort="-gmv")
    assert [row["gmv"] for row in linear.rows] == [125, 125]
    assert answer(shop, engine, rule={"changes": {"click": "2h"}}).total["gmv"] == 200
    assert answer(shop, engine, rule={"changes": {"click": "2h", "scope": "product"}}).total["gmv"] == 0
    assert answer(shop, engine, rule={"preset": "gmvmax_all_orders"}).total["gmv"] == 350


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_cancelled_unpaid_is_taken_back_from_what_was_placed(shop, lived, engine):
    dana, shoes = uuid.uuid4(), lived[0].product.variants.get()
    world.click(lived[0], at=SOLD - DAY, shopper=dana)
    world.give_up(world.place(shoes, at=SOLD, shopper=dana), at=SOLD + DAY)
    measures = ["gmv", "refunds", "refunds_done", "net_gmv", "all_gmv", "all_refunds"]

    def told(as_of: datetime) -> list:
        rule = {"changes": {"state": "placed"}}
        total = answer(shop, engine, measures=measures, rule=rule, as_of=as_of.isoformat()).total
        return [total[measure] for measure in measures]

    assert told(NOW) == [350, 200, 200, 150, 450, 200]
    assert told(SOLD + DAY - timedelta(seconds=1)) == [350, 0, 0, 350, 350, 0]


@pytest.mark.parametrize("engine", ENGINES)
def test_gross_profit_is_of_goods_whose_cost_is_known(shop, lived, engine):
    measures = ["costed_gmv", "cogs", "gross_profit", "gross_margin", "poas", "all_gross_profit", "all_gross_margin"]

    def told() -> list:
        total = answer(shop, engine, measures=measures).total
        return [total[measure] for measure in measures]

    assert told() == [0, 0, None, None, None, None, None]
    OrderLine.objects.filter(product=lived[0].product).update(cost=30)
    assert told() == [100, 30, 70, Decimal("0.7"), 14, 140, Decimal("0.7")]


@pytest.mark.parametrize("engine", ENGINES)
def test_as_of_then_is_what_was_known_then(shop, lived, engine):
    early = (SOLD + timedelta(hours=1)).isoformat()
    result = answer(shop, engine, as_of=early, measures=["gmv", "refunds", "all_orders"])
    assert (result.total["gmv"], result.total["refunds"], result.total["all_orders"]) == (200, 0, 1)
    assert result.version == answer(shop, engine, as_of=early, measures=["gmv", "refunds", "all_orders"]).version


def test_what_cannot_be_answered_is_said(shop):
    with pytest.raises(BadDefinition) as refused:
        parse({"measures": ["spend"], "dimensions": ["region"], "period": MARCH})
    assert [(flaw.field, flaw.rule) for flaw in refused.value.flaws] == [("measures", "not_offered")]
    with pytest.raises(BadDefinition) as withheld:
        parse({"measures": ["spend"], "dimensions": ["audience"], "period": MARCH})
    assert [(flaw.field, flaw.rule) for flaw in withheld.value.flaws] == [("dimensions.0", "not_offered")]
    partly = parse({"measures": ["spend", "gmv"], "dimensions": ["region"], "period": MARCH})
    assert partly.offered == ("gmv",)
    claimed = parse({"measures": ["gmv", "organic_gmv", "ad_share"], "rule": {"changes": {"model": "claimed"}}})
    assert claimed.offered == ("gmv",)


def test_days_are_those_of_the_shop_over_every_change_of_its_zone():
    changes = local.offsets("America/New_York", date(2026, 3, 1), date(2026, 3, 31))
    hours = [offset // local.HOUR for _, offset in changes]
    assert (hours, local.micros(datetime(2026, 3, 8, 7, tzinfo=UTC))) == ([-5, -4], changes[1][0])
