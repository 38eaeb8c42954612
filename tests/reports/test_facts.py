"""Facts say what raw rows say, are rebuilt when those change, and meet the live numbers without a seam."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ads.attribution import Key
from ads.models import Event
from ads.validity.withdrawing import withdraw
from chengfeng.periods import local_date
from reports import dirty, facts, invariants, reading
from reports.metrics import total, value
from reports.models import CampaignDayFact, MerchantDay, PaymentDay, ProductDay
from reports.sources import Grain
from tests.factories import variant

from . import world

pytestmark = pytest.mark.django_db

LAST_WEEK = datetime(2026, 3, 3, 4, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 17, tzinfo=UTC)  # 01:00 on the 3rd in Shanghai
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.fixture
def goods(shop):
    world.fund(shop, at=LAST_WEEK)
    return variant(shop)


@pytest.fixture
def told(shop, goods):
    """One sale by an ad and half refunded, one without, one that nobody paid; on 3 March, the refund on the 5th."""
    shopper = uuid.uuid4()
    ad = world.campaign(shop, goods.product, at=LAST_WEEK)
    world.click(ad, at=LAST_WEEK - timedelta(hours=1), shopper=shopper)
    world.event(ad, "click", at=NIGHT, shopper=shopper, token=uuid.uuid4(), is_valid=False, reason="repeat")
    by_ad = world.sell(goods, 2, at=LAST_WEEK, shopper=shopper)
    world.sell(goods, at=NIGHT, method="boleto")
    world.place(goods, at=NIGHT)
    world.refund(by_ad, "100", at=LAST_WEEK + timedelta(days=2))
    return ad


def row(model, **filters) -> dict:
    found = model.objects.filter(**filters).values().get()
    return {name: number for name, number in found.items() if number and name not in HOUSEKEEPING}


HOUSEKEEPING = {"id", "merchant_id", "day", "campaign_id", "product_id", "rebuilt_at", "complete_through"}
ADS = {
    "impressions": 1, "viewable": 1, "clicks": 1, "invalid_clicks": 1, "spend": Decimal("2.5"),
    "ad_orders": 1, "ad_gmv": Decimal(200), "ad_direct_gmv": Decimal(200), "ad_new_gmv": Decimal(200),
    "ad_claimed": Decimal(200),
}  # fmt: skip
BUYERS = {"new_buyers": 2, "new_gmv": Decimal(300), "brand_new_gmv": Decimal(300)}


def test_a_day_is_what_its_rows_are(shop, told):
    facts.rebuild(shop, date(2026, 3, 3), at=NOW)
    assert row(MerchantDay) == ADS | BUYERS | {
        "placed_orders": 3, "placed_value": Decimal(424), "paid_orders": 2, "units": 3, "item_value": Decimal(300),
        "freight": Decimal(16), "paid_gmv": Decimal(316), "is_final": True,
    }  # fmt: skip
    assert row(CampaignDayFact) == ADS
    assert row(ProductDay) == ADS | BUYERS | {"paid_orders": 2, "units": 3, "line_value": Decimal(300)}
    methods = PaymentDay.objects.order_by("method").values_list("method", "payments", "amount")
    assert list(methods) == [("boleto", 1, 108), ("credit_card", 1, 208)]


def test_a_refund_counts_on_its_own_day(shop, told):
    facts.rebuild_days([(shop, date(2026, 3, 3)), (shop, date(2026, 3, 5))], at=NOW)
    assert row(MerchantDay, day=date(2026, 3, 5)) == {
        "refunds": Decimal(100), "refund_count": 1, "ad_refunds": Decimal(100), "is_final": True,
    }  # fmt: skip
    assert MerchantDay.objects.get(day=date(2026, 3, 3)).refunds == 0


def test_rebuilding_again_changes_nothing(shop, told):
    facts.rebuild(shop, date(2026, 3, 3), at=NOW)
    before = row(MerchantDay), row(ProductDay)
    facts.rebuild(shop, date(2026, 3, 3), at=NOW)
    assert (row(MerchantDay), row(ProductDay)) == before


def test_days_are_found_by_their_rows(shop, foreign_shop, told):
    """Days with rows, and yesterday, which closes the gap to today; then only what is not final."""
    facts.rebuild_history(at=NOW)
    days = MerchantDay.objects.order_by("merchant_id", "day").values_list("merchant", "day__day")
    assert list(days) == [(shop.pk, 3), (shop.pk, 5), (shop.pk, 9), (foreign_shop.pk, 9)]
    for minutes in (5, 10):
        facts.rebuild_history(at=NOW + timedelta(minutes=minutes))
    yesterday = date(2026, 3, 9)
    found = dirty.days(at=NOW + timedelta(minutes=15))
    assert sorted((merchant.pk, day) for merchant, day in found) == [(shop.pk, yesterday), (foreign_shop.pk, yesterday)]


def test_what_is_judged_again_restates_its_day_and_is_given_back_on_its_own(shop, goods, told, bob):
    """The closed day of the click loses click and sale; the money comes back on the day on which that was found."""
    for minutes in (0, 5, 10):
        facts.rebuild_history(at=NOW + timedelta(minutes=minutes))
    click = Event.objects.get(kind="click", is_valid=True)
    found = {Key(click.day, click.token, "click"): "appeal"}
    withdrawn = withdraw({click.campaign_id: found}, at=NOW + timedelta(minutes=11))
    assert (len(withdrawn.events), withdrawn.returned) == (1, Decimal("2.5"))
    assert {day for _, day in dirty.days(at=NOW + timedelta(days=1))} >= {date(2026, 3, 3), date(2026, 3, 10)}
    facts.rebuild_history(at=NOW + timedelta(days=1))
    then, now = (MerchantDay.objects.get(merchant=shop, day=date(2026, 3, day)) for day in (3, 10))
    assert (then.clicks, then.invalid_clicks, then.ad_orders, then.ad_gmv, then.spend) == (0, 2, 0, 0, Decimal("2.5"))
    assert (now.ad_credits, now.spend) == (Decimal("2.5"), Decimal("-2.5"))
    of_product = ProductDay.objects.get(day=date(2026, 3, 10), product=told.product)
    assert (of_product.ad_credits, of_product.spend) == (Decimal("2.5"), Decimal("-2.5"))
    assert invariants.check({"I21", "I24", "I25"}) == []


def test_every_campaign_that_was_clicked_claims_the_sale_for_itself(shop, goods):
    """Two campaigns claim it twice; a third, clicked too long before, does not, and of two clicks one is enough."""
    shopper, other = uuid.uuid4(), variant(shop)
    ads = [world.campaign(shop, other.product, at=LAST_WEEK, name=name) for name in ("a", "b", "old")]
    for ad, hours in zip([*ads, ads[0]], (1, 2, 7 * 24 + 1, 3), strict=True):
        world.click(ad, at=LAST_WEEK - timedelta(hours=hours), shopper=shopper)
    world.sell(goods, 2, at=LAST_WEEK, shopper=shopper)
    facts.rebuild_history(at=NOW)
    claimed = CampaignDayFact.objects.filter(ad_claimed__gt=0).order_by("campaign")
    assert list(claimed.values_list("campaign", "ad_claimed")) == [(ad.campaign_id, 200) for ad in ads[:2]]
    day = MerchantDay.objects.get(merchant=shop, day=date(2026, 3, 3))
    assert (day.ad_claimed, day.ad_gmv) == (400, 200)
    assert ProductDay.objects.get(day=date(2026, 3, 3), product=goods.product).ad_claimed == 400


def test_a_click_that_nobody_is_credited_with_takes_its_claim_along_when_it_is_found_invalid(shop, goods):
    shopper = uuid.uuid4()
    ads = [world.campaign(shop, goods.product, at=LAST_WEEK, name=name) for name in ("a", "b")]
    clicks = [world.click(ad, at=LAST_WEEK - timedelta(days=4 - n), shopper=shopper) for n, ad in enumerate(ads)]
    world.sell(goods, at=LAST_WEEK, shopper=shopper)
    for minutes in (0, 5, 10):
        facts.rebuild_history(at=NOW + timedelta(minutes=minutes))
    first = clicks[0]
    withdraw({first.campaign_id: {Key(first.day, first.token, "click"): "appeal"}}, at=NOW + timedelta(minutes=11))
    facts.rebuild_history(at=NOW + timedelta(minutes=15))
    assert MerchantDay.objects.get(merchant=shop, day=date(2026, 3, 3)).ad_claimed == 100


def test_sales_by_ads_are_counted_by_click_and_by_settlement_too(shop, goods):
    shopper, clicked, settled = uuid.uuid4(), LAST_WEEK - timedelta(days=2), LAST_WEEK + timedelta(days=1)
    world.click(world.campaign(shop, goods.product, at=LAST_WEEK), at=clicked, shopper=shopper)
    world.pay_out(world.sell(goods, at=LAST_WEEK, shopper=shopper), at=LAST_WEEK)
    facts.rebuild_history(at=NOW)
    by_day = {row["day"]: row for row in reading.days(reading.span([shop], date(2026, 2, 1), NOW.date(), at=NOW))}
    for day, by in ((clicked, "touch"), (settled, "settled")):
        found = by_day[day.date()]
        sums = [found[f"{by}_{what}"] for what in ("orders", "gmv", "refunds")]
        assert (sums, found["ad_orders"], found["ad_gmv"]) == ([1, 100, 5], 0, 0)


def test_who_bought_within_a_year_is_no_new_buyer(shop, goods):
    shopper = uuid.uuid4()
    for days in (1, 0):
        world.sell(goods, at=LAST_WEEK - timedelta(days=days), shopper=shopper)
    facts.rebuild_history(at=NOW)
    days = MerchantDay.objects.filter(merchant=shop, paid_orders=1).order_by("day")
    assert [(day.new_buyers, day.new_gmv) for day in days] == [(1, 100), (0, 0)]
    assert [(day.returning_orders, day.returning_gmv) for day in days] == [(0, 0), (1, 100)]


def test_a_row_that_comes_late_makes_its_day_dirty(shop, goods, told):
    for minutes in (0, 5, 10):
        facts.rebuild_history(at=NOW + timedelta(minutes=minutes))
    world.sell(goods, at=LAST_WEEK)
    assert (shop, date(2026, 3, 3)) in dirty.days(at=NOW + timedelta(minutes=15))
    facts.rebuild_history(at=NOW + timedelta(minutes=15))
    assert MerchantDay.objects.get(day=date(2026, 3, 3)).paid_orders == 3


def test_a_paid_order_shows_at_once_and_closed_days_come_from_facts(shop, goods, told):
    facts.rebuild_history(at=NOW)
    MerchantDay.objects.filter(day=date(2026, 3, 3)).update(paid_orders=70)
    world.sell(goods, at=NOW)
    span = reading.span([shop], date(2026, 3, 1), date(2026, 3, 31), at=NOW)
    rows = reading.days(span)
    assert [(r["day"].day, r["paid_orders"]) for r in rows] == [(3, 70), (5, 0), (9, 0), (10, 1)]
    assert rows[-1]["day"] == local_date(NOW, shop.time_zone)


def test_facts_and_live_agree_at_every_grain(shop, told):
    def read():
        span = reading.span([shop], date(2026, 3, 1), date(2026, 3, 10), at=NOW)
        return [[r for r in reading.days(span, grain=grain) if any_measure(r)] for grain in Grain]

    live = read()
    facts.rebuild_history(at=NOW)
    assert read() == live
    assert [len(rows) for rows in live] == [2, 2, 2, 2]


def any_measure(found: dict) -> bool:
    return any(total([found]).values())


def test_hours_are_those_of_the_shop(shop, told):
    found = reading.hours(shop, date(2026, 3, 3))
    assert [(r["hour"], r["paid_orders"], r["clicks"]) for r in found] == [(1, 1, 0), (11, 0, 1), (12, 1, 0)]


def test_ratios_come_from_sums_and_nothing_is_divided_by_zero():
    sums = total([{"ad_gmv": Decimal(30), "spend": Decimal(5)}, {"ad_gmv": Decimal(10), "spend": Decimal(15)}])
    assert (value("roi", sums), value("ctr", sums), value("organic_gmv", sums)) == (2, None, -40)
