"""Stripe as a provider, against a stand-in that speaks its language in a process of its own."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from chengfeng import clock, payments
from chengfeng.payments import Forged, Irrelevant, Unreachable
from chengfeng.payments.stripe import SIGNATURE, Stripe, from_coins, to_coins
from orders import capturing, payment, reconcile, refunds
from orders.models import Order, Payment, Refund, WebhookReceipt
from orders.refunds import Wish
from tests.factories import AT

from .conftest import broken, buy, shopper_client
from .far_stripe import CARD, EMPTY, LATER, SECRET, deliver, event, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("far_side")]


def pay(checkout, source=CARD, **details) -> Payment:
    begun = payment.begin(checkout, provider="stripe", method="credit_card", at=AT, **details)
    return payment.ask(begun, source=source, at=AT)


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


def test_the_provider_is_there_only_when_it_is_set_up(settings):
    settings.PAYMENT_PROVIDERS = {"sandbox": settings.PAYMENT_PROVIDERS["sandbox"]}
    with pytest.raises(payments.UnknownProvider):
        payments.provider("stripe")
