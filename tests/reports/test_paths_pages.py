"""Paths on their page, as files and over the API: the same numbers, for those who may see reports."""

import csv

import pytest
from django.core.cache import cache
from django.urls import reverse

from chengfeng import clock
from shops.tokens import issue
from tests.reports.test_journeys import NOW
from tests.reports.test_journeys import lived as lived

pytestmark = pytest.mark.django_db

MARCH = {"period": "own", "first": "2026-03-01", "last": "2026-03-19"}


@pytest.fixture(autouse=True)
def later_in_march(settings):
    """NOW on every clock, nothing asked before; the engine that needs no files."""
    settings.REPORTS_ENGINE = "postgres"
    cache.clear()
    with clock.at(NOW):
        yield


@pytest.fixture
def page(client, alice, shop):
    client.force_login(alice)

    def ask(name="paths", **query):
        return client.get(reverse(f"reports:{name}", args=[shop.code]), MARCH | query)

    return ask


def test_the_page_tells_models_side_by_side_and_warns_of_few_orders(page, lived):
    shown = page()
    found, text = shown.context["found"], shown.content.decode()
    assert [(each.named.name, each.credits["last"].conversions) for each in shown.context["channels"]] == [
        ("Search results", 1), ("Feed", 1), ("Product page", 0),
    ]  # fmt: skip
    assert (len(found.models), found.is_thin) == (6, True)
    assert "do not prove" in text and found.asked.version in text


def test_what_cannot_be_asked_is_said_at_its_field(page):
    assert set(page(last="2026-02-01").context["form"].errors) == {"last"}
    assert set(page(first="").context["form"].errors) == {"first"}
    assert set(page(window="8").context["form"].errors) == {"window"}
    assert "No journey ended in these days" in page().content.decode()


def test_files_hold_what_the_page_shows(page, lived):
    shown = page()
    as_of = {"as_of": shown.context["found"].asked.as_of.isoformat()}
    files = [
        b"".join(page("paths_file", of=of, **as_of).streaming_content).decode("utf-8-sig")
        for of in ("channels", "paths")
    ]
    channels, paths = (list(csv.DictReader(file.splitlines())) for file in files)
    assert sum(float(row["Orders"]) for row in channels if row["Model"] == "Markov") == 2
    assert paths[0]["Path"] == "Search results"
    assert (len(channels), len(paths), page("paths_file", of="x").status_code) == (18, 4, 404)


def test_the_api_tells_the_same(client, shop, alice, lived):
    _, secret = issue(merchant=shop, name="t", rights=["reports.view"], by=alice, at=NOW)
    headers = {"Authorization": f"Bearer {secret}"}
    asked = {"from": "2026-03-01", "to": "2026-03-19", "channel": "campaign", "value": "net"}
    told = client.get(reverse("reports:api_paths"), asked, headers=headers).json()
    assert (told["journeys"], told["orders"], told["value"]) == (5, 2, "250.0000")
    assert [(each["code"], each["removal_effect"]) for each in told["channels"]] == [(lived.campaign.code, 1.0)]
    wrong = client.get(reverse("reports:api_paths"), asked | {"window": "8"}, headers=headers)
    assert (wrong.status_code, [flaw["field"] for flaw in wrong.json()["errors"]]) == (400, ["window"])
