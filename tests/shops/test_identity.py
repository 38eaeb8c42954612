"""Identity: whose a device is, since when, and who says so; never against the shopper's word."""

import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ads import audiences
from chengfeng import sql
from chengfeng.models import OutboxMessage
from shops.identity.linking import link, linking
from shops.identity.owning import Interval, devices_of, person_at
from shops.models import Delegation, Link
from shops.shopper import COOKIE, seal
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

pytestmark = pytest.mark.django_db
races = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEFORE = timedelta(days=30)
LOGIN, CHECKOUT = Link.Evidence.LOGIN, Link.Evidence.CHECKOUT


@pytest.fixture
def phone() -> uuid.UUID:
    return factories.shopper()


@pytest.fixture
def browser(phone) -> Client:
    """A browser on that phone."""
    client = Client()
    client.cookies[COOKIE] = seal(phone)
    return client


def links(shopper) -> list[tuple]:
    return list(Link.objects.filter(shopper=shopper).order_by("number").values_list("number", "person", "evidence"))


def test_a_device_is_theirs_from_thirty_days_before_the_first_log_in_until_the_next_person(phone, sam):
    tim = factories.person("tim")
    assert [link(phone, who, evidence=LOGIN, at=AT + n * HOUR) for n, who in enumerate([sam, sam, tim, sam])] == [
        True, False, True, True,
    ]  # fmt: skip
    moments = [-BEFORE - HOUR, -BEFORE, 0 * HOUR, 2 * HOUR - timedelta(microseconds=1), 2 * HOUR, 3 * HOUR, 99 * DAY]
    owners = [person_at(phone, AT + moment) for moment in moments]
    assert owners == [phone, sam.person, sam.person, sam.person, tim.person, sam.person, sam.person]
    assert devices_of(sam.person) == [
        Interval(phone, AT - BEFORE, AT + 2 * HOUR), Interval(phone, AT + 3 * HOUR, None)
    ]  # fmt: skip


def test_links_of_a_device_never_go_back_in_time(phone, sam):
    tim = factories.person("tim")
    link(phone, sam, evidence=LOGIN, at=AT)
    link(phone, tim, evidence=LOGIN, at=AT - HOUR)
    assert devices_of(tim.person) == [Interval(phone, AT, None)]
    assert person_at(phone, AT - HOUR) == sam.person


def test_a_link_is_told_once_with_since_when_the_device_counts(phone, sam):
    link(phone, sam, evidence=LOGIN, at=AT)
    link(phone, sam, evidence=CHECKOUT, at=AT + HOUR)
    message = OutboxMessage.objects.get(topic="identity.linked")
    since = (AT - BEFORE).isoformat()
    assert message.key == str(Link.objects.get().pk)
    assert message.payload == {"shopper": str(phone), "person": str(sam.person), "since": since}


def test_links_are_never_changed(phone, sam):
    link(phone, sam, evidence=LOGIN, at=AT)
    for change in (lambda: Link.objects.update(person=phone), lambda: Link.objects.all().delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


@pytest.mark.usefixtures("noon")
def test_logging_in_and_registering_link_the_browser(browser, phone, sam):
    browser.post(reverse("shops:login"), {"username": sam.email, "password": "correct horse"})
    browser.logout()
    browser.cookies[COOKIE] = seal(phone)
    new = {"email": "tim@example.org", "name": "Tim", "password": "correct horse 2"}
    browser.post(reverse("shops:register"), new)
    tim = type(sam).objects.get(email="tim@example.org")
    assert links(phone) == [(1, sam.person, "login"), (2, tim.person, "register")]


@pytest.mark.parametrize("work", ["operator", "manager", "colleague", "agency"])
def test_who_comes_to_work_takes_no_device_over_but_by_buying(work, phone, shop, sam, alice):
    worker = {
        "operator": lambda: factories.person("oscar", is_staff=True),
        "manager": lambda: factories.person("kai", is_ka_manager=True),
        "colleague": lambda: factories.member(shop, "bob", "service"),
        "agency": lambda: factories.person("ann"),
    }[work]()
    if work == "agency":
        Delegation.objects.create(
            merchant=shop, delegate=worker, kind="agency", rights=["ads"], granted_by=alice, starts_at=AT,
            expires_at=AT + DAY,
        )  # fmt: skip
    link(phone, sam, evidence=LOGIN, at=AT)
    assert not link(phone, worker, evidence=LOGIN, at=AT + HOUR)
    assert person_at(phone, AT + DAY) == sam.person
    assert link(phone, worker, evidence=CHECKOUT, at=AT + HOUR)


def test_a_device_without_personalised_ads_is_nobody_s_from_then_on(phone, sam):
    link(phone, sam, evidence=LOGIN, at=AT)
    audiences.opt_out(phone, at=AT + HOUR)
    assert not link(phone, sam, evidence=CHECKOUT, at=AT + 2 * HOUR)
    assert [person_at(phone, AT + n * HOUR) for n in (0, 1, 2)] == [sam.person, phone, phone]
    audiences.opt_in(phone, at=AT + 3 * HOUR)
    assert person_at(phone, AT + 3 * HOUR) == phone
    assert link(phone, sam, evidence=LOGIN, at=AT + 4 * HOUR)
    assert person_at(phone, AT + 4 * HOUR) == sam.person
    assert OutboxMessage.objects.filter(topic="identity.linked").count() == 2


def test_a_device_kept_apart_from_the_start_was_never_anybody_s(phone, sam):
    audiences.opt_out(phone, at=AT)
    audiences.opt_out(phone, at=AT + HOUR)
    assert links(phone) == [(1, phone, "apart")]
    audiences.opt_in(phone, at=AT + HOUR)
    link(phone, sam, evidence=LOGIN, at=AT + 2 * HOUR)
    assert [person_at(phone, AT + n * DAY) for n in (-40, -1, 1)] == [phone, phone, sam.person]


@races
@pytest.mark.parametrize("is_control", [False, True])
def test_log_ins_at_once_leave_one_chain_of_links(phone, is_control):
    people = [factories.person(name) for name in ("sam", "tim", "sue")] * 2
    calls = [lambda who=who: (naive if is_control else link)(phone, who, evidence=LOGIN, at=AT) for who in people]
    outcomes = at_once(calls)
    if is_control:
        assert [type(outcome) for outcome in outcomes].count(IntegrityError) == 5
        return
    chain = links(phone)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [number for number, *_ in chain] == list(range(1, len(chain) + 1))
    assert all(one[1] != other[1] for one, other in pairwise(chain))
    assert {person for _, person, _ in chain} == {who.person for who in people}


def naive(phone, who, *, evidence, at) -> bool:
    """The control: look at the latest link, then write the next."""
    number = Link.objects.filter(shopper=phone).count() + 1
    everybody_has_read()
    Link.objects.create(shopper=phone, number=number, person=who.person, evidence=evidence, at=at)
    return True


@races
def test_whoever_keeps_a_device_apart_wins_over_those_who_log_in_meanwhile(phone, sam):
    calls = [lambda: audiences.opt_out(phone, at=AT), *[lambda: link(phone, sam, evidence=LOGIN, at=AT)] * 4]
    at_once(calls)
    assert links(phone)[-1] == (len(links(phone)), phone, "apart")


def test_a_step_that_was_overtaken_links_after_all(phone, sam):
    step = linking(phone, sam, evidence=CHECKOUT, at=AT)
    link(phone, factories.person("tim"), evidence=LOGIN, at=AT)
    step.heed("overtaken")
    assert person_at(phone, AT) == sam.person
    sql.together(step)
    assert len(links(phone)) == 2
