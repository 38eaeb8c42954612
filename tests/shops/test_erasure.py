"""Being forgotten: nothing of a person is found anywhere, and no sum changes; one's own data is handed out before."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from ads import audiences
from ads.attribution.posting import bring_up_to_date
from ads.models import Audience, AudienceMember, Behaviour, ConversionLine, Event
from chengfeng import clock, erasing, jobs, outbox, sql
from chengfeng.models import Job, OutboxMessage
from orders.addresses import book
from orders.aftersale.cases import request as ask_case
from orders.aftersale.deciding import reject, withdraw
from orders.aftersale.models import CasePhoto
from orders.fulfilment import deliver, ship
from orders.models import Address, Cart, Checkout, Order, OrderNote
from orders.settlement import settling
from reports import invariants
from shops.identity import erasing as people
from shops.identity.linking import link
from shops.models import Device, Erasure, Link, ReviewPhoto, User
from shops.people import audit
from shops.people.rights import Right
from shops.shopper import COOKIE, seal
from shops.tenancy import Access
from tests import factories
from tests.ads import adverts
from tests.factories import AT
from tests.orders.conftest import buy, pay, sent  # noqa: F401 – the sandbox's messages stay in the house
from tests.orders.settling import DUE

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = DUE + 60 * DAY
SECRETS = ("sam@example.org", "Sam Sample", "13800138000", "Nanjing Road 1")


@pytest.fixture
def devices():
    """Sam's phone and laptop."""
    return factories.shopper(), factories.shopper()


@pytest.fixture
def variant(shop):
    return factories.variant(shop, stock=50, price="120")


@pytest.fixture
def life(shop, variant, devices, sam, bob):
    """All that Sam left: seen, clicked, bought, complained, reviewed, kept; the first order is settled."""
    phone, laptop = devices
    ad = adverts.ad(shop, advertised=variant.product)
    for kind in ("impression", "click"):
        adverts.event(ad, shopper=phone, at=AT - DAY, kind=kind)
    link(laptop, sam, evidence="login", at=AT - 2 * DAY)
    link(phone, sam, evidence="login", at=AT - DAY)
    Device.objects.create(user=sam, shopper=phone, first_at=AT)
    audiences.note("view", shopper=phone, products=[(variant.product_id, shop.pk)], at=AT)
    audience = audience_of(shop)
    AudienceMember.objects.create(audience=audience, shopper=phone)
    values = {"recipient": "Sam Sample", "phone": "13800138000", "street": "Nanjing Road 1", "city": "Shanghai",
              "country": "CN", "region": "Shanghai", "district": "", "postal_code": ""}  # fmt: skip
    book.save(shopper=phone, user=sam, values=values, at=AT)
    Cart.objects.create(shopper=laptop, updated_at=AT)
    order = bought(variant, laptop, sam)
    OrderNote.objects.create(merchant=shop, order=order, text="Sam Sample called", by=bob, at=AT)
    case = reject(ask_case(order, kind="refund", units={order.lines.get().code: 1}, reason="faulty",
                           words="I am Sam Sample", at=AT), note="No, Sam Sample", at=AT)  # fmt: skip
    withdraw(case, at=AT)
    CasePhoto.objects.create(merchant=shop, case=case, side="shopper", file=ContentFile(b"x", "a.jpg"), added_at=AT)
    review = factories.review(variant, shopper=laptop, author="S*m", text="Sam Sample liked it",
                              cause=order.lines.get().code)  # fmt: skip
    ReviewPhoto.objects.create(review=review, place=1, image=ContentFile(b"x", "b.jpg"))
    audit.record(Access(shop, frozenset(Right), bob), "invitation.create", at=AT, email=sam.email)
    return order


def audience_of(shop) -> Audience:
    return Audience.objects.create(merchant=shop, name="All", kinds=["view"], days=7, created_at=AT)


def bought(variant, shopper, user) -> Order:
    checkout = buy(variant, shopper=shopper, user=user)
    Checkout.objects.filter(pk=checkout.pk).update(
        email="sam@example.org", recipient="Sam Sample", phone="13800138000", street="Nanjing Road 1"
    )
    pay(checkout)
    return Order.objects.select_related("merchant").get(checkout=checkout)


def settle(order) -> None:
    ship(order, at=AT)
    deliver(order, at=AT)
    settling.settle_due(at=DUE)


def work(at=LATER) -> None:
    """Run the jobs of erasing, and tell of it."""
    with clock.at(at):
        Job.objects.exclude(kind__in=["erase_people", "erase_history"]).delete()
        while jobs.run_due(at=at):
            pass
        outbox.relay(at=at)
        while jobs.run_due(at=at):
            pass


def found(*words: str) -> list[tuple[str, str, str]]:
    """Return where in the database words are found: table, column, word."""
    columns = sql.rows(
        "SELECT c.oid::regclass::text, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "JOIN pg_type t ON t.oid = a.atttypid WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
        "AND a.attnum > 0 AND NOT a.attisdropped AND t.typcategory NOT IN ('N', 'B', 'D', 'T')"
    )
    return [
        (table, column, word)
        for table, column in columns
        for word in words
        if sql.row(f'SELECT EXISTS (SELECT FROM {table} WHERE strpos("{column}"::text, %s) > 0)', [word])[0]
    ]


def sums() -> dict:
    """What reports are made of, without saying who it was."""
    statements = {
        "events": "SELECT kind, count(*), count(DISTINCT shopper), sum(price) FROM ads_event GROUP BY kind",
        "credits": "SELECT campaign_id, touch, sum(amount), sum(share) FROM ads_credit GROUP BY 1, 2",
        "sales": "SELECT is_new, count(*), count(DISTINCT shopper), sum(value) FROM ads_conversion GROUP BY 1",
        "orders": "SELECT o.state, c.region, count(*), count(DISTINCT o.shopper), sum(o.total) FROM orders_order o "
        "JOIN orders_checkout c ON c.id = o.checkout_id GROUP BY 1, 2",
        "stars": "SELECT product_id, count(*), sum(stars) FROM shops_review GROUP BY 1",
        "entries": "SELECT account_id, sum(amount) FROM chengfeng_entry GROUP BY 1",
        "people": "SELECT count(*), count(DISTINCT shopper), count(DISTINCT person) FROM shops_link",
        "holds": "SELECT state, count(*), sum(quantity) FROM shops_hold GROUP BY 1",
    }
    return {name: sorted(sql.rows(statement)) for name, statement in statements.items()}


def secrets(sam, devices) -> list[str]:
    ids = [sam.person, *devices]
    return [*SECRETS, *(str(each) for each in ids), *(each.hex for each in ids)]


def test_nothing_of_the_person_is_found_and_no_sum_changes(life, sam, devices):
    settle(life)
    words, before = secrets(sam, devices), sums()
    assert {word for _, _, word in found(*words)} >= {"sam@example.org", "13800138000", *map(str, devices)}
    people.ask(sam, at=LATER)
    work()
    assert found(*words) == []
    assert sums() == before
    assert invariants.check() == []
    assert (Address.objects.count(), Cart.objects.count(), Behaviour.objects.count()) == (0, 0, 0)
    assert (ReviewPhoto.objects.count(), CasePhoto.objects.count(), OrderNote.objects.count()) == (0, 0, 0)
    asked = Erasure.objects.get()
    assert (asked.state, asked.replacements, asked.done_at, asked.asked_by) == ("done", {}, LATER, None)


def test_touches_still_resolve_to_the_same_sales(life, sam):
    settle(life)
    people.ask(sam, at=LATER)
    work()
    lines = list(ConversionLine.objects.values_list("pk", flat=True))
    assert bring_up_to_date(lines, reason="linked", cause="1", at=LATER) == []
    assert Link.objects.values("person").distinct().count() == 1
    assert Link.objects.filter(person=User.objects.get(pk=sam.pk).person).count() == 2


def test_until_the_last_order_is_settled_only_the_account_is_closed(life, sam, devices):
    people.ask(sam, at=AT)
    work(at=AT)
    sam.refresh_from_db()
    assert (sam.is_active, sam.has_usable_password(), Erasure.objects.get().state) == (False, False, "waiting")
    assert Checkout.objects.get().recipient == "Sam Sample"
    settle(life)
    jobs.enqueue("erase_people", at=LATER)
    work()
    assert found(*secrets(sam, devices)) == []


def test_killed_at_any_step_and_begun_again_it_comes_to_the_same_end(life, sam, devices, settings, monkeypatch):
    settle(life)
    words, before = secrets(sam, devices), sums()
    asked = people.ask(sam, at=LATER)
    for step in settings.ERASING:
        with monkeypatch.context() as patched, pytest.raises(ZeroDivisionError):
            patched.setattr(step, killed_after(step))
            people.carry_out(Erasure.objects.get(), at=LATER)
    people.carry_out(asked, at=LATER)
    Job.objects.all().delete()
    work()
    assert found(*words) == []
    assert sums() == before


def killed_after(step: str):
    whole = import_string(step)

    def run(forgotten):
        whole(forgotten)
        raise ZeroDivisionError

    return run


def test_asked_for_twice_it_is_one_and_done_again_it_changes_nothing(life, sam):
    settle(life)
    assert people.ask(sam, at=LATER) == people.ask(sam, at=LATER + DAY)
    work()
    assert not people.carry_out(Erasure.objects.get(), at=LATER)
    assert OutboxMessage.objects.filter(topic="person.erased").count() == 1


def test_a_device_of_two_people_stays_and_the_other_keeps_what_is_theirs(life, sam, devices, variant):
    settle(life)
    tim = factories.person("tim")
    shared = factories.shopper()
    link(shared, sam, evidence="login", at=AT)
    link(shared, tim, evidence="login", at=AT + DAY)
    adverts.event(adverts.ad(variant.merchant), shopper=shared, at=AT)
    Cart.objects.create(shopper=shared, updated_at=AT)
    people.ask(sam, at=LATER)
    work()
    assert Event.objects.filter(shopper=shared).count() == Cart.objects.filter(shopper=shared).count() == 1
    assert [each.person for each in Link.objects.filter(shopper=shared).order_by("number")][1] == tim.person
    assert found(str(sam.person), *map(str, devices)) == []


def test_a_device_kept_apart_stays_apart_under_another_name(sam):
    phone = factories.shopper()
    Device.objects.create(user=sam, shopper=phone, first_at=AT)
    audiences.opt_out(phone, at=AT)
    people.ask(sam, at=LATER)
    work()
    kept = Link.objects.get()
    assert kept.shopper == kept.person != phone


@pytest.mark.parametrize("who", ["oscar", "kai", "bob"])
def test_who_works_has_to_leave_first(who, request):
    user = request.getfixturevalue(who)
    with pytest.raises(people.StillAtWork):
        people.ask(user, at=AT)
    user.refresh_from_db()
    assert user.is_active
    assert not Erasure.objects.exists()


def test_only_erasing_opens_what_is_never_changed_and_only_in_its_columns(life):
    audit_entry = "UPDATE shops_auditentry SET details = '{}'"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        sql.run(audit_entry)
    erasing.begin()
    assert sql.run(audit_entry) == 1
    for change in ("UPDATE shops_auditentry SET verb = 'x'", "UPDATE ads_event SET price = 9",
                   "UPDATE orders_casestep SET side = 'shop'", "DELETE FROM shops_link"):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            sql.run(change)


@pytest.fixture
def browser(sam, devices):
    client = Client()
    client.cookies[COOKIE] = seal(devices[1])
    client.force_login(sam)
    return client


@pytest.mark.usefixtures("noon")
def test_the_person_is_forgotten_after_the_password_and_a_last_word(browser, sam):
    page = reverse("shops:erase")
    browser.post(page, {"erase": "yes"})
    assert "This is not your password." in browser.post(page, {"password": "wrong"}).content.decode()
    assert not Erasure.objects.exists()
    shown = browser.post(page, {"password": "correct horse"})
    assert "Erase everything for ever" in shown.content.decode()
    answer = browser.post(page, {"erase": "yes"})
    assert (answer.status_code, answer.cookies[COOKIE].value) == (302, "")
    assert Erasure.objects.get().user == sam
    assert browser.get(reverse("shops:my_data")).status_code == 302


@pytest.mark.usefixtures("noon")
def test_guessing_the_password_is_stopped(browser):
    statuses = [browser.post(reverse("shops:erase"), {"password": "wrong"}).status_code for _ in range(9)]
    assert statuses == [200] * 8 + [429]


@pytest.mark.usefixtures("noon")
def test_colleagues_are_told_to_leave_first(client, bob):
    client.force_login(bob)
    assert "Leave all shops first." in client.get(reverse("shops:my_data")).content.decode()
    assert client.get(reverse("shops:erase")).status_code == 302


@pytest.mark.usefixtures("noon")
def test_one_s_own_data_is_handed_out_and_nobody_else_s(browser, life, variant, foreign_shop):
    bought(variant, factories.shopper(), factories.person("tim"))
    answer = browser.get(reverse("shops:my_data_file"))
    told = json.loads(answer.content)
    assert answer["Content-Disposition"] == 'attachment; filename="chengfeng-2026-03-10.json"'
    assert told["account"]["email"] == "sam@example.org"
    assert [order["code"] for order in told["orders"]] == [life.code]
    assert told["orders"][0]["contact"]["phone"] == "13800138000"
    assert [each["street"] for each in told["addresses"]] == ["Nanjing Road 1"]
    assert sorted(each["kind"] for each in told["ads_seen"]) == ["click", "impression"]
    assert len(told["devices"]) == 2


@pytest.mark.usefixtures("noon")
def test_an_operator_erases_by_a_second_word(client, oscar, sam, bob):
    client.force_login(oscar)
    page = reverse("admin:shops_user_changelist")
    chosen = {"action": "erase", "_selected_action": [sam.pk, bob.pk]}
    assert "Nobody can undo this" in client.post(page, chosen).content.decode()
    assert not Erasure.objects.exists()
    client.post(page, chosen | {"sure": "yes"})
    asked = Erasure.objects.get()
    assert (asked.user, asked.asked_by) == (sam, oscar)
