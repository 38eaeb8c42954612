"""Payment providers: the sandbox's behaviours, and webhook messages that nobody else could have sent."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from chengfeng import payments
from chengfeng.models import SandboxCharge
from chengfeng.payments import Forged, Outcome, Unreachable, signing
from chengfeng.payments.sandbox import Sandbox
from tests.factories import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    return []


@pytest.fixture
def sandbox(sent):
    """A sandbox that keeps its webhook messages in `sent`."""
    return Sandbox(post=lambda body, headers: sent.append((body, headers)), later=lambda call: call())


def charge(sandbox, source="approve", reference="pay_1", amount="10"):
    return sandbox.charge(reference=reference, amount=Decimal(amount), currency="CNY", source=source, at=AT)


def refund(sandbox, amount, reference="rfd_1", of="pay_1"):
    number = SandboxCharge.objects.get(client_reference=of).reference
    return sandbox.refund(reference=reference, charge=number, amount=Decimal(amount), currency="CNY", at=AT)


@pytest.mark.parametrize(
    ("source", "state", "messages"),
    [
        ("approve", "succeeded", 0),
        ("decline", "failed", 0),
        ("stolen", "failed", 0),
        ("twice", "succeeded", 2),
        ("webhook_first", "succeeded", 1),
    ],
)
def test_the_source_says_how_it_behaves(sandbox, sent, source, state, messages):
    assert (charge(sandbox, source).state, len(sent)) == (state, messages)
    assert sandbox.find("pay_1").state == state


def test_no_answer_is_no_refusal(sandbox):
    with pytest.raises(Unreachable):
        charge(sandbox, "hang")
    assert sandbox.find("pay_1").state == "succeeded"


def test_the_same_again_charges_once(sandbox):
    assert charge(sandbox) == charge(sandbox)
    assert SandboxCharge.objects.count() == 1


def test_what_never_arrived_has_failed(sandbox):
    assert sandbox.find("pay_1") == Outcome("failed", failure="unknown")


def test_refunds_never_exceed_the_charge(sandbox):
    charge(sandbox)
    states = [refund(sandbox, "6", name).state for name in ("rfd_1", "rfd_1", "rfd_2")]
    assert states == ["succeeded", "succeeded", "failed"]
    assert refund(sandbox, "4", "rfd_3").state == "succeeded"


def test_a_failed_charge_has_nothing_to_give_back(sandbox):
    charge(sandbox, "decline")
    assert refund(sandbox, "1") == Outcome("failed", failure="unknown_charge")


def test_a_provider_is_found_by_the_settings():
    assert isinstance(payments.provider("sandbox"), Sandbox)
    with pytest.raises(payments.UnknownProvider):
        payments.provider("bank")


def test_a_message_tells_what_became_of_the_charge(sandbox, sent):
    outcome = charge(sandbox, "webhook_first")
    notice = sandbox.parse_webhook(*sent[0], at=AT)
    assert (notice.reference, notice.amount, notice.currency, notice.outcome) == ("pay_1", 10, "CNY", outcome)


def test_both_secrets_verify_while_one_is_replaced(sandbox, sent, settings):
    settings.SANDBOX_WEBHOOK_SECRETS = ["old"]
    charge(sandbox, "webhook_first")
    settings.SANDBOX_WEBHOOK_SECRETS = ["new", "old"]
    assert sandbox.parse_webhook(*sent[0], at=AT).reference == "pay_1"
    settings.SANDBOX_WEBHOOK_SECRETS = ["new"]
    with pytest.raises(Forged):
        sandbox.parse_webhook(*sent[0], at=AT)


@pytest.mark.parametrize(("minutes", "holds"), [(-6, False), (-5, True), (5, True), (6, False)])
def test_a_message_is_taken_within_five_minutes(sandbox, sent, minutes, holds):
    charge(sandbox, "webhook_first")
    try:
        sandbox.parse_webhook(*sent[0], at=AT + timedelta(minutes=minutes))
    except Forged:
        assert not holds
    else:
        assert holds


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {signing.SIGNATURE: ""},
        {signing.SIGNATURE: "v1=é"},
        {signing.SIGNATURE: "v1=" + 64 * "0"},
        {signing.TIMESTAMP: "soon"},
        {signing.TIMESTAMP: "9" * 400},
        {signing.TIMESTAMP: "٣"},
    ],
)
def test_other_headers_are_refused(sandbox, sent, headers):
    charge(sandbox, "webhook_first")
    body, right = sent[0]
    with pytest.raises(Forged):
        sandbox.parse_webhook(body, right | headers if headers else {}, at=AT)


def test_a_changed_body_is_refused(sandbox, sent):
    charge(sandbox, "webhook_first")
    body, headers = sent[0]
    with pytest.raises(Forged):
        sandbox.parse_webhook(body.replace(b"10", b"1"), headers, at=AT)


RIGHT = {"id": "m", "reference": "r", "provider_reference": "p", "state": "succeeded", "amount": "1", "currency": "CNY"}


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"null", *(json.dumps(RIGHT | wrong).encode() for wrong in (
        {"id": None}, {"id": "x" * 81}, {"state": "won"}, {"amount": "much"}, {"amount": []}, {"reference": {}},
    ))],
)  # fmt: skip
def test_a_signed_message_of_another_shape_is_refused(sandbox, settings, body):
    headers = signing.sign(body, secret=settings.SANDBOX_WEBHOOK_SECRETS[0], at=AT)
    with pytest.raises(Forged):
        sandbox.parse_webhook(body, headers, at=AT)
