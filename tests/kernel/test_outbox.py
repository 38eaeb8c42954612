"""The outbox: told at least once, again after a failure, given up in plain sight."""

from datetime import timedelta

import pytest

from chengfeng import outbox
from chengfeng.models import Heartbeat, OutboxMessage
from tests.factories import AT

pytestmark = pytest.mark.django_db
heard = []


def listen(message):
    heard.append(message.key)


def fail(message):
    raise ConnectionError("nobody there")


def write_and_fail(message):
    Heartbeat.objects.create(name=message.key, beaten_at=AT)
    fail(message)


@pytest.fixture(autouse=True)
def consumers(settings):
    heard.clear()
    settings.OUTBOX_CONSUMERS = {"told": [f"{__name__}.listen"], "lost": [f"{__name__}.fail"]}


def publish(topic, key="k"):
    outbox.publish(topic, key=key, payload={}, at=AT)


def test_a_message_is_told_once_however_often_it_is_published():
    publish("told")
    publish("told")
    assert [outbox.relay(at=AT), outbox.relay(at=AT)] == [1, 0]
    assert heard == ["k"]


def test_a_failure_waits_and_lets_the_others_pass():
    publish("lost")
    publish("told")
    assert outbox.relay(at=AT) == 2
    message = OutboxMessage.objects.get(topic="lost")
    assert (heard, message.attempts, message.due_at) == (["k"], 1, AT + timedelta(seconds=outbox.BACKOFF[0]))
    assert message.last_error == "ConnectionError: nobody there"


def test_a_consumer_that_fails_is_undone_and_keeps_nothing_from_the_next(settings):
    settings.OUTBOX_CONSUMERS = {"told": [f"{__name__}.write_and_fail", f"{__name__}.listen"]}
    publish("told")
    assert outbox.relay(at=AT) == 1
    assert (heard, Heartbeat.objects.count()) == (["k"], 0)
    assert OutboxMessage.objects.get().last_error == "ConnectionError: nobody there"


def test_a_message_that_keeps_failing_is_a_dead_letter_until_revived():
    publish("lost")
    at = AT
    for wait in [0, *outbox.BACKOFF]:
        at += timedelta(seconds=wait)
        assert outbox.relay(at=at) == 1
    message = OutboxMessage.objects.get()
    assert (message.dead_at, outbox.relay(at=at + timedelta(days=9))) == (at, 0)
    outbox.revive(message, at=at)
    assert outbox.relay(at=at) == 1
