"""Stripe as a provider, against a stand-in that speaks its language in a process of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
import stripe as library
from django.test import Client

from ads import wallet
from ads.models import TopUp
from chengfeng import clock, payments
from chengfeng.codes import new_code
from chengfeng.payments import Forged, Irrelevant, Unreachable
from chengfeng.payments.stripe import SIGNATURE, Stripe, from_coins, to_coins
from orders import capturing, hosted, payment, reconcile, refunds
from orders.models import Order, Payment, Refund, WebhookReceipt
from orders.refunds import Wish
from reports import invariants
from shops.people.rights import Right
from shops.shopper import seal
from shops.tenancy import Access
from tests import factories
from tests.factories import AT

from .conftest import buy, shopper_client
from .test_authorised import OURS

pytestmark = pytest.mark.django_db
SECRET = "whsec_test"
CARD, EMPTY = "pm_card_visa", "pm_card_chargeCustomerFail"
LATER = AT + timedelta(minutes=5)
KEY = {"Authorization": "Bearer sk_test_12345"}


class StandIn:
    """The process that stands in for Stripe; what it knows survives its death."""

    def __init__(self, store) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.store, self.url = store, f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.local_stripe", "--port", str(self.port), "--store", str(self.store)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError):
                return self.send("GET", "/v1/balance")
            time.sleep(0.02)
        raise AssertionError("the stand-in does not start")

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def send(self, method, path, /, **form):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, urlencode(form), KEY | {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return json.loads(body) if answer.headers.get_content_type() == "application/json" else body

    def intents(self, code) -> list[dict]:
        found = self.send("GET", "/v1/payment_intents?limit=100")["data"]
        return [one for one in found if one["metadata"].get("reference") == code]


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    stand_in = StandIn(tmp_path_factory.mktemp("stripe") / "store.pickle")
    stand_in.start()
    yield stand_in
    stand_in.kill()


@pytest.fixture(autouse=True)
def far_side(process, settings):
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_test_12345", process.url
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    settings.PAYMENT_PROVIDERS = settings.PAYMENT_PROVIDERS | {"stripe": "chengfeng.payments.stripe.Stripe"}
    settings.SHOPPERS_PAY_BY = ["stripe", "sandbox"]
    return process


def pay(checkout, source=CARD, **details) -> Payment:
    begun = payment.begin(checkout, provider="stripe", method="credit_card", at=AT, **details)
    return payment.ask(begun, source=source, at=AT)


def signed(event, *, at=AT, secret=SECRET):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    header = library.WebhookSignature.generate_signature_header(body.decode(), secret, int(at.timestamp()))
    return body, {SIGNATURE: header}


def event(kind, thing, key="evt_1"):
    return {"id": key, "type": kind, "data": {"object": thing}}


def deliver(body, headers, *, at=AT) -> int:
    with clock.at(at):
        path = "/payments/webhooks/stripe/"
        return Client().post(path, body, content_type="application/json", headers=headers).status_code


def broken() -> list[str]:
    return [violation.invariant.id for violation in invariants.check(OURS)]


def test_a_card_is_charged_once(shirt, far_side):
    paid = pay(buy(shirt))
    (intent,) = far_side.intents(paid.code)
    assert (paid.state, paid.provider_reference, intent["amount"]) == ("captured", intent["id"], 12000)
    again = Stripe().charge(reference=paid.code, amount=Decimal(120), currency="CNY", source=CARD, at=AT)
    assert (again.provider_reference, len(far_side.intents(paid.code))) == (intent["id"], 1)
    assert (Order.objects.get().state, broken()) == ("paid", [])


@pytest.mark.parametrize(("source", "failure"), [(EMPTY, "card_declined"), ("pm_unheard_of", "invalid_request")])
def test_a_card_that_is_declined_pays_nothing(shirt, source, failure):
    refused = pay(buy(shirt), source)
    assert (refused.state, refused.failure, Order.objects.get().state) == ("failed", failure, "placed")
    assert pay(refused.checkout).state == "captured"


def test_a_bank_that_wants_to_ask_its_customer_is_a_refusal_and_nothing_stays_open(shirt, far_side):
    card = far_side.send("POST", "/v1/payment_methods", **{
        "type": "card", "card[number]": "4000002500003155", "card[exp_month]": 12, "card[exp_year]": 2030,
        "card[cvc]": 123,
    })  # fmt: skip
    refused = pay(buy(shirt), card["id"])
    (intent,) = far_side.intents(refused.code)
    assert (refused.state, refused.failure, intent["status"]) == ("failed", "authentication_required", "canceled")


def test_a_part_of_what_was_authorised_is_captured(shirt, far_side):
    waiting = pay(buy(shirt), captures_later=True)
    assert (waiting.state, waiting.authorised, far_side.intents(waiting.code)[0]["status"]) == (
        "authorised", 120, "requires_capture"
    )  # fmt: skip
    asked = capturing.request_capture(waiting, amount=Decimal(50), at=LATER)
    taken = capturing.carry_out(asked, at=LATER)
    assert (taken.state, taken.amount, capturing.carry_out(asked, at=LATER).amount) == ("captured", 50, 50)
    assert (pay(taken.checkout).amount, Order.objects.get().state, broken()) == (70, "paid", [])


def test_what_is_let_go_is_cancelled(shirt, far_side):
    waiting = pay(buy(shirt), captures_later=True)
    let_go = capturing.carry_out(capturing.request_void(waiting, at=LATER), at=LATER)
    assert (let_go.state, far_side.intents(waiting.code)[0]["status"]) == ("voided", "canceled")


def test_refunds_go_back_in_parts_each_once(shop, shirt, far_side):
    order = pay(buy((shirt, 2))).checkout.orders.get()
    line = order.lines.get().code
    for amount in ("100", "40"):
        (one,) = refunds.request(order, wishes=[Wish(line, 1, Decimal(amount))], at=LATER)
        assert refunds.carry_out(one, at=LATER)
        Refund.objects.filter(pk=one.pk).update(state="pending")  # as if the answer had been lost
        outcome = Stripe().refund(
            reference=one.code, charge=one.payment.provider_reference, amount=one.amount, currency="CNY", at=LATER
        )
        one.refresh_from_db()
        assert outcome.provider_reference == one.provider_reference
        Refund.objects.filter(pk=one.pk).update(state="done")
    intent = Payment.objects.get().provider_reference
    given = [one["amount"] for one in far_side.send("GET", f"/v1/refunds?payment_intent={intent}")["data"]]
    assert (sorted(given), broken()) == ([4000, 10000], [])


def test_a_charge_whose_answer_was_lost_is_found_and_not_repeated(shirt, far_side):
    checkout = buy(shirt)
    far_side.send("POST", "/_config/die", path="/v1/payment_intents")
    waiting = pay(checkout)
    assert waiting.state == "pending"
    far_side.process.wait(5)
    assert reconcile.settle_pending(at=LATER) == 0
    assert Payment.objects.get().state == "pending"
    far_side.start()
    with clock.at(LATER):
        assert reconcile.settle_pending(at=LATER) == 1
    assert (Payment.objects.get().state, Order.objects.get().state) == ("captured", "paid")
    assert (len(far_side.intents(waiting.code)), broken()) == (1, [])


def test_a_charge_that_never_arrived_has_failed(shirt, far_side):
    far_side.kill()
    waiting = pay(buy(shirt))
    far_side.start()
    assert (waiting.state, reconcile.settle_pending(at=LATER)) == ("pending", 1)
    assert (Payment.objects.get().failure, far_side.intents(waiting.code)) == ("unknown", [])


def test_a_refund_and_a_capture_survive_an_outage(shirt, far_side):
    waiting = pay(buy(shirt), captures_later=True)
    far_side.send("POST", "/_config/die", path=f"/v1/payment_intents/{waiting.provider_reference}/capture")
    asked = capturing.carry_out(capturing.request_capture(waiting, at=LATER), at=LATER)
    assert asked.state == "authorised"
    far_side.start()
    assert (reconcile.carry_out_captures(at=LATER), Order.objects.get().state) == (1, "paid")
    far_side.send("POST", "/_config/die", path="/v1/refunds")
    order = Order.objects.get()
    (one,) = refunds.request(order, wishes=[Wish(order.lines.get().code, 1)], at=LATER)
    assert not refunds.carry_out(one, at=LATER)
    far_side.start()
    assert (reconcile.carry_out_pending(at=LATER), Refund.objects.get().state, broken()) == (1, "done", [])
    assert len(far_side.send("GET", "/v1/refunds?limit=100&payment_intent=" + waiting.provider_reference)["data"]) == 1


def test_its_messages_settle_what_had_no_answer(shirt, far_side):
    far_side.kill()
    waiting = pay(buy(shirt))
    far_side.start()
    Stripe().charge(reference=waiting.code, amount=Decimal(120), currency="CNY", source=CARD, at=AT)
    told = signed(event("payment_intent.succeeded", far_side.intents(waiting.code)[0]))
    assert [deliver(*told), deliver(*told)] == [204, 204]
    assert (Order.objects.get().state, WebhookReceipt.objects.count(), broken()) == ("paid", 1, [])


def test_its_own_signature_is_accepted(shirt, far_side, live_server, settings):
    """What the stand-in signs and sends by itself arrives; its clock is the real one."""
    far_side.send("POST", "/_config/webhooks/ours", url=f"{live_server.url}/payments/webhooks/stripe/", secret=SECRET)
    paid = pay(buy(shirt))
    deadline = time.monotonic() + 10
    while not WebhookReceipt.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert WebhookReceipt.objects.get().payload["data"]["object"]["id"] == paid.provider_reference


INTENT = {
    "object": "payment_intent",
    "id": "pi_1",
    "currency": "jpy",
    "amount": 500,
    "metadata": {"reference": "pay_1"},
}


@pytest.mark.parametrize(
    ("kind", "changes", "state", "amount"),
    [
        ("payment_intent.succeeded", {"status": "succeeded", "amount_received": 300}, "succeeded", 300),
        ("payment_intent.amount_capturable_updated", {"status": "requires_capture"}, "authorised", 500),
        ("payment_intent.payment_failed", {"status": "requires_payment_method"}, "failed", 500),
        ("payment_intent.canceled", {"status": "canceled"}, "voided", 500),
        ("refund.updated", {"id": "re_1", "status": "succeeded"}, "succeeded", 500),
        ("refund.failed", {"id": "re_1", "status": "failed", "failure_reason": "lost"}, "failed", 500),
        ("refund.created", {"id": "re_1", "status": "pending"}, "pending", 500),
        ("checkout.session.expired", {"id": "cs_1", "amount_total": 500}, "failed", 500),
    ],
)
def test_an_event_is_a_notice(kind, changes, state, amount):
    notice = Stripe().parse_webhook(*signed(event(kind, INTENT | changes)), at=AT)
    assert (notice.reference, notice.currency, notice.outcome.state, notice.amount) == ("pay_1", "JPY", state, amount)


def test_a_card_that_fails_on_the_page_may_be_followed_by_another():
    told = INTENT | {"status": "requires_payment_method", "metadata": {"reference": "pay_1", "via": "page"}}
    notice = Stripe().parse_webhook(*signed(event("payment_intent.payment_failed", told)), at=AT)
    assert notice.outcome.state == "pending"


def test_other_events_are_taken_and_leave_nothing(shirt):
    theirs = INTENT | {"status": "succeeded", "metadata": {}}
    told = [event("payment_intent.succeeded", theirs), event("customer.created", {"id": "cus_1"})]
    assert [deliver(*signed(one)) for one in told] == [204, 204]
    with pytest.raises(Irrelevant):
        Stripe().parse_webhook(*signed(told[0]), at=AT)
    assert WebhookReceipt.objects.count() == 0


@pytest.mark.parametrize(("minutes", "status"), [(-6, 400), (-5, 404), (5, 404), (6, 400)])
def test_a_message_is_taken_within_five_minutes(minutes, status):
    told = signed(event("payment_intent.succeeded", INTENT | {"status": "succeeded"}), at=AT)
    assert deliver(*told, at=AT + timedelta(minutes=minutes)) == status


def test_both_secrets_verify_while_one_is_replaced(settings):
    told = signed(event("payment_intent.succeeded", INTENT | {"status": "succeeded"}), secret="old")
    settings.STRIPE_WEBHOOK_SECRETS = ["new", "old"]
    assert Stripe().parse_webhook(*told, at=AT).reference == "pay_1"
    settings.STRIPE_WEBHOOK_SECRETS = ["new"]
    with pytest.raises(Forged):
        Stripe().parse_webhook(*told, at=AT)


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=0", "t=soon,v1=0", f"t={int(AT.timestamp())},v1={'0' * 64}", "t=1,v1=é", "t=٣,v1=0"]
)
def test_other_signatures_are_refused(header):
    body, _ = signed(event("payment_intent.succeeded", INTENT | {"status": "succeeded"}))
    with pytest.raises(Forged):
        Stripe().parse_webhook(body, {SIGNATURE: header}, at=AT)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"type": "payment_intent.succeeded", "data": 1}'])
def test_a_signed_message_of_another_shape_is_refused(body):
    with pytest.raises(Forged):
        Stripe().parse_webhook(*signed(body), at=AT)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Forged):
        Stripe().parse_webhook(b"\xff", {SIGNATURE: f"t={int(AT.timestamp())},v1=0"}, at=AT)


@pytest.mark.parametrize(
    ("amount", "currency", "coins"),
    [("12.30", "USD", 1230), ("500", "JPY", 500), ("500", "UGX", 50000), ("1.5", "KWD", 1500)],
)
def test_amounts_are_counted_as_stripe_counts_them(amount, currency, coins):
    assert (to_coins(Decimal(amount), currency), from_coins(coins, currency)) == (coins, Decimal(amount))


def test_nobody_answers_when_nobody_is_there(settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(Unreachable):
        Stripe().charge(reference="pay_1", amount=Decimal(1), currency="USD", source=CARD, at=AT)


def test_a_program_pays_with_a_method_of_stripes(shirt):
    client = shopper_client()
    path = f"/api/v1/checkouts/{buy(shirt, shopper=client.shopper).code}/payments"
    body = {"provider": "stripe", "source": CARD}
    answer = client.post(path, body, format="json", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["state"], answer.json()["provider"]) == (201, "captured", "stripe")


def test_a_shopper_cannot_pay_by_the_sandbox_where_it_is_not_offered(browser, settings):
    settings.SHOPPERS_PAY_BY = ["stripe"]
    with clock.at(AT):
        assert "sandbox" not in browser.get(browser.address).content.decode()
        browser.post(browser.address, {"source": "approve"})
    client = shopper_client(browser.checkout.shopper)
    path, headers = f"/api/v1/checkouts/{browser.checkout.code}/payments", {"Idempotency-Key": "k"}
    answer = client.post(path, {"source": "approve"}, format="json", headers=headers)
    assert (answer.status_code, Payment.objects.count()) == (400, 0)


def test_the_provider_is_there_only_when_it_is_set_up(settings):
    settings.PAYMENT_PROVIDERS = {"sandbox": settings.PAYMENT_PROVIDERS["sandbox"]}
    with pytest.raises(payments.UnknownProvider):
        payments.provider("stripe")


@pytest.fixture
def browser(client, shirt):
    """A shopper at the till of a checkout: its `checkout` and `pay`, the address."""
    client.get("/cart/")
    shopper = factories.shopper()
    client.cookies["shopper"] = seal(shopper)
    client.checkout = buy(shirt, shopper=shopper)
    client.address = f"/pay/{client.checkout.code}/"
    return client


def test_a_shopper_pays_on_stripes_page_and_comes_back(browser, far_side):
    with clock.at(AT):
        assert "by card" in browser.get(browser.address).content.decode()
        sent = browser.post(browser.address, {"page": "1"})
        waiting = Payment.objects.get()
        assert (sent.status_code, sent["Location"]) == (302, "https://checkout.stripe.com/c/pay/stand-in")
        assert "Go on to the payment page" in browser.get(browser.address).content.decode()
        assert reconcile.settle_pending(at=LATER) == 0
        far_side.send("POST", f"/_config/pay/{waiting.provider_reference}")
        page = browser.get(f"{browser.address}?back={waiting.code}").content.decode()
    assert "Thank you, it is paid" in page
    assert (Payment.objects.get().provider_reference[:3], Order.objects.get().state, broken()) == ("pi_", "paid", [])


def test_a_shopper_gives_the_page_up_and_pays_otherwise(browser):
    with clock.at(AT):
        browser.post(browser.address, {"page": "1"})
        browser.post(browser.address, {"give_up": "1"})
        browser.post(browser.address, {"source": "approve"})
    assert [(one.provider, one.state, one.failure) for one in Payment.objects.order_by("pk")] == [
        ("stripe", "failed", "expired"), ("sandbox", "captured", "")
    ]  # fmt: skip


def test_giving_up_a_page_that_was_paid_meanwhile_pays(browser, far_side):
    with clock.at(AT):
        browser.post(browser.address, {"page": "1"})
        far_side.send("POST", f"/_config/pay/{Payment.objects.get().provider_reference}")
        browser.post(browser.address, {"give_up": "1"})
    assert (Payment.objects.get().state, Order.objects.get().state) == ("captured", "paid")


def test_a_page_that_cannot_be_opened_is_told(browser, far_side):
    far_side.kill()
    with clock.at(AT):
        told = browser.post(browser.address, {"page": "1"}, follow=True).content.decode()
    far_side.start()
    assert "not possible just now" in told
    assert (Payment.objects.get().state, hosted.on_page(browser.checkout)) == ("failed", None)


def test_a_page_that_nobody_paid_on_ends(browser, far_side):
    with clock.at(AT):
        browser.post(browser.address, {"page": "1"})
    known = Payment.objects.get().provider_reference
    Stripe().close_page(known)
    assert reconcile.settle_pending(at=LATER) == 1
    assert (Payment.objects.get().state, Payment.objects.get().failure) == ("failed", "expired")


# Wallets


@pytest.fixture
def purse(client, shop, fay, settings):
    """Fay at the wallet of the shop: `top_up` and `address`."""
    settings.TOP_UPS_BY = ["stripe"]
    client.force_login(fay)
    client.address = f"/console/{shop.code}/wallet/"
    said = {"amount": "50", "page": "1", "code": new_code("top")}
    client.top_up = lambda: client.post(client.address, said)
    return client


def test_a_wallet_is_topped_up_on_stripes_page_once(purse, shop, far_side):
    with clock.at(AT):
        assert [purse.top_up()["Location"] for _ in range(2)] == ["https://checkout.stripe.com/c/pay/stand-in"] * 2
        waiting = TopUp.objects.get()
        back = f"{purse.address}?back={waiting.code}"
        assert "Go on to the payment page" in purse.get(back).content.decode()
        far_side.send("POST", f"/_config/pay/{waiting.provider_reference}")
        told = ["The money is in your wallet" in purse.get(back).content.decode() for _ in range(2)]
        (intent,) = far_side.intents(waiting.code)
        assert deliver(*signed(event("payment_intent.succeeded", intent))) == 204
    assert (told, wallet.reconcile(at=LATER), intent["amount"], intent["currency"]) == ([True, False], 0, 5000, "cny")
    assert (TopUp.objects.get().state, wallet.balance(shop), broken()) == ("done", 50, [])


@pytest.mark.parametrize(("is_paid", "state", "balance"), [(False, "failed", 0), (True, "done", 50)])
def test_a_page_of_a_wallet_that_is_given_up_is_closed_or_was_paid(purse, shop, far_side, is_paid, state, balance):
    with clock.at(AT):
        purse.top_up()
        waiting = TopUp.objects.get()
        if is_paid:
            far_side.send("POST", f"/_config/pay/{waiting.provider_reference}")
        for _ in range(2):
            purse.post(f"{purse.address}top-ups/{waiting.code}/", {"give_up": "1"})
    assert (TopUp.objects.get().state, wallet.balance(shop), broken()) == (state, balance, [])


@pytest.mark.parametrize(("source", "state", "balance"), [(CARD, "done", 50), (EMPTY, "failed", 0)])
def test_a_program_tops_a_wallet_up_by_a_card(shop, settings, far_side, source, state, balance):
    settings.TOP_UPS_BY = ["stripe"]
    opened = wallet.open_top_up(access=Access(shop, frozenset(Right)), amount=Decimal(50), at=AT)
    assert wallet.submit(opened.code, source=source, at=AT).state == state
    assert (wallet.balance(shop), broken()) == (balance, [])


def test_a_top_up_whose_answer_was_lost_is_found_and_not_repeated(shop, settings, far_side):
    settings.TOP_UPS_BY = ["stripe"]
    opened = wallet.open_top_up(access=Access(shop, frozenset(Right)), amount=Decimal(50), at=AT)
    far_side.send("POST", "/_config/die", path="/v1/payment_intents")
    assert wallet.submit(opened.code, source=CARD, at=AT).state == "pending"
    far_side.process.wait(5)
    far_side.start()
    assert [wallet.reconcile(at=LATER) for _ in range(2)] == [1, 0]
    assert (len(far_side.intents(opened.code)), wallet.balance(shop), broken()) == (1, 50, [])
