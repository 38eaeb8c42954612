"""Wallets are topped up on Stripe's page, or by a program's card."""

from decimal import Decimal

import pytest

from ads import wallet
from ads.models import TopUp
from chengfeng import clock
from chengfeng.codes import new_code
from shops.people.rights import Right
from shops.tenancy import Access
from tests.factories import AT

from .conftest import broken
from .far_stripe import CARD, EMPTY, LATER, deliver, event, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("far_side")]


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
