"""Payouts: two people, one bank account that had time to be noticed, and never more than is due."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from chengfeng import outbox
from chengfeng.models import Entry, OutboxMessage, SandboxCharge
from chengfeng.payments import Outcome
from chengfeng.payments.sandbox import Sandbox
from orders.models import BankAccount, Payout, PayoutBatch, PayoutReturn
from orders.settlement import bank, payouts, terms
from shops.models import AuditEntry
from shops.people.rights import Right
from shops.tenancy import Access
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from .settling import DUE, balances, bank_account, give_back, settled

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db
State = Payout.State


@pytest.fixture
def olga(db):
    """The other operator."""
    return factories.person("olga", is_staff=True)


@pytest.fixture
def owed(shop, shirt):
    """Alice is owed 114, and has a bank account."""
    bank_account(shop)
    return settled(shirt)


@pytest.fixture
def batch(owed, oscar):
    return payouts.prepare(currency="CNY", by=oscar, at=DUE)


def obstacles(at=DUE) -> list[tuple[str, Decimal]]:
    return [(found.obstacle, found.amount) for found in payouts.candidates(currency="CNY", at=at)]


def state() -> str:
    return Payout.objects.get().state


def test_everything_due_is_paid_out_to_the_cent(shop, batch, olga):
    assert [(p.merchant, p.amount, p.state) for p in batch.payouts.all()] == [(shop, 114, "prepared")]
    payouts.approve(batch, by=olga, at=DUE)
    assert (state(), balances(shop)["payable"]) == (State.SENDING, 0)
    assert payouts.carry_out_all(at=DUE) == 1
    found = Payout.objects.get()
    assert (found.state, found.paid_at, found.transfer.reference) == ("paid_out", DUE, f"payout:{found.code}")
    assert OutboxMessage.objects.get(topic="settlement.paid_out").key == found.code


def test_who_has_no_usable_account_or_too_little_waits(shop, shirt, oscar):
    settled(shirt)
    assert obstacles() == [("no_account", 114)]
    bank_account(shop, usable_at=DUE + HOUR)
    assert (obstacles(), obstacles(DUE + HOUR)) == ([("account_waits", 114)], [("", 114)])
    terms.agree(shop, valid_from=AT.date(), payout_minimum=Decimal("114.01"), by=oscar, at=AT)
    assert obstacles(DUE + HOUR) == [("too_little", 114)]
    with pytest.raises(payouts.NothingToPay):
        payouts.prepare(currency="CNY", by=oscar, at=DUE + HOUR)


def test_a_changed_account_waits_a_day_and_is_on_record(shop, alice, owed):
    access = Access(shop, frozenset(Right), alice)
    made = bank.change(access, holder="Alice", bank="New", number="1234567890", at=DUE)
    again = bank.change(access, holder="Alice", bank="New", number="1234567890", at=DUE + HOUR)
    assert (again, made.usable_at, made.masked) == (made, DUE + 24 * HOUR, "•••• 7890")
    assert BankAccount.objects.filter(replaced_at=DUE).count() == 1
    assert (obstacles(), obstacles(DUE + 24 * HOUR)) == ([("account_waits", 114)], [("", 114)])


def test_payouts_on_hold_say_why_and_until_when(shop, alice, fay, owed, client, mailoutbox):
    made = bank.change(
        Access(shop, frozenset(Right), alice), holder="Alice", bank="New", number="1234567890", at=timezone.now()
    )
    client.force_login(fay)
    page = client.get(reverse("orders:settlement_payouts", args=[shop.code])).content.decode()
    assert page.count("payouts are on hold") == page.count("•••• 7890") == page.count("CN¥114.00") == 1
    outbox.relay(at=made.added_at)
    told = [(mail.to, "•••• 7890" in mail.body) for mail in mailoutbox if "bank account" in mail.subject]
    assert told == [([alice.email], True), ([fay.email], True)]


def test_nobody_approves_what_they_prepared(batch, oscar):
    with pytest.raises(payouts.SamePerson):
        payouts.approve(batch, by=oscar, at=DUE)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        PayoutBatch.objects.update(state="approved", approved_by=oscar, approved_at=DUE)
    assert state() == State.PREPARED


def test_a_merchant_stands_in_one_batch_that_awaits_approval(batch, oscar):
    with pytest.raises(payouts.NothingToPay):
        payouts.prepare(currency="CNY", by=oscar, at=DUE)


def test_a_withdrawn_batch_pays_nobody(shop, batch, oscar, olga):
    payouts.withdraw(batch, by=oscar, at=DUE)
    payouts.withdraw(batch, by=oscar, at=DUE)
    with pytest.raises(payouts.NotAwaiting):
        payouts.approve(batch, by=olga, at=DUE)
    assert (state(), balances(shop)["payable"], obstacles()) == (State.LEFT_OUT, 114, [("", 114)])


@pytest.mark.parametrize("why", ["less_due", "account_changed"])
def test_what_changed_since_the_preview_is_left_out(shop, alice, owed, batch, olga, why):
    if why == "less_due":
        give_back(owed, "20")
    else:
        bank.change(Access(shop, frozenset(Right), alice), holder="A", bank="B", number="99999999", at=DUE)
    assert payouts.approve(batch, by=olga, at=DUE) == []
    assert (state(), Payout.objects.get().reason) == (State.LEFT_OUT, why)


def test_a_payout_that_bounces_is_due_again(shop, owed, oscar, olga):
    BankAccount.objects.update(number="6222000011110002")
    payouts.approve(payouts.prepare(currency="CNY", by=oscar, at=DUE), by=olga, at=DUE)
    payouts.carry_out_all(at=DUE)
    back = PayoutReturn.objects.get()
    assert (state(), back.transfer.reference) == (State.RETURNED, f"payout:{back.payout.code}:back")
    assert balances(shop)["payable"] == 114


def test_the_people_of_the_bank_account_are_told(shop, alice, fay, bob, batch, olga, mailoutbox):
    payouts.approve(batch, by=olga, at=DUE)
    payouts.carry_out_all(at=DUE)
    paid = Payout.objects.get()
    payouts.settle(paid.code, Outcome("failed", failure="bounced"), at=DUE + HOUR)
    outbox.relay(at=DUE + HOUR)
    assert [(mail.to, mail.subject) for mail in mailoutbox if paid.code in mail.subject] == [
        ([alice.email], f"Payout {paid.code} is on your account"),
        ([fay.email], f"Payout {paid.code} is on your account"),
        ([alice.email], f"Payout {paid.code} came back"),
        ([fay.email], f"Payout {paid.code} came back"),
    ]
    assert "114.00" in mailoutbox[-1].body


def test_a_message_of_the_provider_settles_a_payout(client, batch, olga):
    payouts.approve(batch, by=olga, at=timezone.now())
    waiting = Payout.objects.get()
    sent = SandboxCharge(
        reference="sbx_1", client_reference=waiting.code, amount=waiting.amount, currency="CNY", state="succeeded"
    )
    body, headers = Sandbox().message(sent, at=timezone.now())
    address = reverse("orders:webhook", args=["sandbox"])
    answers = {client.post(address, body, "application/json", headers=headers).status_code for _ in range(2)}
    assert (answers, state()) == ({204}, State.PAID)


def test_an_unknown_outcome_stays_on_its_way_until_it_is_found_out(shop, owed, oscar, olga):
    BankAccount.objects.update(number="6222000011110004")
    payouts.approve(payouts.prepare(currency="CNY", by=oscar, at=DUE), by=olga, at=DUE)
    assert (payouts.carry_out_all(at=DUE), state()) == (0, State.SENDING)
    assert payouts.carry_out_all(at=DUE + timedelta(seconds=29)) == 0
    assert payouts.carry_out_all(at=DUE + timedelta(seconds=30)) == 1
    assert (state(), SandboxCharge.objects.filter(behaviour="payout").count()) == (State.PAID, 1)


def test_money_that_comes_back_later_is_due_again_once(shop, batch, olga):
    payouts.approve(batch, by=olga, at=DUE)
    payouts.carry_out_all(at=DUE)
    code, bounced = Payout.objects.get().code, Outcome("failed", failure="account_closed")
    assert [payouts.settle(code, bounced, at=DUE + HOUR) for _ in range(2)] == [True, False]
    assert (state(), balances(shop)["payable"], PayoutReturn.objects.get().reason) == (
        State.RETURNED, 114, "account_closed",
    )  # fmt: skip


# Races


def kinds(results) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def naive_approve(batch, by):
    """The control: look whether the batch waits and enough is due, then pay, with nothing held still."""
    found = PayoutBatch.objects.get(pk=batch.pk)
    if found.state != "prepared":
        raise payouts.NotAwaiting
    rows = list(found.payouts.select_related("merchant", "bank_account"))
    everybody_has_read()
    with transaction.atomic():
        payouts.send(rows, by=by, at=DUE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("approve", "outcomes", "sent"),
    [
        pytest.param(partial(payouts.approve, at=DUE), ["NotAwaiting", "NotAwaiting", "list"], 1, id="guarded"),
        pytest.param(naive_approve, ["NoneType", "NoneType", "NoneType"], 3, id="control"),
    ],
)
def test_three_approvals_send_the_money_once(shop, batch, olga, approve, outcomes, sent):
    assert kinds(at_once([partial(approve, batch, by=olga)] * 3)) == outcomes
    assert AuditEntry.objects.filter(verb="settlement.payout").count() == sent


def left_by_payout() -> Decimal:
    """What was due to the merchant once the payout was posted; of its entries in their order."""
    left, standing = Decimal(0), Decimal(0)
    for amount, kind in (
        Entry.objects.filter(account__kind="payable").order_by("pk").values_list("amount", "transfer__kind")
    ):
        standing += amount
        left = standing if kind == "payout" else left
    return left


def refund_first(order):
    """The control's refund: done before the approval pays, and after it has looked."""
    give_back(order, "20")
    everybody_has_read()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("approve", "refund", "is_covered"),
    [
        *[pytest.param(partial(payouts.approve, at=DUE), partial(give_back, amount="20"), True, id=f"guarded-{turn}")
          for turn in range(3)],
        pytest.param(naive_approve, refund_first, False, id="control"),
    ],
)  # fmt: skip
def test_an_approval_beside_a_refund_never_pays_more_than_is_due(shop, owed, batch, olga, approve, refund, is_covered):
    results = at_once([partial(approve, batch, by=olga), partial(refund, owed)])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert (left_by_payout() >= 0) == is_covered


def naive_carry_out():
    """The control: a bounce that is settled by the state that was read, without the lock on the payout."""
    found = Payout.objects.select_related("merchant").get()
    everybody_has_read()
    with transaction.atomic():
        payouts._come_back(found, "bounced", at=DUE)
    return 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("carry_out", "outcomes"),
    [
        pytest.param(partial(payouts.carry_out_all, at=DUE), ["0", "0", "1"], id="guarded"),
        pytest.param(naive_carry_out, ["1", "IntegrityError", "IntegrityError"], id="control"),
    ],
)
def test_a_batch_carried_out_three_times_is_sent_once(shop, owed, oscar, olga, carry_out, outcomes):
    BankAccount.objects.update(number="6222000011110002")
    payouts.approve(payouts.prepare(currency="CNY", by=oscar, at=DUE), by=olga, at=DUE)
    results = at_once([carry_out] * 3)
    assert sorted(type(r).__name__ if isinstance(r, Exception) else str(r) for r in results) == outcomes
    assert balances(shop)["payable"] == 114
    if carry_out is not naive_carry_out:
        assert (SandboxCharge.objects.filter(behaviour="bounce").count(), state()) == (1, State.RETURNED)
