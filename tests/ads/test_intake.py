"""Intake of events: the same is stored in whatever order, batches and repetitions they come."""

import gzip
import itertools
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ads import tokens
from ads.models import Charge, Event
from ads.tracking import Report, track
from chengfeng import clock
from shops.shopper import seal
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
LATER = AT + timedelta(hours=1)
COLUMNS = ("token", "kind", "at", "shopper", "is_valid", "reason", "price", "pricing")


@pytest.fixture
def reports(shop):
    """What became of six ads, each shown to somebody else: seen, viewed, clicked on, some too fast."""
    factories.fund(shop, "1000")
    ad = adverts.ad(shop)
    shown = [
        adverts.token(ad, at=AT + n * SECOND, pricing=("cpc", "cpm")[n % 2], shopper=uuid.UUID(int=n)) for n in range(6)
    ]
    return [
        Report(tokens.seal(token), kind, token.decided_at + delay)
        for n, token in enumerate(shown)
        for kind, delay in (
            ("impression", SECOND / 10), ("viewable", 2 * SECOND), ("click", SECOND / 5 if n == 4 else 3 * SECOND)
        )
    ]  # fmt: skip


def stored(reports, cuts):
    """Return what the reports, sent in batches cut there, leave in the tables."""
    edges = [0, *sorted(cuts), len(reports)]
    for start, end in itertools.pairwise(edges):
        track(reports[start:end], received_at=LATER, visitor=BROWSER)
    return sorted(Event.objects.values_list(*COLUMNS)), sorted(Charge.objects.values_list("token", "kind", "amount"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_batches_and_repetitions_do_not_matter(reports, data):
    once = _undone(reports, [])
    again = data.draw(st.lists(st.sampled_from(reports), max_size=10))
    mixed = data.draw(st.permutations([*reports, *again]))
    cuts = data.draw(st.lists(st.integers(0, len(mixed)), max_size=5))
    assert _undone(mixed, cuts) == once


def _undone(reports, cuts):
    with transaction.atomic():
        found = stored(reports, cuts)
        transaction.set_rollback(True)
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.integers(0, 200), min_size=1, max_size=12), cuts=st.lists(st.integers(0, 12), max_size=4))
def test_valid_clicks_of_a_person_on_an_ad_are_thirty_seconds_apart_in_any_order(reports, moments, cuts):
    token, shopper = tokens.unseal(reports[0].token), uuid.uuid4()
    shown = [token._replace(token=tokens.new_id(), shopper=shopper) for _ in moments]
    clicks = [Report(tokens.seal(t), "click", AT + (1 + n) * SECOND) for t, n in zip(shown, moments, strict=True)]
    found, charges = _undone(clicks, [cut for cut in cuts if cut < len(clicks)])
    valid = sorted(at for _, _, at, _, is_valid, *_ in found if is_valid)
    assert all(later - earlier >= 30 * SECOND for earlier, later in itertools.pairwise(valid))
    assert (len(found), len(charges)) == (len(moments), len(valid))


def post(client, events, **headers):
    headers = {"User-Agent": BROWSER.agent, "X-Shopper": seal(factories.shopper())} | headers
    return client.post("/api/v1/events", {"events": events}, content_type="application/json", headers=headers)


def test_the_client_is_told_the_same_whether_an_event_counts_or_not(client, reports, noon):
    at = (AT + 5 * SECOND).isoformat()
    events = [{"token": report.token, "kind": report.kind, "at": at} for report in reports[:3]]
    answers = [
        post(client, [event], **{"User-Agent": agent})
        for event, agent in zip(events, (BROWSER.agent, ROBOT, ""), strict=True)
    ]
    assert [answer.content for answer in answers] == [b'{"results":[{"status":"accepted"}]}'] * 3
    assert sorted(Event.objects.values_list("reason", flat=True)) == ["", "no_agent", "robot"]


def test_every_item_of_a_batch_has_its_own_result(client, reports, noon):
    good = {"token": reports[0].token, "kind": "impression"}
    answer = post(
        client, [good, good, {"token": "x", "kind": "click"}, 7, good | {"kind": "sale"}, good | {"at": "soon"}]
    )
    malformed = {"status": "rejected", "reason": "malformed"}
    assert answer.json()["results"] == [
        {"status": "accepted"}, {"status": "duplicate"}, {"status": "rejected", "reason": "bad_token"},
        malformed, malformed, malformed,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("decided", "at", "said"),
    [
        (timedelta(hours=-47), timedelta(hours=-46), "accepted"), (timedelta(hours=-49), timedelta(0), "too_old"),
        (timedelta(0), timedelta(hours=1), "in_the_future"), (timedelta(hours=1), timedelta(0), "in_the_future"),
        (timedelta(hours=-1), timedelta(days=-300_000), "accepted"),
    ],
)  # fmt: skip
def test_what_is_out_of_time_is_refused_one_by_one(client, shop, noon, decided, at, said):
    event = {"token": adverts.served(adverts.ad(shop), at=AT + decided), "kind": "impression"}
    good = {"token": adverts.served(adverts.ad(shop)), "kind": "impression"}
    results = post(client, [event | {"at": (AT + at).isoformat()}, good]).json()["results"]
    assert [each.get("reason", each["status"]) for each in results] == [said, "accepted"]


def test_what_is_said_again_in_a_batch_and_after_it_is_charged_once(client, reports):
    at = (AT + 5 * SECOND).isoformat()
    clicks = [{"token": report.token, "kind": "click", "at": at} for report in reports[::3]] * 100
    with clock.at(LATER):
        first, again = ([each["status"] for each in post(client, clicks).json()["results"]] for _ in range(2))
    assert (first[:6], set(first[6:]), set(again)) == (["accepted"] * 6, {"duplicate"}, {"duplicate"})
    assert Charge.objects.count() == 3


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b'{"events": [{"at": NaN}]}', {}, 400), (b"\xff\xfe", {}, 400), (b"[" * 50_000, {}, 400),
        (b'{"events": ["\\ud800"]}', {}, 400), (b'{"events": ["' + b"x" * 6_000_000 + b'"]}', {}, 413),
        (gzip.compress(b'{"events": [' + b"{}," * 100_000 + b"{}]}"), {"Content-Encoding": "gzip"}, 400),
        (b"", {"Transfer-Encoding": "chunked"}, 411),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_problem(client, raw, headers, status):
    if status == 411:
        answer = client.post("/api/v1/events", headers=headers, CONTENT_LENGTH="")
    else:
        answer = client.post("/api/v1/events", raw, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


@pytest.mark.parametrize("events", [[], [{}] * 1001, {}, None])
def test_what_is_no_batch_is_refused(client, events):
    assert post(client, events).json()["code"] == "invalid"
