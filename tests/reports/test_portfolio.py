"""A key-account manager's overview: what is lent and no more, from sums that grow with merchants and not with days."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from chengfeng import clock
from reports import facts
from shops.models import Delegation, Merchant
from shops.people.rights import Right
from tests import factories

from . import world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = [Right.WALLET_VIEW, Right.ADS_VIEW]


@pytest.fixture
def lend(kai, alice):
    """Let Kai see the reports of a shop, or do more."""

    def lend(merchant: Merchant, *rights: str, until: datetime = NOW + 30 * DAY) -> Delegation:
        return Delegation.objects.create(
            merchant=merchant, delegate=kai, kind="ka", rights=[Right.REPORTS_VIEW, *rights],
            granted_by=alice, starts_at=NOW - 60 * DAY, expires_at=until,
        )  # fmt: skip

    return lend


@pytest.fixture
def shown(client, kai):
    """Return the rows of a page of the portfolio, as Kai sees it now."""
    client.force_login(kai)

    def shown(**query) -> list:
        with clock.at(NOW):
            answer = client.get(reverse("reports:portfolio"), query)
        return [one for one, _spark in answer.context["rows"]]

    return shown


@pytest.fixture
def advertised(shop):
    """Alice's shop: a click and its order four days ago, half of which the wallet could pay once more."""
    world.fund(shop, at=NOW - 30 * DAY, amount="5")
    goods = factories.variant(shop, stock=50)
    shopper = uuid.uuid4()
    world.click(world.campaign(shop, goods.product, at=NOW - 30 * DAY), at=NOW - 4 * DAY, shopper=shopper)
    world.sell(goods, at=NOW - 4 * DAY + timedelta(minutes=5), shopper=shopper)
    return shop


def alerts(one) -> list[str]:
    return [str(alert) for alert in one.alerts]


@pytest.mark.parametrize("has_facts", [False, True])
def test_a_row_tells_of_sales_ads_money_and_what_is_pressing(advertised, lend, shown, has_facts):
    lend(advertised, *ALL, until=NOW + 5 * DAY)
    if has_facts:
        facts.rebuild_history(at=NOW)
    (one,) = shown(period="7")
    assert (one.paid_gmv, one.spend, one.roi, one.growth, one.balance, one.days_left) == (108, 2.5, 40, None, 2.5, 1)
    assert alerts(one) == ["The wallet is nearly empty", "No sales for three days", "The delegation ends soon"]


def test_days_of_long_ago_say_nothing_of_now(advertised, lend, shown):
    lend(advertised, *ALL)
    world.sell(factories.variant(advertised, stock=5), at=NOW - timedelta(hours=2))
    (one,) = shown(**{"from": "2026-01-01", "to": "2026-01-03"})
    assert (one.paid_gmv, one.days_left, alerts(one)) == (0, 1, ["The wallet is nearly empty"])


def test_the_wallet_and_the_ads_are_told_of_only_where_they_are_lent(advertised, foreign_shop, lend, shown):
    lend(advertised)
    lend(foreign_shop, Right.ADS_VIEW)
    (alice, charlie) = shown()
    assert (alice.balance, alice.days_left, alerts(alice)) == (None, None, ["No sales for three days"])
    assert alerts(charlie) == ["No campaign is active"]
    assert [one.merchant for one in shown(sort="balance")] == [alice.merchant, charlie.merchant]


def test_a_delegation_that_was_taken_back_is_at_once_without_effect(shop, lend, shown):
    lent = lend(shop)
    assert [one.merchant for one in shown()] == [shop]
    Delegation.objects.filter(pk=lent.pk).update(revoked_at=NOW)
    assert shown() == []


def test_currencies_are_not_held_against_each_other(lend, shown):
    sold = {"A": ("CNY", "100"), "B": ("USD", "900"), "C": ("CNY", "500")}
    for name, (currency, price) in sold.items():
        merchant = factories.merchant(name, currency=currency)
        lend(merchant)
        world.sell(factories.variant(merchant, stock=5, price=price), at=NOW - DAY)
    assert ["".join(one.name for one in shown(sort=sort)) for sort in ("-paid_gmv", "paid_gmv", "name")] == [
        "CAB", "ACB", "ABC",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [1, 60])
def test_many_merchants_cost_no_more_statements(lend, client, kai, number, django_assert_num_queries):
    for place in range(number):
        lend(factories.merchant(f"M{place}"), Right.WALLET_VIEW)
    client.force_login(kai)
    with clock.at(NOW), django_assert_num_queries(15):  # the last looks for busier days, for in these nobody sold
        answer = client.get(reverse("reports:portfolio"), {"page": 2})
    assert len(answer.context["rows"]) == (1 if number == 1 else 10)
