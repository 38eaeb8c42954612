"""Pages of reports: the ready-made ones answer, one's own are asked by address, and what cannot be asked is said."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from reports import cockpit, finality
from reports.building import asking, saving
from reports.building.audience import Shop
from reports.building.reading import Kept
from reports.building.ready_made import READY_MADE
from reports.measuring.asking import ask as answer
from reports.measuring.definition import parse
from reports.measuring.naming import names
from reports.measuring.ruling import choose
from reports.models import MerchantDay
from reports.picking import Picked
from reports.pictures import drawn
from reports.tables import written
from reports.templatetags.metrics import difference
from shops.tenancy import access_of
from tests import factories
from tests.reports.test_measuring import NOW
from tests.reports.test_measuring import lived as lived

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(client, alice, shop, lived):
    client.force_login(alice)

    def ask(**query):
        return client.get(reverse("reports:report", args=[shop.code]), {"period": "own", **MARCH} | query)

    return ask


MARCH = {"first": "2026-03-01", "last": "2026-03-19"}


def test_every_ready_made_report_can_be_asked(client, alice, shop, asked):
    client.force_login(alice)
    listed = client.get(reverse("reports:reports", args=[shop.code])).content.decode()
    assert all(f"?ready={name}" in listed for name in READY_MADE)
    assert asked(ready="campaign").context["result"].total["gmv"] == 250
    assert asked(ready="nonsense").status_code == 404


def test_an_address_asks_by_its_own_rule_and_shows_what_the_answer_rests_on(asked):
    page = asked(dimensions=["campaign"], measures=["gmv", "all_gmv"], rule="linear_7d", click="14d")
    result = page.context["result"]
    assert ([row["gmv"] for row in result.rows], list(result.refused)) == ([125, 125], ["all_gmv"])
    assert result.version in page.content.decode()


def test_what_takes_long_to_read_is_offered_in_the_background(asked, monkeypatch):
    assert "There is much to read" not in asked(measures=["gmv"]).text
    monkeypatch.setattr("reports.building.asking.SHOWN", -1)
    page = asked(measures=["gmv"])
    assert "There is much to read" in page.text and "Run as files" in page.text


def test_a_heading_sorts_and_a_value_asks_for_itself_alone(client, asked):
    page = asked(dimensions=["campaign"], measures=["gmv", "spend"], sort="gmv")
    assert 'aria-sort="ascending"' in page.content.decode()
    codes = [row.keys[0].code for row in page.context["result"].rows]
    links = re.findall(r'href="\?([^"]+)" title="Only this"', page.content.decode())
    alone = [client.get(f"{page.wsgi_request.path}?{unescape(link)}").context for link in links]
    assert [[row.keys[0].code for row in each["result"].rows] for each in alone] == [[code] for code in codes]
    assert [each["filters"][0][1] for each in alone] == [[row.keys[0].name] for row in page.context["result"].rows]


@pytest.mark.parametrize(
    ("measures", "sort", "alike", "other"),
    [
        (["impressions", "clicks", "ctr", "spend", "cpc", "gmv", "roi"], "-spend", ["spend", "gmv"], "roi"),
        (["orders", "units", "gmv", "all_gmv"], "", ["gmv", "all_gmv"], "orders"),
        (["impressions", "clicks", "ctr", "spend"], "-clicks", ["clicks", "impressions"], "ctr"),
        (["clicks"], "", ["clicks"], None),
    ],
)
def test_a_picture_shows_what_a_merchant_asks_first(measures, sort, alike, other):
    assert drawn(measures, sort.lstrip("-")) == (alike, other)


def test_empty_days_lead_to_the_last_busy_ones(client, alice, shop):
    client.force_login(alice)
    day = {"rebuilt_at": NOW, "complete_through": NOW, "is_final": True}
    MerchantDay.objects.create(merchant=shop, day=date(2018, 8, 29), paid_orders=1, **day)
    MerchantDay.objects.create(merchant=shop, day=date(2018, 8, 30), placed_orders=1, **day)
    report = client.get(reverse("reports:report", args=[shop.code]), {"ready": "campaign"}).content.decode()
    assert "first=2018-07-31&amp;last=2018-08-29" in report
    assert (
        "from=2018-08-02&amp;to=2018-08-29" in client.get(reverse("reports:cockpit", args=[shop.code])).content.decode()
    )


def test_values_are_named_in_the_language_of_the_reader(shop):
    pan, pot = factories.product(shop, title="锅", title_en="Pan"), factories.product(shop, title="壶")
    found = names("product", [pan.pk, pot.pk, None], [shop.pk])
    told = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told[language] = [written("product", found[each.pk]) for each in (pan, pot)]
    assert told == {"en": ["Pan", "壶"], "zh-hans": ["锅", "壶"]}


def test_huge_changes_are_told_as_multiples():
    assert [difference(change) for change in (Decimal("-0.5"), Decimal("9.99"), Decimal("1693.868"))] == [
        "-50.0%", "+999.0%", "×1,695",
    ]  # fmt: skip


def test_what_cannot_be_asked_is_said_at_its_field(asked):
    page = asked(dimensions=["region"], measures=["spend"], last="2026-02-01")
    assert set(page.context["form"].errors) == {"last"}
    assert set(asked(dimensions=["region"], measures=["spend"]).context["form"].errors) == {"measures"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filters", "[" * 9000), ("filters", "9" * 9000), ("filters", '{"brand": ["\\ud800"]}'), ("filters", "NaN"),
        ("as_of", "0001-01-01T00:00:00+14:00"), ("as_of", "9999-12-31T23:59:59-14:00"),
    ],
)  # fmt: skip
def test_what_no_report_can_be_asked_is_said_at_its_field(asked, field, value):
    assert set(asked(measures=["gmv"], **{field: value}).context["form"].errors) == {field}


@pytest.mark.parametrize(
    ("window", "days"), [("7d", (8, 31, 40)), ("24h", (2, 31, 40)), ("1h", (2, 31, 40)), ("90d", (91, 91, 91))]
)
def test_how_far_numbers_are_to_be_trusted_is_told_by_the_window_of_the_rule(window, days):
    rule, last = choose("last_click_7d", {"click": window}), date(2026, 3, 19)
    trusted = finality.of(last, at=NOW, rule=rule)
    told = (trusted.provisional_until, trusted.final_after, trusted.refunds_final_after)
    assert told == tuple(last + timedelta(days=number) for number in days)


def test_it_is_told_the_same_everywhere(client, alice, shop, lived):
    audience = Shop(access_of(alice, shop, at=NOW))
    document = {"measures": ["gmv"], "period": MARCH}
    run = asking.ask(audience, parse(document | {"as_of": NOW.isoformat()}), at=NOW + timedelta(days=1))
    trusted = cockpit.look(shop, Picked(date(2026, 3, 1), date(2026, 3, 19)), at=NOW).finality
    assert trusted == answer(parse(document), [shop], at=NOW).finality == Kept(run).result().finality
    assert run.heading["complete_through"] == (NOW - timedelta(hours=48)).isoformat()


def test_a_moment_is_chosen_by_the_clock_of_the_shop(asked):
    page = asked(dimensions=["day"], measures=["net_gmv"], as_of="2026-03-04T12:00")
    assert page.context["result"].as_of == datetime(2026, 3, 4, 4, tzinfo=UTC)
    assert (page.context["result"].total["net_gmv"], b"As it was known at" in page.content) == (250, True)
    assert b'value="2026-03-04T12:00"' in page.content
    late = asked(dimensions=["day"], measures=["gmv"], as_of="2099-01-01T00:00")
    assert set(late.context["form"].errors) == {"as_of"}


def test_a_kept_report_is_opened_changed_and_kept_instead(client, alice, shop, lived):
    client.force_login(alice)
    audience = Shop(access_of(alice, shop, at=NOW))
    document = {"dimensions": ["campaign"], "measures": ["gmv"], "period": MARCH, "filters": {"placement": ["feed"]}}
    kept = saving.save(audience, name="Ours", definition=document, at=NOW)
    page = client.get(reverse("reports:report", args=[shop.code]), {"kept": kept.code, "measures": "orders"})
    assert (page.context["result"].total["orders"], page.context["title"]) == (2, "Ours")
    changed = {"name": "Ours", "definition": page.context["document"], "instead": kept.code, "version": 1}
    for version in (2, 2):  # who comes late is told
        client.post(reverse("reports:report_save", args=[shop.code]), changed)
        kept.refresh_from_db()
        assert (kept.version, kept.definition["measures"]) == (version, ["orders"])
    assert kept.definition["filters"] == {"placement": ["feed"]}


def test_a_report_that_cannot_be_run_any_more_is_shown_with_the_reason(client, alice, shop):
    client.force_login(alice)
    kept = saving.save(Shop(access_of(alice, shop, at=NOW)), name="Old", definition={"measures": ["gmv"]}, at=NOW)
    type(kept).objects.update(definition={"measures": ["no_more"]})
    page = client.get(reverse("reports:saved_report", args=[shop.code, kept.code]))
    assert (page.status_code, b"no_more" in page.content) == (200, True)
    assert client.post(reverse("reports:saved_report_run", args=[shop.code, kept.code])).status_code == 302
