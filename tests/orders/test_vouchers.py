"""Vouchers: issued with the payment, verified once at a store, given back or expired; bookings within capacity."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengfeng import clock, outbox, payments
from orders import cancellation, refunds
from orders.models import Booking, Order, Refund, Slot, Voucher
from orders.moves import CancelReason
from orders.vouchers import bookings, giving_back, numbers
from orders.vouchers.verifying import VoucherRefused, verify
from shops.models import Store, StoreHours
from shops.shopper import COOKIE, seal
from shops.tenancy import access_of
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from .conftest import buy, merchant_client, paid, pay

DAY = timedelta(days=1)


@pytest.fixture
def haircut(shop):
    """A service at 30, with vouchers that last ten days."""
    product = factories.product(shop, is_service=True, voucher_days=10)
    return factories.variant(shop, product=product, price="30", stock=50)


@pytest.fixture
def store(shop):
    return open_store(shop)


def open_store(shop, *, capacity=2):
    made = Store.objects.create(merchant=shop, name="Bund", country="CN", capacity=capacity, created_at=AT)
    StoreHours.objects.bulk_create(
        StoreHours(store=made, weekday=day, opens=time(10), closes=time(13)) for day in range(6)
    )
    return made


@pytest.fixture
def access(shop, alice):
    return access_of(alice, shop, at=AT)


def vouchers(order):
    return list(Voucher.objects.filter(order=order).order_by("line", "position"))


def states(order):
    return [voucher.state for voucher in vouchers(order)]


def carry_out(order):
    for refund in order.refunds.filter(state=Refund.State.PENDING):
        refunds.carry_out(refund, at=AT)


def test_every_typing_error_is_found():
    """What the claim rests on: in every state digits lead apart, and so do two digits and the same two swapped."""
    states = range(10)
    assert all(sorted(row) == sorted("0123456789") for row in numbers.NEXT)
    assert all(sorted(column) == sorted("0123456789") for column in zip(*numbers.NEXT, strict=True))
    assert [numbers.NEXT[digit][digit] for digit in states] == ["0"] * 10
    lead = {(c, x, y): numbers.NEXT[int(numbers.NEXT[c][x])][y] for c in states for x in states for y in states}
    assert [way for way, end in lead.items() if way[1] < way[2] and end == lead[way[0], way[2], way[1]]] == []


def test_a_mistyped_number_is_refused():
    number = numbers.new_number()
    assert numbers.parse(f" {number[:4]}-{number[4:8]} {number[8:]}\n") == number
    wrong = [number[:i] + digit + number[i + 1 :] for i in range(12) for digit in "0123456789"]
    swapped = [number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(11)]
    for text in {*wrong, *swapped, number[:-1], f"{number}x", ""} - {number}:
        with pytest.raises(numbers.BrokenNumber):
            numbers.parse(text)


@pytest.mark.django_db
def test_each_unit_of_a_service_has_a_voucher_from_its_payment_on(haircut, hat):
    checkout = buy((haircut, 3), hat)
    assert not Voucher.objects.exists()
    pay(checkout)
    order = Order.objects.get()
    issued = vouchers(order)
    assert [voucher.position for voucher in issued] == [1, 2, 3]
    assert {voucher.expires_at for voucher in issued} == {datetime(2026, 3, 20, 16, tzinfo=AT.tzinfo)}
    assert [numbers.parse(voucher.number) for voucher in issued] == [voucher.number for voucher in issued]


@pytest.mark.django_db
def test_a_number_that_is_taken_is_drawn_anew(haircut, monkeypatch):
    first = vouchers(paid(haircut))[0].number
    drawn = iter([first, first, numbers.new_number()])
    monkeypatch.setattr("orders.vouchers.issuing.new_number", lambda: next(drawn))
    assert len(vouchers(paid(haircut))) == 1


@pytest.mark.django_db
def test_only_services_cost_a_statement_more(haircut, hat, shop):
    def statements(variant):
        checkout = buy(variant)
        with CaptureQueriesContext(connection) as context:
            pay(checkout)
        return len(context)

    statements(hat), statements(haircut)
    assert statements(haircut) - statements(hat) == 1


@pytest.mark.django_db
def test_a_verified_voucher_is_delivered_once(haircut, access, store):
    order = paid((haircut, 2))
    first, second = vouchers(order)
    used = verify(access, numbers.spaced(first.number), store=store, at=AT)
    assert (used.voucher.state, used.voucher.store, used.is_repeat) == ("used", store, False)
    order.refresh_from_db()
    assert (order.state, order.lines.get().shipped) == ("partly", 1)
    assert (order.get_state_display(), order.moves.last().get_target_display()) == ("Partly used", "Partly used")
    assert verify(access, first.number, store=store, at=AT + timedelta(minutes=4)).is_repeat
    with pytest.raises(VoucherRefused) as refused:
        verify(access, first.number, store=None, at=AT)
    assert (refused.value.rule, refused.value.voucher.used_at) == ("used", AT)
    verify(access, second.number, store=None, at=AT + DAY)
    order.refresh_from_db()
    assert (order.state, order.delivered_at, order.lines.get().shipped) == ("delivered", AT + DAY, 2)


@pytest.mark.django_db
def test_each_refusal_has_its_answer(haircut, access, foreign_shop, charlie):
    given_back, expired, used, cancelled = (vouchers(paid(haircut))[0] for _ in range(4))
    giving_back.give_back(given_back, at=AT)
    verify(access, used.number, store=None, at=AT)
    cancellation.cancel(cancelled.order, reason=CancelReason.MERCHANT, at=AT)
    asked = {
        "broken": (access, "123456789012"),
        "unknown": (access, "00000000000" + str(numbers.check_digit("00000000000"))),
        "foreign": (access_of(charlie, foreign_shop, at=AT), used.number),
        "refunded": (access, given_back.number),
        "used": (access, used.number),
        "expired": (access, expired.number),
    }
    for rule, (who, number) in asked.items():
        with pytest.raises(VoucherRefused) as refused:
            verify(who, number, store=None, at=expired.expires_at if rule == "expired" else AT + DAY)
        assert refused.value.rule == rule
    assert states(cancelled.order) == ["refunded"]


@pytest.mark.django_db
def test_an_unused_voucher_is_given_back_and_a_used_one_is_not(haircut, access):
    order = paid((haircut, 3))
    first, second, third = vouchers(order)
    verify(access, second.number, store=None, at=AT)
    written = giving_back.give_back(third, at=AT)
    assert [(refund.amount, refund.reason) for refund in written] == [(30, "voucher_given_back")]
    for voucher in (second, third):
        with pytest.raises(giving_back.NotValid):
            giving_back.give_back(voucher, at=AT)
    assert states(order) == ["valid", "used", "refunded"]
    carry_out(order)
    verify(access, first.number, store=None, at=AT)
    order.refresh_from_db()
    assert (order.state, order.refunded) == ("delivered", 30)


@pytest.mark.django_db
def test_refunds_by_the_shop_void_vouchers_and_failed_ones_revive_them(haircut):
    order = paid((haircut, 3))
    refund = refunds.request(order, wishes=[refunds.Wish(order.lines.get().code, 2)], at=AT)[0]
    assert states(order) == ["valid", "refunded", "refunded"]
    refunds.settle(refund.code, payments.Outcome("failed"), at=AT)
    assert states(order) == ["valid", "valid", "valid"]


@pytest.mark.django_db
def test_what_expires_unused_is_refunded_by_itself(haircut, access):
    order = paid((haircut, 2))
    first, second = vouchers(order)
    verify(access, first.number, store=None, at=AT)
    end = second.expires_at
    assert [giving_back.expire_due(at=end - timedelta(seconds=1)), giving_back.expire_due(at=end + DAY)] == [0, 1]
    assert giving_back.expire_due(at=end + DAY) == 0
    second.refresh_from_db()
    assert (second.state, second.voided_at) == ("expired", end)
    carry_out(order)
    order.refresh_from_db()
    assert (order.state, order.refunded) == ("delivered", 30)


@pytest.mark.django_db
def test_letters_carry_the_numbers(haircut, hat):
    order = paid(haircut)
    paid(hat)
    outbox.relay(at=AT)
    letters = [letter for letter in mail.outbox if "vouchers" in letter.extra_headers["Message-ID"]]
    assert [numbers.spaced(vouchers(order)[0].number) in letter.body for letter in letters] == [True]


MONDAY = datetime(2026, 3, 16, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.django_db
def test_a_slot_is_booked_moved_and_given_up(haircut, store, access):
    voucher = vouchers(paid(haircut))[0]
    day = MONDAY.date()
    assert [slot.left for slot in bookings.offered(store, day, at=AT)] == [2, 2, 2]
    made = bookings.book(voucher, store=store, starts_at=MONDAY, at=AT)
    assert bookings.book(voucher, store=store, starts_at=MONDAY, at=AT) == made
    bookings.book(voucher, store=store, starts_at=MONDAY + timedelta(hours=1), at=AT)
    assert [slot.left for slot in bookings.offered(store, day, at=AT)] == [2, 1, 2]
    assert bookings.cancel(voucher, at=AT)
    assert [slot.left for slot in bookings.offered(store, day, at=AT)] == [2, 2, 2]
    bookings.book(voucher, store=store, starts_at=MONDAY, at=AT)
    with pytest.raises(bookings.BookingRefused) as refused:
        bookings.cancel(voucher, at=MONDAY - timedelta(minutes=119))
    assert refused.value.rule == "too_late"
    verify(access, voucher.number, store=store, at=MONDAY)
    assert [booking.state for booking in Booking.objects.order_by("pk")] == ["cancelled", "cancelled", "kept"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts_at", "at", "rule"),
    [
        (MONDAY + timedelta(minutes=30), AT, "no_slot"),
        (MONDAY - DAY, AT, "no_slot"),
        (MONDAY, MONDAY, "past"),
        (MONDAY + 7 * DAY, AT, "after_expiry"),
    ],
)
def test_what_cannot_be_booked_is_refused(haircut, store, starts_at, at, rule):
    voucher = vouchers(paid(haircut))[0]
    with pytest.raises(bookings.BookingRefused) as refused:
        bookings.book(voucher, store=store, starts_at=starts_at, at=at)
    assert (refused.value.rule, Booking.objects.exists(), Slot.objects.exists()) == (rule, False, False)


@pytest.mark.django_db
def test_a_refund_frees_the_place(haircut, store):
    voucher = vouchers(paid(haircut))[0]
    bookings.book(voucher, store=store, starts_at=MONDAY, at=AT)
    giving_back.give_back(voucher, at=AT)
    assert (Booking.objects.get().state, Slot.objects.get().taken) == ("cancelled", 0)


def guarded_booking(voucher, store):
    return bookings.book(voucher, store=store, starts_at=MONDAY, at=AT)


def naive_booking(voucher, store):
    """The control: count the bookings, then add one."""
    is_free = Booking.objects.filter(store=store, starts_at=MONDAY).count() < store.capacity
    everybody_has_read()
    end = MONDAY + timedelta(hours=1)
    fields = {"merchant": voucher.merchant, "starts_at": MONDAY, "ends_at": end, "booked_at": AT}
    return Booking.objects.create(voucher=voucher, store=store, **fields) if is_free else None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("book", "booked"), [pytest.param(guarded_booking, 2, id="guarded"), pytest.param(naive_booking, 6, id="control")]
)
def test_six_shoppers_and_a_slot_for_two(haircut, store, book, booked):
    waiting = vouchers(paid((haircut, 6)))
    results = at_once([partial(book, voucher, store) for voucher in waiting])
    assert (Booking.objects.count(), sum(isinstance(result, Booking) for result in results)) == (booked, booked)


def guarded_use(access, voucher):
    return verify(access, voucher.number, store=None, at=AT).is_repeat


def naive_use(access, voucher):
    """The control: look whether it is valid, then use it."""
    is_valid = Voucher.objects.get(pk=voucher.pk).state == "valid"
    everybody_has_read()
    Voucher.objects.filter(pk=voucher.pk).update(state="used", used_at=AT)
    return not is_valid


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("use", "first"), [pytest.param(guarded_use, 1, id="guarded"), pytest.param(naive_use, 5, id="control")]
)
def test_five_tills_verify_a_voucher_once(haircut, access, use, first):
    voucher = vouchers(paid(haircut))[0]
    assert at_once([partial(use, access, voucher)] * 5).count(False) == first


@pytest.mark.django_db(transaction=True)
def test_a_voucher_is_used_or_given_back_never_both(haircut, access):
    order = paid((haircut, 4))
    calls = [
        call
        for voucher in vouchers(order)
        for call in (
            partial(verify, access, voucher.number, store=None, at=AT),
            partial(giving_back.give_back, voucher, at=AT),
        )
    ]
    at_once(calls)
    used, refunded = states(order).count("used"), states(order).count("refunded")
    assert (used + refunded, order.lines.get().shipped) == (4, used)
    assert sum(refund.amount for refund in order.refunds.all()) == 30 * refunded


@pytest.mark.django_db
def test_the_till_of_a_store_verifies_on_a_page(client, bob, shop, haircut, store):
    order = paid((haircut, 2))
    first, second = vouchers(order)
    client.force_login(bob)
    at = f"/console/{shop.code}/vouchers/"
    with clock.at(AT):
        shown = client.get(at, {"number": numbers.spaced(first.number), "store": store.code})
        assert (shown.context["voucher"], shown.context["store"]) == (first, store)
        done = client.post(at, {"number": first.number, "store": store.code})
        assert (done.status_code, done.url) == (302, f"{at}?store={store.code}")
        refused = client.post(at, {"number": first.number})
    assert (refused.status_code, "Bund" in refused.context["refusal"]) == (409, True)
    assert [voucher.number for voucher in refused.context["page"]] == [first.number]
    second.refresh_from_db()
    assert second.state == "valid"


@pytest.mark.django_db
def test_a_program_verifies_once(shop, alice, haircut, store):
    client = merchant_client(shop, alice)
    voucher = vouchers(paid(haircut))[0]

    def ask(key, **body):
        return client.post(
            "/api/v1/voucher-verifications",
            {"number": voucher.number, **body},
            format="json",
            headers={"Idempotency-Key": key},
        )

    assert ask("a", store="sto_0").status_code == 404
    with clock.at(AT):
        first = ask("a", store=store.code)
        assert (first.status_code, first.data["order"], first.data["store"]) == (201, voucher.order.code, store.code)
        assert ask("a", store=store.code).data == first.data
    refused = ask("b")
    assert (refused.status_code, refused.data["code"], refused.data["rule"]) == (409, "voucher_not_usable", "used")


@pytest.mark.django_db
def test_a_shopper_shows_books_and_gives_back(client, haircut, store):
    shopper = factories.shopper()
    client.cookies[COOKIE] = seal(shopper)
    voucher = vouchers(paid(haircut, shopper=shopper))[0]
    at = f"/my/vouchers/{voucher.number}/"
    with clock.at(AT):
        page = client.get(at, {"day": "2026-03-16"})
        assert b'class="segno"' in page.content
        assert [slot.left for slot in page.context["offered"]] == [2, 2, 2]
        slot = page.context["offered"][0].starts_at.isoformat()
        client.post(f"{at}booking/", {"store": store.code, "starts_at": slot})
        assert client.get(at).context["voucher"].booking.starts_at == MONDAY
        client.post(f"{at}booking/cancel/")
        client.post(f"{at}booking/", {"store": "x", "starts_at": "nonsense"})
        assert [booking.state for booking in Booking.objects.all()] == ["cancelled"]
        client.post(f"{at}refund/")
    voucher.order.refresh_from_db()
    assert (states(voucher.order), voucher.order.refunded) == (["refunded"], 30)
    assert client.get("/my/vouchers/").context["page"].object_list.count() == 0


@pytest.mark.django_db
def test_the_bookings_of_a_day_are_listed(client, bob, shop, haircut, store):
    voucher = vouchers(paid(haircut))[0]
    bookings.book(voucher, store=store, starts_at=MONDAY, at=AT)
    client.force_login(bob)
    at = f"/console/{shop.code}/bookings/"
    assert [booking.voucher for booking in client.get(at, {"day": "2026-03-16"}).context["bookings"]] == [voucher]
    with clock.at(AT):
        assert (client.get(at, {"day": "x"}).context["day"], client.get(at).context["bookings"]) == (AT.date(), [])
