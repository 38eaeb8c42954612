"""A promotion season: every number is a sum over orders and ledger, held beside last year's, within one's reach."""

import csv
import json
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.urls import reverse

from ads.models import Charge, Credit
from chengfeng.periods import days_period
from orders.models import Order, OrderLine
from reports import facts
from reports.measuring import asking
from reports.measuring.definition import parse
from reports.measuring.periods import Days
from reports.season import brands, choosing, curves, keeping, looking, reach
from reports.season.models import Season
from reports.season.occasions import OCCASIONS, usual
from shops import tokens
from shops.models import Delegation, Product
from shops.people.rights import Right
from tests import factories
from tests.factories import AT

from . import world

pytestmark = pytest.mark.django_db

SALE = datetime(2026, 3, 5, 4, tzinfo=UTC)
LAST_YEAR = datetime(2025, 3, 5, 4, tzinfo=UTC)
BEFORE = datetime(2026, 3, 2, 4, tzinfo=UTC)
LATE_IN_NEW_YORK = datetime(2026, 3, 9, 3, tzinfo=UTC)  # the evening of the 8th there, the 9th in Shanghai
SEASON, SEASON_BEFORE = Days(date(2026, 3, 5), date(2026, 3, 8)), Days(date(2025, 3, 4), date(2025, 3, 7))
SAM, SUE, SID = (uuid.UUID(int=n) for n in (1, 2, 3))
QUERY = {"cuts": "500, 200", "goal": "8"}


def goods(merchant, brand: str, price: str = "100"):
    return factories.variant(merchant, stock=100, price=price, product=factories.product(merchant, brand=brand))


@pytest.fixture
def shops(shop):
    """Alice, a shop in New York, a newcomer, one that sells nothing, and one of another currency."""
    return [
        shop,
        factories.merchant("Big Apple", time_zone="America/New_York"),
        factories.merchant("Newcomer"),
        factories.merchant("Quiet"),
        factories.merchant("Dollar", currency="USD"),
    ]


@pytest.fixture
def seasons(db):
    """The sale of March of two years, on other days of the calendar."""
    named = [("Spring 2025", SEASON_BEFORE), ("Spring 2026", SEASON)]
    return [
        keeping.keep(Season(occasion="spring", title=title, first=days.first, last=days.last), by=None, at=AT)
        for title, days in named
    ]


@pytest.fixture
def lived(shops, seasons):
    alice, york, newcomer, _quiet, dollar = shops
    acme, bolt, others = goods(alice, "Acme"), goods(alice, "Bolt", "50"), goods(york, "Acme")
    world.fund(alice, at=LAST_YEAR)
    world.sell(acme, at=LAST_YEAR)
    world.sell(others, 5, at=LAST_YEAR)
    world.sell(bolt, at=BEFORE)
    world.click(world.campaign(alice, acme.product, at=BEFORE), at=SALE, shopper=SAM)
    by_ad = world.sell(acme, 3, at=SALE.replace(minute=30), shopper=SAM)
    world.sell(bolt, at=SALE.replace(day=7), shopper=SUE)
    world.sell(others, at=LATE_IN_NEW_YORK, shopper=SAM)
    world.sell(goods(newcomer, ""), 2, at=SALE, shopper=SID)
    world.sell(goods(dollar, "Acme"), at=SALE, shopper=SAM)
    world.sell(acme, at=SALE.replace(day=9))
    world.refund(by_ad, "100", at=SALE.replace(day=9))
    world.ship(by_ad, at=SALE)
    world.deliver(by_ad, at=SALE)
    Order.objects.filter(pk=by_ad.pk).update(settled_at=AT)
    return shops


def asked(shops, **query):
    found, form = choosing.ask(QUERY | query, currencies=reach.currencies(shops), today=reach.today(shops, at=AT))
    assert form.errors == {}
    return found


def look(shops, **query) -> looking.Report:
    return looking.look(shops, asked(shops, **query), at=AT)


def headlines(report) -> dict:
    return {each.metric.code: (each.value, each.growth, each.uplift) for each in report.headlines}


NUMBERS = {
    "paid_gmv": (Decimal(682), Decimal(682) / 616 - 1, Decimal(682) / 58 - 1),
    "roi": (Decimal(120), None, None),
    "kept_roi": (Decimal(80), None, None),
    "spend": (Decimal("2.5"), None, None),
    "ad_gmv": (Decimal(300), None, None),
    "ad_share": (Decimal(300) / 682, None, None),
    "paid_orders": (4, Decimal(1), Decimal(3)),
    "buyers": (3, Decimal("0.5"), Decimal(2)),  # Sam bought of two merchants
    "new_buyers": (4, Decimal(1), Decimal(3)),
    "refunded_share": (Decimal(100) / 682, None, None),
    "settled_share": (Decimal(308) / 682, None, None),
}


def test_the_numbers_are_those_of_the_season_beside_last_years(lived):
    live = headlines(look(lived))
    facts.rebuild_history(at=AT)
    assert headlines(look(lived)) == live == NUMBERS


def test_the_numbers_are_sums_over_orders_and_ledger(lived):
    facts.rebuild_history(at=AT)
    report, sums = look(lived), {"orders": Decimal(0), "lines": Decimal(0), "spend": Decimal(0), "ads": Decimal(0)}
    for shop in lived[:4]:
        inside = days_period(SEASON.first, SEASON.last, shop.time_zone)
        orders = Order.objects.filter(merchant=shop, paid_at__gte=inside.start, paid_at__lt=inside.end)
        charges = Charge.objects.filter(merchant=shop, at__gte=inside.start, at__lt=inside.end)
        credited = Credit.objects.filter(merchant=shop, at__gte=inside.start, at__lt=inside.end, refund="")
        sums["orders"] += orders.aggregate(sum=Sum("total"))["sum"] or 0
        sums["lines"] += OrderLine.objects.filter(order__in=orders).aggregate(sum=Sum("total"))["sum"] or 0
        sums["spend"] += -sum(-charge.transfer.entries.filter(amount__gt=0).get().amount for charge in charges)
        sums["ads"] += credited.filter(rule="last_click_7d").aggregate(sum=Sum("amount"))["sum"] or 0
    _, together = looking.look_at_brands(lived, report.asked, at=AT)
    total = report.now.total
    assert sums == {
        "orders": total["paid_gmv"], "lines": together["line_value"], "spend": total["spend"], "ads": total["ad_gmv"],
    }  # fmt: skip
    assert (together["spend"], together["ad_gmv"]) == (total["spend"], total["ad_gmv"])
    assert sum(member.turnover for member in report.members) == sums["orders"]
    assert sum(filter(None, curves.series(report.asked, report.now.days))) == sums["orders"]
    assert together["buyers"] == total["buyers"] == _people(lived[:4])


def _people(shops) -> int:
    """Ask history how many people bought in the season."""
    asked = {"measures": ["all_customers"], "period": SEASON.document()}
    return asking.ask(parse(asked), shops, at=AT, engine="postgres").total["all_customers"]


def test_cohorts_are_cut_by_turnover(lived):
    report = look(lived)
    told = [
        (len(c.members), len(c.last), c.newcomers, c.turnover, c.like_for_like, c.growth, c.good)
        for c in report.cohorts
    ]
    assert told == [
        (0, 1, 0, 0, None, Decimal(-1), 0),
        (2, 0, 1, Decimal(574), Decimal(366) / 108 - 1, None, 1),
        (1, 1, 0, Decimal(108), Decimal(108) / 508 - 1, Decimal(0), 0),
        (1, 2, 0, 0, None, None, 0),
    ]
    assert [[number for _, number in row] for _, row in report.moves] == [
        [0, 0, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 1],
    ]  # fmt: skip
    assert (report.like_for_like, report.good) == (Decimal(474) / 616 - 1, 1)


def test_brands_are_those_of_the_lines_and_of_the_advertised_products(lived):
    Product.objects.filter(brand="Acme").update(brand="Acme & Sons")  # today, when the season is long over
    found, together = looking.look_at_brands(lived, asked(lived), at=AT)
    codes = ("line_value", "growth", "orders", "buyers", "ad_gmv", "spend", "roi", "kept_roi")
    assert {row.brand: [row[code] for code in codes] for row in brands.in_order(found, "-line_value")} == {
        "Acme": [400, Decimal(400) / 600 - 1, 2, 1, 300, Decimal("2.5"), 120, 80],
        "": [200, None, 1, 1, 0, 0, None, None],
        "Bolt": [50, None, 1, 1, 0, 0, None, None],
    }
    assert [together[code] for code in codes] == [
        650, Decimal(650) / 600 - 1, 4, 3, 300, Decimal("2.5"), 120, 80,
    ]  # fmt: skip


def test_days_meet_by_how_far_they_are_from_the_last(lived):
    report = look(lived)
    assert curves.series(report.asked, report.now.days) == [516, 0, 58, 108]
    year = curves.series(report.asked, report.periods["year"].days, is_last_year=True)
    assert year == [508, 108, 0, 0]  # noon in Shanghai is the evening before in New York
    hours = curves.hours(lived, report.asked)
    assert [{hour: gmv for hour, gmv in enumerate(each) if gmv} for each in hours] == [{12: 516}, {23: 508}]


def test_a_season_that_runs_is_compared_with_as_much_of_last_years(lived, seasons):
    Season.objects.filter(pk=seasons[1].pk).update(last=date(2026, 3, 13))
    found = asked(lived)
    assert (found.so_far.last, found.year_so_far.last, found.before.first) == (
        date(2026, 3, 10), date(2025, 3, 4), date(2026, 2, 27),
    )  # fmt: skip
    report = look(lived)
    assert report.headline("paid_gmv").growth == Decimal(790) / 508 - 1
    year = curves.series(report.asked, report.periods["year"].days, is_last_year=True)
    assert year == [None] * 5 + [508] + [None] * 3


def test_days_of_ones_own_are_compared_with_those_of_the_calendar(lived):
    report = look(lived, **{"from": "2026-03-05", "to": "2026-03-05"})
    assert (report.asked.year, report.headline("paid_gmv").value) == (Days(LAST_YEAR.date(), LAST_YEAR.date()), 516)
    assert look(lived, currency="USD").headline("paid_gmv").value == 108


def test_what_cannot_be_asked_is_said_at_its_field(shops, seasons):
    wrong = {
        "season": "x",
        "currency": "XXX",
        "cuts": "10, many",
        "goal": "-1",
        "from": "2026-03-02",
        "to": "2026-03-01",
    }
    found, form = choosing.ask(wrong, currencies=["CNY"], today=AT.date())
    assert (found, set(form.errors)) == (None, set(wrong) - {"from"})
    for cuts in ("sNaN", "1e-99", "1e20", "0"):
        assert choosing.ask({"cuts": cuts}, currencies=["CNY"], today=AT.date())[0] is None


@pytest.mark.parametrize("number", [1, 40])
def test_many_merchants_cost_no_more_statements(lived, number, django_assert_num_queries):
    facts.rebuild_history(at=AT)
    many = [*lived, *(factories.merchant(f"M{n}") for n in range(number))]
    question = asked(many)
    with django_assert_num_queries(6):
        looking.look(many, question, at=AT)
    with django_assert_num_queries(5):
        looking.look_at_brands(many, question, at=AT)


def test_what_was_found_of_many_merchants_is_kept_for_them_alone(lived, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(looking, "MANY", 4)
    cache.clear()
    question, later = asked(lived), AT + timedelta(seconds=30)
    first, brands_first = looking.look(lived, question, at=AT), looking.look_at_brands(lived, question, at=AT)
    with django_assert_num_queries(0):
        again = looking.look(lived, question, at=later)
        assert (again.periods, again.at) == (first.periods, AT)
        assert looking.look_at_brands(lived, question, at=later) == brands_first
    assert looking.look(lived[1:], question, at=later).headline("paid_gmv").value == 682 - 366


# Pages and programs


@pytest.fixture
def page(client, noon):
    def get(name: str, *args, **query):
        return client.get(reverse(f"reports:{name}", args=args), QUERY | query)

    return get


def test_an_operator_sees_all_and_drills_down_to_a_file(lived, page, client, oscar):
    client.force_login(oscar)
    report = page("platform_season").context["report"]
    assert (len(report.members), report.headline("paid_gmv").value) == (4, 682)
    members = page("platform_season_merchants", cohort="2", sort="name").context["page"]
    assert [member.name for member in members] == ["Alice & Co", "Newcomer"]
    assert [m.name for m in page("platform_season_merchants", was="1").context["page"]] == ["Big Apple"]
    rows = _rows(page("platform_season_merchants_file", sort="-paid_gmv"))
    assert [(row["Merchant"], row["Paid GMV"], row["ROI"]) for row in rows] == [
        ("Alice & Co", "366.0000", "120.0000"), ("Newcomer", "208.0000", ""), ("Big Apple", "108.0000", ""),
        ("Quiet", "0", ""),
    ]  # fmt: skip
    assert [row["Brand"] for row in _rows(page("platform_season_brands_file"))] == ["Acme", "", "Bolt"]


def _rows(response) -> list[dict]:
    return list(csv.DictReader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))


def test_a_key_account_manager_sees_what_is_lent_and_a_merchant_itself(lived, page, client, kai, alice):
    terms = {"kind": "ka", "starts_at": BEFORE, "expires_at": datetime(2026, 6, 1, tzinfo=UTC), "granted_by": alice}
    Delegation.objects.create(merchant=lived[1], delegate=kai, rights=[Right.REPORTS_VIEW], **terms)
    Delegation.objects.create(merchant=lived[0], delegate=kai, rights=[Right.ORDERS_VIEW], **terms)
    client.force_login(kai)
    assert [m.name for m in page("ka_season").context["report"].members] == ["Big Apple"]
    assert json.loads(page("api_ka_season_merchants").content)["count"] == 1
    agent = factories.person("ana")
    assert page("platform_season").status_code == 404
    client.force_login(agent)
    assert page("ka_season").status_code == 404
    Delegation.objects.create(
        merchant=lived[2], delegate=agent, rights=[Right.REPORTS_VIEW], **terms | {"kind": "agency"}
    )
    assert [m.name for m in page("ka_season").context["report"].members] == ["Newcomer"]
    client.force_login(alice)
    mine = page("season", lived[0].code)
    assert mine.context["report"].headline("paid_gmv").value == 366
    assert "Merchants by turnover" not in mine.content.decode()
    assert page("season", lived[1].code).status_code == 404


def test_a_program_reads_its_season(lived, page, client, alice):
    _, secret = tokens.issue(merchant=lived[0], name="p", rights=[Right.REPORTS_VIEW], by=alice, at=AT)
    with_token = {"authorization": f"Bearer {secret}"}
    told = client.get(reverse("reports:api_season"), headers=with_token).json()
    first = told["numbers"][0]
    assert (told["title"], told["last_year"], first["metric"]) == (
        "Spring 2026", {"from": "2025-03-04", "to": "2025-03-07"}, "paid_gmv",
    )  # fmt: skip
    assert (first["value"], told["days_of_season"][2]["paid_gmv"]) == ("366.0000", "58.0000")
    found = client.get(reverse("reports:api_season_brands"), {"limit": 1}, headers=with_token).json()
    assert (found["count"], found["next"], [row["brand"] for row in found["results"]]) == (2, 1, ["Acme"])
    refused = client.get(reverse("reports:api_season"), {"from": "2026-03-01"}, headers=with_token)
    assert (refused.status_code, "to" in refused.json()["errors"][0]["field"]) == (400, True)


def test_the_operators_program_reads_cohorts(lived, page, client, oscar):
    client.force_login(oscar)
    told = page("api_platform_season").json()
    assert [(c["place"], c["merchants"], c["paid_gmv"], c["merchants_above_goal"]) for c in told["cohorts"]] == [
        (1, 0, "0.0000", 0), (2, 2, "574.0000", 1), (3, 1, "108.0000", 0), (4, 1, "0.0000", 0),
    ]  # fmt: skip
    assert told["moves"][0] == [0, 0, 1, 0]


def test_operators_name_seasons_from_the_ready_list(page, client, oscar):
    client.force_login(oscar)
    shown = page("season_new", occasion="double-11", year="2026").content.decode()
    assert 'value="2026-10-21"' in shown and 'value="Double 11 2026"' in shown
    address = reverse("reports:season_new")
    assert client.post(address, usual("double-11", 2026)).status_code == 302
    again = client.post(address, usual("double-11", 2026))
    assert (again.status_code, Season.objects.get().opening) == (422, date(2026, 11, 1))
    client.post(reverse("reports:season_remove", args=[Season.objects.get().code]))
    assert Season.objects.count() == 0
    assert page("platform_season").status_code == 200


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_occasion_makes_a_season(occasion):
    season = Season(**usual(occasion, 2024), updated_at=AT)
    season.full_clean()
    assert season.last.year == 2024


def test_a_black_friday_is_the_day_after_thanksgiving():
    assert [OCCASIONS["black-friday"].days(year)[0] for year in (2017, 2024)] == [
        date(2017, 11, 24),
        date(2024, 11, 29),
    ]


def test_a_season_keeps_its_days_in_order(seasons):
    wrong = Season(occasion="x", title="X", first=AT.date(), last=date(2026, 3, 1), updated_at=AT)
    with pytest.raises(ValidationError):
        wrong.full_clean()
