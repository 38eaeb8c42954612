"""What is unusual is found once, told once, and only beside enough days that were busy by the same hour."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from chengfeng import clock, outbox
from chengfeng.models import OutboxMessage
from reports.anomalies import keeping, watching
from reports.anomalies.judging import judge
from reports.anomalies.letters import letters_to
from reports.models import Anomaly, AnomalyMute, PastHours
from tests.factories import member, variant

from . import world

DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 4, 10, tzinfo=UTC)  # 12:10 in Shanghai
CALM = [Decimal(80 + 5 * (n % 5)) for n in range(28)]


@pytest.mark.parametrize(
    ("value", "past", "is_unusual"),
    [
        (95, CALM, False),
        (110, CALM, False),  # more than ever, but no farther than chance goes
        (20, CALM, True),
        (0, CALM, True),
        (400, CALM, True),
        (400, CALM[:13], False),  # too few days to say
        (400, [Decimal(0)] * 10 + CALM[:18], False),  # a shop that often has nothing by then
        (0, [Decimal(3)] * 28, False),  # nothing is what chance brings where there are few
        (400, [*CALM[:27], Decimal(500)], False),  # it has been so before
        (300, [Decimal(n * n) for n in range(1, 29)], False),  # days that differ much
    ],
)
def test_a_number_is_unusual_far_outside_of_what_was(value, past, is_unusual):
    assert bool(judge(Decimal(value), past, is_count=True)) == is_unusual


def test_amounts_are_judged_alike_in_any_currency_and_say_what_is_usual():
    found = judge(Decimal(20), CALM, is_count=False)
    large = judge(Decimal(20_000), [1000 * one for one in CALM], is_count=False)
    assert (found.usual, found.low, found.high) == (90, 80, 100)
    assert (large.usual, large.low, large.high) == (90_000, 80_000, 100_000)


def test_a_halt_in_the_morning_is_seen_in_the_last_hours_before_it_shows_in_the_day():
    steady = {code: [Decimal(10 * hour) for hour in range(1, 25)] for code in watching.Watched.values}
    halted = steady | {"clicks": [Decimal(min(10 * hour, 90)) for hour in range(1, 25)]}
    (found,) = watching.unusual(halted, [steady] * 28, hour=12)
    assert found[0] == "clicks" and found[1][:2] == (9, 0)


@pytest.fixture
def quiet(db, shop):
    """A shop that sells about 30 times by noon, and has sold nothing today."""
    by_hour = [3 * hour for hour in range(1, 25)]
    nothing = dict.fromkeys(watching.Watched.values, ["0"] * 24)
    for back in range(1, 29):
        sums = nothing | {"placed_orders": [str(one + back % 3) for one in by_hour]}
        PastHours.objects.create(merchant=shop, day=DAY - timedelta(days=back), sums=sums)
    return shop


def test_the_days_before_are_summed_once_from_their_rows(db, shop):
    goods, at = variant(shop), NOON - timedelta(days=1)
    shop.created_at = at
    shop.save()
    world.sell(goods, at=at)
    world.sell(goods, at=at + timedelta(hours=3))
    for _again in range(2):
        list(watching.remember([shop], at=NOON))
    (row,) = PastHours.objects.all()
    assert (row.day, row.sums["placed_orders"]) == (date(2026, 3, 9), ["0"] * 12 + ["1"] * 3 + ["2"] * 9)
    assert [Decimal(one) for one in row.sums["paid_gmv"][11:13]] == [0, 108]


def test_it_is_told_once_a_day_and_over_when_it_is_usual_again(quiet, alice):
    member(quiet, "Bob", "analyst")
    AnomalyMute.objects.create(merchant=quiet, user=alice)
    assert [watching.watch(at=NOON + timedelta(minutes=15 * n)) for n in range(3)] == [1, 0, 0]
    (found,) = keeping.pressing(quiet, at=NOON)
    assert (found.measure, found.value, found.usual, found.is_high) == ("placed_orders", 0, 37, False)
    for message in OutboxMessage.objects.filter(topic=watching.TOPIC):
        outbox.deliver(message)
    assert [(len(letter.to), letter.to[0].startswith("bob")) for letter in mail.outbox] == [(1, True)]
    assert "0 (until 12:00)" in mail.outbox[0].body and "usually 37" in mail.outbox[0].body
    goods = variant(quiet, stock=99)
    for n in range(34):
        world.place(goods, at=NOON - timedelta(minutes=20 * n + 11), shopper=uuid.uuid4())
    assert watching.watch(at=NOON + timedelta(hours=1)) == 0
    assert (keeping.pressing(quiet, at=NOON), Anomaly.objects.get().over_at) == ([], NOON + timedelta(hours=1))


def test_one_is_put_aside_and_brought_back_and_letters_are_refused(quiet, alice, client):
    watching.watch(at=NOON)
    code = Anomaly.objects.get().code
    client.force_login(alice)
    page, one = reverse("reports:anomalies", args=[quiet.code]), reverse("reports:anomaly", args=[quiet.code, code])
    with clock.at(NOON):
        assert client.post(one, {"aside": "1"}).status_code == 302
        assert keeping.pressing(quiet, at=NOON) == []
        assert "Put aside" in client.get(page).text
        client.post(one, {"aside": ""})
        assert len(keeping.pressing(quiet, at=NOON)) == 1
        client.post(reverse("reports:anomaly_letters", args=[quiet.code]), {"wanted": ""})
    assert list(letters_to(quiet)) == []
