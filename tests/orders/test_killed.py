"""kill -9 at every commit of checkout, payment, refund, capture, settlement: after the restart each happened once."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from ads import wallet
from ads.models import TopUp
from chengfeng import jobs
from chengfeng.models import OutboxMessage, SandboxCharge, Transfer
from orders import capturing, reconcile
from orders.fulfilment import deliver, ship
from orders.models import Checkout, Order, Payment, Refund, Settlement
from orders.settlement.settling import settle_due
from reports import invariants
from shops.models import Hold
from shops.people.rights import Right
from shops.tenancy import Access
from tests import factories
from tests.killed import every_death

from .conftest import CONTACT, buy, merchant_client, pay, shopper_client

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(minutes=1)


def soon():
    return timezone.now() + SOON


MONEY_AND_STOCK = ("I02", "I03", "I04", "I08", "I09", "I10", "I11", "I14", "I15", "I17", "I18", "I19", "I26", "I27")


def broken(only=MONEY_AND_STOCK) -> list[tuple]:
    return [(found.invariant.id, found.rows) for found in invariants.check(only)]


@pytest.fixture(autouse=True)
def everything_holds_in_the_end(transactional_db):
    yield
    assert broken(only=()) == []


def recover() -> None:
    """What the recurring jobs do after a restart."""
    reconcile.settle_pending(at=soon())
    reconcile.carry_out_captures(at=soon())
    reconcile.carry_out_pending(at=soon())
    wallet.reconcile(at=soon())
    while jobs.run_due(at=soon()):
        pass


def sent(client, path: str, body: dict) -> Callable[[], tuple[int, dict]]:
    """Return a call that sends a write, always under the same key, and returns status and body of the answer."""
    headers = {"Idempotency-Key": factories.shopper().hex}

    def send():
        answer = client.post(f"/api/v1/{path}", body, format="json", headers=headers)
        return answer.status_code, answer.json()

    return send


def repeated(send: Callable[[], tuple[int, dict]]) -> tuple[int, dict]:
    """Send again until the database has noticed that the dead process is gone."""
    deadline = time.monotonic() + 5
    while (answer := send()) and answer[1].get("code") == "idempotency_in_flight" and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def survive(begin: Callable[[], Callable], check: Callable[[dict], None], *, jobs_first: bool = False) -> int:
    """Kill, restart and repeat at every commit; return how many deaths were survived."""
    deaths = 0
    for send, first in every_death(begin):
        assert broken() == []
        if jobs_first:
            recover()
        status, answer = repeated(send)
        assert status < 300, answer
        assert first in (None, (status, answer))
        recover()
        assert repeated(send) == (status, answer)
        check(answer)
        assert broken() == []
        deaths += first is None
    return deaths


@pytest.fixture
def shopper():
    return shopper_client()


@pytest.fixture
def seller(shop, alice):
    return merchant_client(shop, alice)


@pytest.fixture
def goods(shop):
    return factories.variant(shop, stock=1000, price="120")


def now_bought(goods, shopper, units=1) -> Checkout:
    return buy((goods, units), shopper=shopper.shopper, at=timezone.now())


def now_paid(goods, shopper, units=1) -> Order:
    checkout = now_bought(goods, shopper, units)
    pay(checkout, at=timezone.now())
    return checkout.orders.get()


def test_a_checkout(goods, shopper):
    details = {name: value for name, value in asdict(CONTACT).items() if value}
    numbers = iter(range(1000))

    def begin():
        body = details | {"lines": [{"variant": goods.code, "quantity": 2}], "external_reference": str(next(numbers))}
        return sent(shopper, "checkouts", body)

    def check(answer):
        (order,) = Checkout.objects.get(external_reference=answer["external_reference"]).orders.all()
        assert [order.code] == [one["code"] for one in answer["orders"]]
        assert list(Hold.objects.filter(cause=order.code).values_list("quantity", "state")) == [(2, "live")]

    assert survive(begin, check) >= 2
    goods.refresh_from_db()
    assert goods.reserved == 2 * Order.objects.count()


@pytest.mark.parametrize("jobs_first", [False, True], ids=["repeated first", "reconciled first"])
@pytest.mark.parametrize("source", ["approve", "hang"])
def test_a_payment(goods, shopper, source, jobs_first):
    def begin():
        return sent(shopper, f"checkouts/{now_bought(goods, shopper).code}/payments", {"source": source})

    def check(answer):
        paid = Payment.objects.get(code=answer["code"])
        order = paid.checkout.orders.get()
        if paid.state == "failed":  # the jobs came before the provider had heard of it: nothing was charged
            assert (jobs_first, paid.failure, order.state) == (True, "unknown", "placed")
            assert not SandboxCharge.objects.filter(client_reference=paid.code).exists()
            return
        assert (paid.state, order.state, paid.checkout.payments.count()) == ("captured", "paid", 1)
        assert SandboxCharge.objects.filter(client_reference=paid.code).count() == 1
        assert Transfer.objects.filter(reference__startswith=f"payment:{paid.code}").count() == 1
        assert OutboxMessage.objects.filter(topic="order.paid", key=order.code).count() == 1

    assert survive(begin, check, jobs_first=jobs_first) >= 4


@pytest.mark.parametrize("jobs_first", [False, True], ids=["repeated first", "carried out first"])
def test_a_refund(goods, shopper, seller, jobs_first):
    def begin():
        order = now_paid(goods, shopper, 2)
        body = {"lines": [{"line": order.lines.get().code, "quantity": 1}], "restock": True}
        return sent(seller, f"orders/{order.code}/refunds", body)

    def check(answer):
        (one,) = Refund.objects.filter(order__code=answer["order"])
        assert (one.state, one.amount, one.order.refunded) == ("done", 120, 120)
        assert SandboxCharge.objects.filter(client_reference=one.code).count() == 1
        assert Transfer.objects.filter(reference=f"refund:{one.code}").count() == 1

    assert survive(begin, check, jobs_first=jobs_first) >= 4


@pytest.mark.parametrize("verb", ["capture", "void"])
def test_a_capture_and_a_void(goods, shopper, seller, verb):
    def begin():
        checkout = now_bought(goods, shopper)
        waiting = pay(checkout, at=timezone.now(), captures_later=True)
        return sent(seller, f"payments/{waiting.code}/{verb}", {"amount": "50"} if verb == "capture" else {})

    def check(answer):
        (one,) = Payment.objects.filter(code=answer["code"])
        amount, state = (Decimal(50), "succeeded") if verb == "capture" else (Decimal(120), "voided")
        booked = SandboxCharge.objects.get(client_reference=one.code)
        assert (one.amount, booked.amount, booked.state) == (amount, amount, state)
        posted = Transfer.objects.filter(reference__startswith=f"payment:{one.code}").count()
        assert (one.state, posted) == ({"capture": "captured", "void": "voided"}[verb], int(verb == "capture"))
        assert capturing.carry_out(one, at=soon()).state == one.state

    assert survive(begin, check) >= 4


def test_a_top_up(shop, alice):
    access = Access(merchant=shop, user=alice, rights=frozenset(Right))

    def begin():
        code = f"top_{factories.shopper().hex[:16]}"

        def fund():
            wallet.open_top_up(access=access, amount=Decimal(50), at=timezone.now(), code=code)
            made = wallet.submit(code, source="approve", at=timezone.now())
            return 200, {"code": made.code, "state": made.state}

        return fund

    def check(answer):
        (one,) = TopUp.objects.filter(code=answer["code"])
        assert (one.state, SandboxCharge.objects.filter(client_reference=one.code).count()) == ("done", 1)

    assert survive(begin, check) >= 4
    assert wallet.balance(shop) == 50 * TopUp.objects.count()


def test_a_settlement(goods, shopper):
    at = timezone.now() + timedelta(days=30)

    def begin():
        order = now_paid(goods, shopper)
        ship(order, at=timezone.now())
        deliver(order, at=timezone.now())
        return partial(settle_due, at=at)

    for settle, _ in every_death(begin):
        assert broken() == []
        deadline = time.monotonic() + 5
        while Order.objects.filter(settled_at=None).exists() and time.monotonic() < deadline:
            settle()
        assert (settle(), broken()) == (0, [])
    assert Settlement.objects.count() == Order.objects.count() >= 3
