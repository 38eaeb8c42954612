"""Tracking: every report once, invalid ones kept and free, foreign ones refused."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ads import tokens
from ads.models import Charge, Event
from ads.tracking import Report, Result, track
from ads.validity import Visitor
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER, served

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def ad(shop):
    factories.fund(shop, "1000")
    return adverts.ad(shop)


def send(*reports, at=AT, visitor=BROWSER):
    return [(r.status, r.reason) for r in track(reports, received_at=at, visitor=visitor)]


def test_a_token_survives_the_journey_and_no_other_text_does(ad):
    token = adverts.token(ad)
    text = tokens.seal(token)
    assert (tokens.unseal(text), len(text)) == (token, tokens.LENGTH)
    forged = [text[:i] + ("A" if text[i] != "A" else "B") + text[i + 1 :] for i in range(len(text))]
    assert {tokens.unseal(t) for t in [*forged, text[:-1], text + "A", "!" + text[1:], "", "é" * len(text)]} == {None}


def test_the_same_report_counts_once_now_and_later(ad):
    click = Report(served(ad), "click")
    assert send(click, click) == [("accepted", ""), ("duplicate", "")]
    assert send(click, Report(click.token, "impression")) == [("duplicate", ""), ("accepted", "")]
    assert (Event.objects.count(), Charge.objects.count()) == (2, 1)


def test_clicks_within_thirty_seconds_of_the_last_valid_one_do_not_count(ad):
    shopper, seconds = factories.shopper(), (0, 8, 29, 30, 61)
    reports = [Report(served(ad, shopper=shopper), "click", AT + n * SECOND) for n in seconds]
    batch = dict(zip(seconds, send(*reversed(reports), at=AT + 90 * SECOND)[::-1], strict=True))
    assert [n for n in seconds if batch[n] == ("accepted", "")] == [0, 30, 61]
    assert {batch[n] for n in (8, 29)} == {("invalid", "repeated")}
    assert Charge.objects.count() == 3


@pytest.mark.parametrize(("minutes", "most"), [(10, 5), (12, 15)])
def test_more_than_five_clicks_an_hour_or_fifteen_a_day_do_not_count(ad, minutes, most):
    shopper = factories.shopper()
    moments = [AT + n * timedelta(minutes=minutes) for n in range(most + 1)]
    results = [send(Report(served(ad, shopper=shopper, at=at), "click"), at=at + SECOND)[0] for at in moments]
    assert results == [("accepted", "")] * most + [("invalid", "velocity")]


@pytest.mark.parametrize(
    ("visitor", "reason"),
    [
        (Visitor(agent=""), "no_agent"),
        (Visitor(agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), "robot"),
        (Visitor(agent=BROWSER.agent, is_prefetch=True), "prefetch"),
    ],
)
def test_invalid_events_are_kept_with_the_reason_and_free(ad, visitor, reason):
    assert send(Report(served(ad), "click"), visitor=visitor) == [("invalid", reason)]
    assert list(Event.objects.values_list("is_valid", "reason")) == [(False, reason)]
    assert not Charge.objects.exists()


def test_people_of_shops_click_for_nothing(ad, bob, charlie):
    assert send(Report(served(ad), "click"), visitor=Visitor(BROWSER.agent, user=bob)) == [("invalid", "staff")]
    rival = Visitor(BROWSER.agent, user=charlie)
    assert send(Report(served(ad), "click"), visitor=rival) == [("invalid", "competitor")]


def test_too_fast_too_old_and_future_clicks(ad):
    at = adverts.token(ad).decided_at
    ms = timedelta(milliseconds=1)
    minutes, hours = timedelta(minutes=30), timedelta(hours=48)
    moments = [
        at + 299 * ms, at + 300 * ms, at + minutes, at + minutes + ms, at + hours, at + hours + ms, at - 61 * SECOND
    ]  # fmt: skip
    assert [send(Report(served(ad), "click"), at=moment)[0] for moment in moments] == [
        ("invalid", "too_fast"), ("accepted", ""), ("accepted", ""), ("invalid", "expired"), ("invalid", "expired"),
        ("rejected", "too_old"), ("rejected", "in_the_future"),
    ]  # fmt: skip
    assert send(Report(served(ad), "click", at + minutes), at=at + hours) == [("accepted", "")]
    assert send(Report(served(ad), "click", at + 120 * SECOND), at=at + SECOND) == [("rejected", "in_the_future")]
    gone = tokens.seal(adverts.token(ad)._replace(campaign_id=0))
    assert send(Report(gone, "click")) == [("rejected", "bad_token")]
    assert send(Report("nonsense", "click")) == [("rejected", "bad_token")]


@pytest.mark.parametrize(("balance", "budget", "reason"), [("1.49", "9", "no_balance"), ("9", "1.49", "no_budget")])
def test_a_click_without_money_is_valid_and_free(shop, balance, budget, reason):
    factories.fund(shop, balance)
    ad = adverts.ad(shop, bid="1", budget=budget)
    reports = [Report(served(ad, price="0.5"), "click") for _ in range(3)]
    assert sorted(send(*reports)) == [("accepted", ""), ("accepted", ""), ("accepted", reason)]
    assert list(Charge.objects.values_list("amount", flat=True)) == [Decimal("0.5")] * 2


def test_a_batch_costs_the_same_queries_however_long(ad, django_assert_num_queries):
    send(Report(served(ad), "click"))
    for length in (1, 30):
        reports = [Report(served(ad), kind) for _ in range(length) for kind in ("impression", "click")]
        with django_assert_num_queries(16):
            send(*reports)


def test_results_keep_the_order_of_the_reports(ad):
    good = served(ad)
    results = track(
        [Report("x", "click"), Report(good, "click"), Report(good, "viewable"), Report(good, "click")],
        received_at=AT, visitor=BROWSER,
    )  # fmt: skip
    assert results == [Result("rejected", "bad_token"), Result("accepted"), Result("accepted"), Result("duplicate")]


def test_tokens_of_a_day_without_partition_are_stored(ad):
    long_ago = AT - timedelta(days=700)
    assert send(Report(served(ad, at=long_ago), "viewable"), at=long_ago + SECOND) == [("accepted", "")]
