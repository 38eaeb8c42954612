"""Results of campaigns: the same rows by campaign, group, ad, keyword, placement, day and hour add up to the same."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from ads import performance
from ads.attribution import DEFAULT
from ads.campaigns.objectives import Column
from ads.models import AdGroup, Charge, Conversion, Credit, CreditNote, Keyword
from ads.performance import Goal, Result, goal_of
from chengfeng import ledger
from chengfeng.models import Account
from shops import tokens
from shops.people.rights import Right
from tests import factories
from tests.factories import AT

from . import adverts

pytestmark = pytest.mark.django_db

TODAY = AT.date()
HOUR = timedelta(hours=1)
COINS = {"CNY": ["CN¥100.50", "CN¥33.50"], "JPY": ["¥101", "¥34"], "KWD": ["KWD100.500", "KWD33.500"]}


@pytest.fixture
def wallet(shop):
    return factories.fund(shop)


@pytest.fixture
def ads(shop):
    """Two ads of one campaign, each in a group of its own."""
    first = adverts.ad(shop)
    group = AdGroup.objects.create(merchant=shop, campaign=first.campaign, name="Second", created_at=AT)
    second = first.campaign.ads.create(merchant=shop, group=group, product=adverts.product(shop), created_at=AT)
    return [first, second]


def click(ad, *, price: str, at=AT, **fields):
    """A click seen, clicked and charged."""
    shopper = factories.shopper()
    seen = adverts.event(ad, shopper=shopper, kind="impression", at=at, **fields)
    adverts.event(ad, shopper=shopper, kind="viewable", at=at, token=seen.token, **fields)
    clicked = adverts.event(ad, shopper=shopper, at=at, token=seen.token, **fields)
    moved = transfer(ad.merchant, -Decimal(price), at)
    clicked.charge = Charge.objects.create(
        merchant=ad.merchant, campaign=ad.campaign, event_day=clicked.day, token=clicked.token, day=TODAY, bid=9,
        amount=price, transfer=moved, at=at,
    )  # fmt: skip
    return clicked


def transfer(merchant, amount, at):
    wallet, spending = (
        ledger.account(kind, owner=owner, currency=merchant.currency)
        for kind, owner in ((Account.Kind.WALLET, merchant.code), (Account.Kind.OUTSIDE, ""))
    )
    reference = f"test:{next(factories.numbers)}"
    return ledger.post(kind="charge", reference=reference, at=at, entries={wallet: amount, spending: -amount})


def sale(touch, *, value: str, refunded: str = "0", shopper=None):
    """An order of the clicking shopper an hour later, credited to the click, and what was refunded of it."""
    number = next(factories.numbers)
    before = Conversion.objects.filter(merchant=touch.merchant, shopper=shopper or touch.shopper)
    conversion = Conversion.objects.create(
        merchant=touch.merchant, order_code=f"ord_{number}", shopper=shopper or touch.shopper, currency="CNY",
        value=value, is_new=not before.exists(), placed_at=touch.at, at=touch.at,
    )  # fmt: skip
    line = conversion.lines.create(
        line_code=f"oln_{number}", product=touch.product, quantity=1, value=value, is_new_to_brand=conversion.is_new,
        variant=factories.variant(touch.merchant, product=touch.product),
    )  # fmt: skip
    credit = {
        "merchant": touch.merchant, "line": line, "campaign": touch.campaign, "ad": touch.ad, "event_day": touch.day,
        "token": touch.token, "touch": "click", "rule": DEFAULT.name, "is_same_product": True,
        "touched_at": touch.at, "at": touch.at, "posted_at": touch.at,
    }  # fmt: skip
    Credit.objects.create(reason="initial", cause=conversion.order_code, share=1, amount=value, **credit)
    if Decimal(refunded):
        Credit.objects.create(
            reason="refund", cause=f"rfd_{number}", refund=f"rfd_{number}", share=0, amount=-Decimal(refunded), **credit
        )


@pytest.fixture
def planted(ads, wallet):
    """A click by keyword with a refunded order, a click in the feed an hour later by somebody who bought before."""
    keyword = Keyword.objects.create(group=ads[0].group, text="linen", match="exact")
    searched = click(ads[0], price="0.50", placement="search", keyword=keyword, group=ads[0].group)
    fed = click(ads[1], price="2", at=AT + HOUR, group=ads[1].group)
    sale(searched, value="100", refunded="40")
    Conversion.objects.create(
        merchant=fed.merchant, order_code="ord_old", shopper=fed.shopper, currency="CNY", value=1,
        is_new=True, placed_at=AT - timedelta(days=90), at=AT - timedelta(days=90),
    )  # fmt: skip
    sale(fed, value="30")
    CreditNote.objects.create(
        merchant=fed.merchant, charge=fed.charge, amount="0.5", reason="velocity",
        transfer=transfer(fed.merchant, Decimal("0.5"), AT), at=AT + HOUR,
    )  # fmt: skip
    return keyword


SEARCHED = {
    "impressions": 1, "viewable": 1, "clicks": 1, "engagements": 0, "spend": Decimal("0.50"), "orders": 1,
    "new_customers": 1, "sales": Decimal(100), "settled_sales": Decimal(60),
}  # fmt: skip
FED = SEARCHED | {
    "spend": Decimal("1.50"), "new_customers": 0, "sales": Decimal(30), "settled_sales": Decimal(30),
}  # fmt: skip


def test_the_same_rows_add_up_whatever_they_are_grouped_by(shop, ads, planted):
    campaign, days = ads[0].campaign, (TODAY, TODAY)
    searched, fed = Result(**SEARCHED), Result(**FED)
    assert performance.by_ad(campaign, *days) == {ads[0].pk: searched, ads[1].pk: fed}
    assert performance.by_group(campaign, *days) == {ads[0].group_id: searched, ads[1].group_id: fed}
    assert performance.by_keyword(campaign, *days) == {planted.pk: searched, None: fed}
    assert performance.by_placement(campaign, *days) == {"search": searched, "feed": fed}
    hours = performance.by_hour(campaign, *days)
    assert ({hour: each for hour, each in hours.items() if each.clicks}, len(hours)) == ({12: searched, 13: fed}, 24)
    both = performance.total([searched, fed])
    assert performance.by_day(campaign, TODAY - timedelta(days=1), TODAY) == {
        TODAY - timedelta(days=1): Result(), TODAY: both,
    }  # fmt: skip
    assert performance.by_campaign(shop, *days) == {campaign.pk: both}
    assert (both.roi, both.settled_roi, both.cpc, both.cpm) == (65, 45, 1, 1000)
    assert (both.cost_per_order, both.cost_per_new_customer, both.cvr) == (1, 2, 1)


def test_nothing_has_no_ratios():
    nothing = Result()
    ratios = ("ctr", "cpc", "cpm", "cvr", "cost_per_order", "roi", "settled_roi", "engagement_rate")
    assert {name: getattr(nothing, name) for name in ratios} == dict.fromkeys(ratios)


def test_amounts_are_written_in_the_smallest_coin_of_their_currency():
    columns, result = performance.headings([Column.SPEND, Column.CPC]), Result(spend=Decimal("100.5"), clicks=3)
    written = {currency: [cell.text for cell in performance.cells(result, columns, currency)] for currency in COINS}
    assert written == COINS


@pytest.mark.parametrize(
    ("fields", "goal", "is_met"),
    [
        ({"bid_mode": "target_roi", "target_roi": Decimal(4)}, Goal(True, Decimal(4), Decimal(5)), True),
        (
            {"bid_mode": "target_roi", "target_roi": Decimal(4), "roi_on": "settled"},
            Goal(True, Decimal(4), Decimal(3)),
            False,
        ),
        ({"bid_mode": "target_cost", "target_cost": Decimal(9)}, Goal(False, Decimal(9), Decimal(10)), False),
        (
            {"bid_mode": "target_cost", "target_cost": Decimal(9), "objective": "new_customers"},
            Goal(False, Decimal(9), None),
            None,
        ),
    ],
)
def test_a_goal_is_judged_by_what_it_is_on(shop, fields, goal, is_met):
    result = Result(spend=Decimal(20), orders=2, sales=Decimal(100), settled_sales=Decimal(60))
    found = goal_of(adverts.campaign(shop, **fields), result)
    assert (found, found.is_met) == (goal, is_met)
    assert goal_of(adverts.campaign(shop), result) is None


@pytest.fixture
def program(client, shop, dana, noon):
    """A program that may look at ads: call it with the name of an address, its arguments and the query."""
    secret = tokens.issue(merchant=shop, name="test", rights=[Right.ADS_VIEW], by=dana, at=AT)[1]

    def call(name, *args, **query):
        address = reverse(f"ads:api_{name}", args=args)
        answer = client.get(address, query, headers={"Authorization": f"Bearer {secret}"})
        return answer.status_code, answer.json()

    return call


def written(campaign, numbers: dict) -> list[str]:
    """How the console writes the numbers that a program was told."""
    result = Result(**{name: type(getattr(Result(), name))(numbers[name]) for name in performance.results.NAMES})
    return [cell.text for cell in performance.cells(result, performance.columns_of(campaign), "CNY")]


@pytest.mark.parametrize("by", ["group", "ad", "keyword", "placement"])
def test_programs_are_told_the_numbers_of_the_console(client, dana, program, ads, planted, by):
    campaign = ads[0].campaign
    status, told = program("campaign_results", campaign.code, by=by, first=TODAY - timedelta(days=6))
    client.force_login(dana)
    page = reverse("ads:campaign", args=[campaign.merchant.code, campaign.code])
    shown = client.get(page, {"tab": f"{by}s", "days": 7})
    rows = shown.context["rows"] if by in ("group", "placement") else shown.context["page"]
    cells = [row[-1] if by == "placement" else row.cells for row in rows]
    cells += [shown.context["unmatched"]] if by == "keyword" else []
    assert (status, told["count"]) == (200, len(cells))
    assert [written(campaign, row) for row in told["results"]] == [[cell.text for cell in row] for row in cells]
    assert written(campaign, told["total"]) == [cell.text for cell in shown.context["totals"]]


def test_programs_are_told_days_and_hours_of_the_shop_page_by_page(program, ads, planted):
    code, week = ads[0].campaign.code, {"first": "2026-01-01", "last": "2026-03-10"}
    status, days = program("campaign_results", code, **week)
    assert (status, days["count"], len(days["results"]), days["results"][0]["key"]) == (200, 69, 50, "2026-01-01")
    last = program("campaign_results", code, **week, page=2)[1]
    assert (last["next"], last["results"][-1]["key"], last["results"][-1]["spend"]) == (None, "2026-03-10", "2.0000")
    hours = program("campaign_results", code, by="hour")[1]
    assert [(row["key"], row["spend"]) for row in hours["results"] if row["clicks"]] == [
        ("12", "0.5000"), ("13", "1.5000"),
    ]  # fmt: skip
    (row,) = program("campaigns_results")[1]["results"]
    assert (row["key"], row["spend"], row["roi"], row["cpm"]) == (code, "2.0000", "65.0000", "1000.0000")
    assert [program("campaign_results", code, **query)[0] for query in ({"by": "moon"}, {"last": "0001-01-01"})] == [
        400, 400,
    ]  # fmt: skip
    assert program("campaign_results", "cmp_none")[0] == 404
