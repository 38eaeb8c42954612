"""Webhooks: told once or more and never less, tried again by the schedule, and no endpoint at another's expense."""

import json
import os
import re
import signal
import threading
import time
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core import mail
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from chengfeng import clock, outbox, serving
from chengfeng.models import OutboxMessage
from chengfeng.settings import BASE_DIR, LANES, OUTBOX_CONSUMERS
from chengfeng.webhooks.posting import Answer
from shops import tokens
from shops.hooks import events, fanning, forgetting, keeping, replaying, retrying, secrets, sending
from shops.models import AuditEntry, HookAttempt, HookEndpoint, HookMessage
from shops.people.rights import Right
from shops.tenancy import Access
from tests import far_ends
from tests.factories import AT, endpoint

State = HookMessage.State
REFUSED, ACCEPTED, GONE = Answer(status=500, body="oh"), Answer(status=204), Answer(status=410)


@pytest.fixture(autouse=True)
def consumers(settings):
    """What other rooms send by mail about these topics is theirs to test."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.OUTBOX_CONSUMERS = {
        topic: [path for path in paths if path.startswith("shops.hooks")]
        for topic, paths in settings.OUTBOX_CONSUMERS.items()
    }


@pytest.fixture
def far():
    with far_ends.listening() as end:
        yield end


@pytest.fixture
def owner(alice, shop):
    return Access(shop, frozenset(Right), alice)


def tell(shop, *, key="ord_1", topic="order.paid", at=AT, **told):
    """Publish what happened and let the outbox tell it."""
    with clock.at(at):
        outbox.publish(topic, key=key, payload={"merchant": shop.code, "order": key} | told, at=at)
        outbox.relay(at=at)


def attempt(answer: Answer, *, at=AT) -> HookMessage:
    """Claim the one message that is due, on whichever lane, and let it be answered."""
    (claim,) = sending.claim(at=at, room=9) or sending.claim(at=at, room=9, is_failing=True)
    sending.settle(claim, answer, at=at)
    return HookMessage.objects.get(pk=claim.message.pk)


# What is told to whom


@pytest.mark.django_db
def test_each_endpoint_that_wants_to_know_is_told_once(shop, foreign_shop, settings):
    mine = [endpoint(shop, "order.paid", "order.shipped"), endpoint(shop, "order.paid")]
    endpoint(shop, "order.shipped")
    endpoint(foreign_shop, "order.paid")
    endpoint(shop, "order.paid", deleted_at=AT)
    tell(shop)
    fanning.fan_out(OutboxMessage.objects.get())  # a repeat
    told = HookMessage.objects.order_by("pk")
    assert [(each.endpoint, each.state) for each in told] == [(each, State.WAITING) for each in mine]
    address = f"{settings.BASE_URL}/api/v1/orders/ord_1"
    assert told[0].data == {"merchant": shop.code, "order": "ord_1", "url": address}


@pytest.mark.django_db
def test_an_event_that_nobody_wants_costs_one_statement(shop, django_assert_num_queries):
    outbox.publish("order.paid", key="ord_1", payload={"merchant": shop.code, "order": "ord_1"}, at=AT)
    message = OutboxMessage.objects.get()
    with django_assert_num_queries(1):
        fanning.fan_out(message)


@pytest.mark.django_db
def test_a_letter_that_cannot_be_sent_keeps_no_program_waiting(shop, settings):
    settings.OUTBOX_CONSUMERS = {"order.paid": ["nowhere.to.be_found", "shops.hooks.fanning.fan_out"]}
    endpoint(shop)
    tell(shop)
    assert OutboxMessage.objects.get().attempts == 1
    outbox.relay(at=AT + timedelta(minutes=1))
    assert HookMessage.objects.get().state == State.WAITING


def test_every_event_has_its_topic_and_every_topic_its_event():
    topics = {topic for topic, paths in OUTBOX_CONSUMERS.items() if "shops.hooks.fanning.fan_out" in paths}
    assert topics == set(events.EVENTS)


def test_the_documented_events_are_those_that_there_are():
    rows = re.findall(
        r"^\| `([a-z_.]+)` \| [^|]+ \|([^|]*)\|$", (BASE_DIR / "docs" / "api.md").read_text(), re.MULTILINE
    )
    documented = {name: set(re.findall(r"`(\w+)`", members)) for name, members in rows}
    assert documented == {name: set(event.members) - {"url"} for name, event in events.EVENTS.items()}


def test_what_events_say_names_nobody():
    told = {"order": "o", "email": "sam@example.org", "recipient": "Sam", "merchant": "m"}
    assert events.EVENTS["order.paid"].data(told).keys() == {"order", "merchant", "url"}


def test_the_lanes_that_are_served_are_those_that_the_settings_name():
    assert set(serving.LANES) == set(LANES)


# The schedule


@pytest.mark.django_db
def test_the_schedule_is_kept_and_the_id_stays(shop, monkeypatch):
    monkeypatch.setattr(retrying.random, "uniform", lambda least, most: 1)
    endpoint(shop)
    tell(shop)
    at, waits = AT, []
    while (message := attempt(REFUSED, at=at)).state == State.WAITING:
        waits.append(message.due_at - at)
        assert not sending.claim(at=message.due_at - timedelta(seconds=1), room=9, is_failing=True)
        at = message.due_at
    assert (waits, message.state) == (list(retrying.WAITS), State.DEAD)
    numbers = list(message.attempts.values_list("number", "status", "answer"))
    assert numbers == [(number, 500, "oh") for number in range(1, 11)]


def test_waits_differ_by_chance_and_whoever_asks_for_more_gets_it():
    waits = [retrying.wait_after(1, REFUSED).total_seconds() for _ in range(200)]
    assert 270 <= min(waits) < 285 and 315 < max(waits) <= 330
    busy = Answer(status=429, retry_after=timedelta(hours=2))
    assert retrying.wait_after(0, busy) == timedelta(hours=2)
    assert retrying.wait_after(0, Answer(status=503, retry_after=timedelta(days=9))) == timedelta(days=1)
    assert retrying.wait_after(0, Answer(status=500, retry_after=timedelta(days=9))) < timedelta(seconds=6)


@pytest.mark.django_db
def test_a_success_ends_the_failing(shop):
    hook = endpoint(shop)
    tell(shop)
    attempt(REFUSED)
    hook.refresh_from_db()
    assert hook.failing_since == AT
    message = attempt(ACCEPTED, at=AT + timedelta(minutes=1))
    hook.refresh_from_db()
    assert (hook.failing_since, message.state, message.due_at) == (None, State.DELIVERED, None)
    assert message.delivered_at == AT + timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "state"), [(4, "active"), (5, "disabled")])
def test_days_of_failure_switch_an_endpoint_off(shop, alice, days, state):
    hook = endpoint(shop, failing_since=AT - timedelta(days=days))
    tell(shop)
    HookMessage.objects.update(retries=len(retrying.WAITS))
    assert attempt(REFUSED).state == State.DEAD
    hook.refresh_from_db()
    assert hook.state == state


@pytest.mark.django_db
def test_gone_switches_off_at_once_and_says_so(shop, alice, bob, client):
    hook = endpoint(shop)
    tell(shop)
    tell(shop, key="ord_2")
    claims = sending.claim(at=AT, room=9)
    sending.settle(claims[0], GONE, at=AT)
    hook.refresh_from_db()
    assert (hook.state, hook.disabled_for, hook.disabled_at) == ("disabled", "gone", AT)
    assert set(HookMessage.objects.values_list("state", flat=True)) == {State.HELD}
    sending.settle(claims[1], REFUSED, at=AT)  # was on its way
    tell(shop, key="ord_3")
    assert set(HookMessage.objects.values_list("state", flat=True)) == {State.HELD}
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"]]
    assert hook.url in mail.outbox[0].body
    assert AuditEntry.objects.get(merchant=shop).verb == "webhook.disable"
    client.force_login(alice)
    page = client.get(reverse("shops:webhooks", args=[shop.code]))
    assert "It answered 410 Gone" in page.text


@pytest.mark.django_db
def test_an_endpoint_that_is_off_for_good_is_written_to_no_more(shop):
    endpoint(shop, state="disabled", disabled_for="by_hand", disabled_at=AT - timedelta(days=30))
    tell(shop)
    assert not HookMessage.objects.exists()


# Sending again


@pytest.mark.django_db
def test_what_failed_is_sent_again_under_the_same_id(shop, owner):
    hook = endpoint(shop)
    for day, state in enumerate(("dead", "held", "delivered", "dead")):
        HookMessage.objects.create(
            merchant=shop, endpoint=hook, event="order.paid", key=str(day), state=state, created_at=AT, retries=9,
            happened_at=AT + timedelta(days=day), delivered_at=AT if state == "delivered" else None, attempts_made=10,
        )  # fmt: skip
    since = AT + timedelta(days=1)
    assert replaying.replay_failed(owner, hook, since=since, at=AT) == 2
    assert replaying.replay_failed(owner, hook, since=since, at=AT) == 0
    again = HookMessage.objects.filter(state=State.WAITING).order_by("pk")
    assert list(again.values_list("key", "due_at", "retries")) == [("1", AT, 0), ("3", AT, 0)]
    delivered = HookMessage.objects.get(key="2")
    assert [replaying.replay(owner, delivered, at=AT), replaying.replay(owner, delivered, at=AT)] == [True, False]
    keeping.disable(owner, hook, at=AT)
    with pytest.raises(replaying.SwitchedOff):
        replaying.replay(owner, delivered, at=AT)


# Secrets


@pytest.mark.django_db
def test_after_a_rotation_both_secrets_prove_it_for_a_day(shop, owner, far):
    hook = endpoint(shop, url=far.url("/in"))
    before = secrets.secret_of(hook)
    hook = keeping.rotate(owner, hook, at=timezone.now())
    after = secrets.secret_of(hook)
    replaying.test(owner, hook, at=timezone.now())
    assert sending.run() == 1
    ((_, headers, body),) = far.requests
    said = {"type": "webhook.test", "version": 1, "data": {"merchant": shop.code, "endpoint": hook.code}}
    for secret in (before, after):
        assert Webhook(secret).verify(body, headers).items() >= said.items()
    assert before != after
    over = hook.rotated_at + secrets.OVERLAP
    assert secrets.signing_secrets(hook, at=over) == [after]
    assert before not in json.dumps(list(AuditEntry.objects.values("details")), default=str)


# For real: threads, processes, sockets


def known(*keys: str, hook: HookEndpoint, at=None) -> list[HookMessage]:
    """Write messages that are due."""
    at = at or timezone.now()
    return [
        HookMessage.objects.create(
            merchant=hook.merchant, endpoint=hook, event="order.paid", key=key, happened_at=at, created_at=at, due_at=at
        )
        for key in keys
    ]


@pytest.mark.django_db
def test_what_answers_badly_is_tried_again_and_what_answers_well_is_not(shop, far):
    ways = {"/in": 200, "/500": 500, "/301": 301, "/410": 410, "/429": 429, "/huge": 200}
    for path in ways:
        known(path, hook=endpoint(shop, url=far.url(path)))
    assert sending.run() == 6
    attempts = HookAttempt.objects.order_by("message").values_list("message__key", "status")
    assert dict(attempts) == ways
    states = dict(HookMessage.objects.values_list("key", "state"))
    assert states == dict.fromkeys(ways, "waiting") | {"/in": "delivered", "/huge": "delivered", "/410": "held"}
    waits = {m.key: m.due_at - timezone.now() for m in HookMessage.objects.filter(state="waiting")}
    assert waits["/500"] < timedelta(seconds=6) < timedelta(hours=1.9) < waits["/429"]
    assert far.ids("/in") == [HookMessage.objects.get(key="/in").code]


@pytest.mark.django_db(transaction=True)
def test_endpoints_that_hang_delay_the_others_by_less_than_5_seconds(shop, far):
    for number in range(6):
        known(*"abcdefghij", hook=endpoint(shop, url=far.url("/hang")), at=timezone.now() - timedelta(hours=number))
    good = endpoint(shop, url=far.url("/in"))
    known("before", hook=good)
    lane = threading.Thread(target=lambda: (sending.run(), connections.close_all()))
    lane.start()
    waits = [arrival(far, 1)]
    for number in range(2, 5):
        known(f"during {number}", hook=good)
        waits.append(arrival(far, number))
        time.sleep(0.3)
    HookMessage.objects.filter(state=State.WAITING).update(state=State.HELD, due_at=None)  # lets the lane come to rest
    far.over.set()
    lane.join(20)
    assert max(waits) < 5
    assert len(far.ids("/hang")) <= 6 * sending.AT_ONCE


def arrival(far, number: int) -> float:
    """Return the seconds until that many messages are in."""
    begun = time.monotonic()
    while len(far.ids("/in")) < number:
        assert time.monotonic() - begun < 15
        time.sleep(0.01)
    return time.monotonic() - begun


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False])
def test_two_workers_at_once_make_one_attempt_each(shop, far, is_locked, monkeypatch):
    """The control looks for what is due without locking it."""
    if not is_locked:
        slow = "WHERE pg_sleep(.1)::text = '' AND claimed.id"
        unguarded = sending.CLAIM.replace("FOR UPDATE SKIP LOCKED", "").replace("WHERE claimed.id", slow)
        monkeypatch.setattr(sending, "CLAIM", unguarded)
    known("a", "b", "c", hook=endpoint(shop, url=far.url("/in")))
    start, claimed = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        claimed.extend(claim.message.key for claim in sending.claim(at=timezone.now(), room=9))
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (sorted(claimed) == ["a", "b", "c"]) == is_locked


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_leaves_it_to_the_next_under_the_same_id(shop, far):
    (message,) = known("a", hook=endpoint(shop, url=far.url("/hang")))
    connections.close_all()
    child = os.fork()
    if not child:
        sending.run()
        os._exit(0)
    while not far.ids("/hang"):
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert not sending.claim(at=timezone.now(), room=9)
    HookEndpoint.objects.update(url=far.url("/in"))
    later = timezone.now() + sending.LEASE
    with clock.at(later):
        assert sending.run() == 1
    assert far.ids("/in") == far.ids("/hang") == [message.code]
    ends = HookAttempt.objects.order_by("number").values_list("number", "status")
    assert list(ends) == [(1, None), (2, 200)]


# Forgetting


@pytest.mark.django_db
def test_the_log_is_forgotten(shop):
    hook = endpoint(shop)
    old, new = known("a", hook=hook, at=AT), known("b", hook=hook, at=AT + timedelta(seconds=1))
    old[0].attempts.create(number=1, started_at=AT)
    assert [forgetting.forget(before=AT + timedelta(seconds=1)), forgetting.forget(before=AT)] == [1, 0]
    assert list(HookMessage.objects.all()) == new and not HookAttempt.objects.exists()


# Pages and the API


FORM = {"url": "https://program.example/in", "description": "ERP", "events": ["order.paid", "case.moved"]}


@pytest.mark.django_db
def test_the_owner_keeps_endpoints_on_pages(client, alice, shop, noon):
    client.force_login(alice)
    page = reverse("shops:webhooks", args=[shop.code])
    assert "pip install standardwebhooks" in client.get(page).text
    assert client.post(f"{page}new/", FORM).status_code == 302
    hook = HookEndpoint.objects.get()
    assert (hook.url, hook.events, hook.created_by) == (FORM["url"], FORM["events"], alice)
    at = f"{page}{hook.code}/"
    assert secrets.secret_of(hook) in client.get(f"{at}secret/").text
    assert secrets.secret_of(hook) not in client.get(at).text
    assert client.post(f"{at}edit/", FORM | {"description": "B", "version": 1}).status_code == 302
    assert client.post(f"{at}edit/", FORM | {"description": "C", "version": 1}).status_code == 422
    sent = client.post(f"{at}test/")
    assert "It is about to be sent." in client.get(sent.url).text
    for verb in ("disable", "test", "replay", "enable", "secret", "replay"):
        assert client.post(f"{at}{verb}/", follow=True).status_code == 200
    hook.refresh_from_db()
    assert (hook.state, hook.generation, hook.description) == ("active", 2, "B")
    message = HookMessage.objects.get()
    assert message.state == State.WAITING
    assert client.get(f"{at}?state=waiting&event=webhook.test").status_code == 200
    client.post(f"{at}delete/")
    assert client.get(at).status_code == 404
    verbs = ["create", "edit", "test", "disable", "enable", "rotate", "replay", "delete"]
    found = AuditEntry.objects.filter(target=hook.code).order_by("number").values_list("verb", flat=True)
    assert list(found) == [f"webhook.{verb}" for verb in verbs]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("program.example", "address"), ("https://", "address"), ("https://a b.example", "address"),
        ("ftp://program.example", "https"), ("https://a:b@program.example", "credentials"),
        ("https://program.example/#x", "credentials"), ("https://10.0.0.1/", "private"), ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"), ("http://program.example", "https"),
        ("https://program.example:99999/", "address"), ("https://program.example:0/", "address"),
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_refused_with_its_rule(client, alice, shop, settings, url, rule):
    settings.WEBHOOK_NETWORKS = []
    client.force_login(alice)
    refused = client.post(reverse("shops:webhook_new", args=[shop.code]), FORM | {"url": url})
    assert [error.code for error in refused.context["form"].errors.as_data()["url"]] == [rule]
    program = of(shop, alice)
    answer = program.post("/api/v1/webhook-endpoints", FORM | {"url": url}, format="json", headers=once())
    assert [(e["field"], e["rule"]) for e in answer.json()["errors"]] == [("url", rule)]


@pytest.mark.django_db
def test_programs_do_what_people_do(shop, alice, noon):
    program = of(shop, alice)
    root = "/api/v1/webhook-endpoints"
    names = [event["name"] for event in program.get("/api/v1/webhook-events").json()]
    assert names == list(events.EVENTS)
    made = program.post(root, FORM, format="json", headers=once("k")).json()
    assert program.post(root, FORM, format="json", headers=once("k")).json() == made
    at = f"{root}/{made['code']}"
    first = program.get(f"{at}/secret")
    assert (first.json()["both_until"], first["cache-control"]) == (None, "no-store")
    program.post(f"{at}/secret", headers=once("r"))
    program.post(f"{at}/secret", headers=once("r"))
    second = program.get(f"{at}/secret").json()
    assert second["secret"] != first.json()["secret"] and second["both_until"]
    tested = program.post(f"{at}/test", headers=once("t"))
    assert (tested.status_code, tested.json()["state"]) == (202, "waiting")
    attempt(REFUSED)
    listed = program.get("/api/v1/webhook-messages", {"endpoint": made["code"], "state": "waiting"}).json()
    assert [each["code"] for each in listed["results"]] == [tested.json()["code"]]
    one = program.get(f"/api/v1/webhook-messages/{tested.json()['code']}").json()
    assert [(each["status"], each["answer"]) for each in one["attempts"]] == [(500, "oh")]
    assert program.patch(at, {"version": 9, "events": ["order.paid"]}, format="json").status_code == 409
    off = program.patch(at, {"state": "disabled", "events": ["order.paid"]}, format="json").json()
    assert (off["state"], off["events"], off["disabled_for"]) == ("disabled", ["order.paid"], "by_hand")
    refused = program.post(f"{at}/replay", {}, format="json", headers=once("p"))
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_switched_off")
    program.patch(at, {"state": "active"}, format="json")
    assert program.post(f"{at}/replay", {"since": AT.isoformat()}, format="json", headers=once("p")).json() == {
        "messages": 1
    }
    assert program.delete(at).status_code == 204
    assert [each.status_code for each in (program.get(at), program.delete(at))] == [404, 404]


@pytest.mark.django_db
def test_there_is_an_end_to_endpoints(shop, owner):
    values = {"url": FORM["url"], "events": ["order.paid"]}
    for _ in range(keeping.AT_MOST):
        made = keeping.create(owner, values=values, at=AT)
    with pytest.raises(keeping.TooMany):
        keeping.create(owner, values=values, at=AT)
    keeping.delete(owner, made, at=AT)
    keeping.create(owner, values=values, at=AT)


@pytest.mark.django_db
def test_a_stranger_meets_nothing(client, charlie, foreign_shop, shop, alice, far):
    hook = endpoint(shop)
    known("a", hook=hook)
    client.force_login(charlie)
    message = HookMessage.objects.get()
    assert client.get(reverse("shops:webhook", args=[shop.code, hook.code])).status_code == 404
    assert client.get(reverse("shops:webhook", args=[foreign_shop.code, hook.code])).status_code == 404
    assert (
        client.post(reverse("shops:webhook_message_replay", args=[foreign_shop.code, message.code])).status_code == 404
    )
    program = of(foreign_shop, charlie)
    for address in (
        f"webhook-endpoints/{hook.code}",
        f"webhook-endpoints/{hook.code}/secret",
        f"webhook-messages/{message.code}",
    ):
        assert program.get(f"/api/v1/{address}").status_code == 404
    assert program.get("/api/v1/webhook-messages").json()["results"] == []


def of(shop, by) -> APIClient:
    """A client with a token of the shop that may do everything."""
    _token, secret = tokens.issue(merchant=shop, name="erp", rights=list(Right), by=by, at=AT)
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def once(key: str = "x") -> dict[str, str]:
    return {"Idempotency-Key": key}
