"""What the demo's shops are fitted out with: sensible promotions, a rate for every category, regions that exist."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reports.season.models import Season
from shops.delivery import places
from shops.promotions.rules import objections, settled
from simulation.assortment import topic_of
from simulation.furnishing import banking, delivery, promotions, rates, seasons, services
from simulation.words import reviews
from simulation.words.categories import TREE
from simulation.words.kinds import KINDS
from simulation.words.shops import SHOPS

SHELVES = {shop.slug: set(shop.categories) for shop in SHOPS}
TOPS = {top: {slug for slug, *_ in children} for (top, *_), children in TREE.items()}


def test_promotions_are_such_as_a_form_would_take():
    for shop in SHOPS:
        for gift in promotions.GIFTS.get(shop.slug, ()):
            values = settled(gift.kind, {"title": gift.title, **gift.rules})
            units = dict.fromkeys(gift.bundle, 1)
            assert list(objections(gift.kind, values, units, currency=shop.currency)) == [], gift.title


def test_promotions_are_for_goods_that_the_shop_has():
    for slug, gifts in promotions.GIFTS.items():
        for gift in gifts:
            named = TOPS.get(gift.category, {gift.category}) if gift.category else set()
            assert not named or named & SHELVES[slug], gift.title
            assert set(gift.bundle) <= SHELVES[slug], gift.title


def test_every_category_has_a_rate_between_nothing_and_a_tenth():
    assert set(rates.PERCENT) == set(TOPS)
    assert set(rates.OF_ITS_OWN) <= set().union(*TOPS.values())
    assert all(Decimal(0) < percent <= 10 for percent in [*rates.PERCENT.values(), *rates.OF_ITS_OWN.values()])


def test_goods_are_sent_to_provinces_that_exist():
    known = {f"CN/{place.name}" for place in places.divisions("CN")} | {"CN"}
    templates = [*delivery.DEFAULTS.values(), *(template for template, _ in delivery.OF_CATEGORIES.values())]
    assert {region for _, rows in templates for rate in rows for region in rate["regions"]} <= known


def test_stores_and_accounts_belong_to_shops_of_the_demo():
    shops = {*services.PLACES, *delivery.DEFAULTS, *promotions.GIFTS, *rates.AGREED, banking.WITH_A_CLOSED_ACCOUNT}
    assert shops <= set(SHELVES)
    assert {slug for slug, shelf in SHELVES.items() if shelf & set(services.VALID_DAYS)} == set(services.PLACES)


def test_there_are_words_for_goods_of_every_kind():
    assert {topic_of(kind) for kind in KINDS} <= set(reviews.GOOD)


@pytest.mark.django_db
def test_seasons_of_the_days_lived_through_are_named(oscar):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    seasons.name(oscar, opening=now - timedelta(days=89), now=now)
    assert [(season.title_en, season.first) for season in Season.objects.all()] == [
        ("Double 11 2026", date(2026, 10, 21))
    ]
