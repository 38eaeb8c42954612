"""The life of orders as a state machine: whatever shoppers and merchants do by HTTP, a plain model does the same."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from chengfeng import clock
from chengfeng.models import Account, Entry
from orders import expiry
from orders.models import Order, Payment
from orders.settlement.settling import settle_due
from reports import invariants
from shops.models import Promotion, Variant
from tests import factories
from tests.factories import AT

from .conftest import merchant_client, shopper_client

pytestmark = pytest.mark.django_db
PRICES = {"shirt": Decimal(120), "hat": Decimal(30)}
STOCK, COUPONS, OFF = 6, 2, Decimal(10)
CENT = Decimal("0.01")
CHECKED = [one.id for one in invariants.ALL if one.id <= "I19" or one.id in ("I26", "I27")]


@dataclass
class Line:
    """What the model knows of some units of one thing in an order."""

    thing: str
    quantity: int
    total: Decimal
    shipped: int = 0
    returned: int = 0
    given_up: int = 0  # refunded before they left
    refunded: int = 0
    given: Decimal = Decimal(0)

    @property
    def unsent(self) -> int:
        return self.quantity - self.shipped - self.given_up

    @property
    def left(self) -> int:
        return self.quantity - self.refunded

    def share(self, units: int) -> Decimal:
        """What that many units give back: their part of the price, to the cent, the last ones what is left."""
        if units == self.left:
            return self.total - self.given
        part = (self.total * units / self.quantity).quantize(CENT, rounding=ROUND_HALF_UP)
        return min(part, self.total - self.given)


@dataclass
class Kept:
    """An order as the model remembers it."""

    code: str
    checkout: str
    lines: dict[str, Line]
    shipping: Decimal
    has_coupon: bool
    expires_at: object
    state: str = "placed"
    shipping_given: Decimal = Decimal(0)
    delivered_at: object = None
    is_settled: bool = False
    parcels: int = 0
    was_paid: bool = False
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines.values()), self.shipping)

    @property
    def refunded(self) -> Decimal:
        return sum((line.given for line in self.lines.values()), self.shipping_given)

    def advance(self) -> None:
        """Go to where the units have got."""
        has_left = any(line.shipped for line in self.lines.values())
        if self.state not in ("paid", "partly"):
            return
        if any(line.unsent for line in self.lines.values()):
            self.state = "partly" if has_left else self.state
        else:
            self.state = "shipped" if has_left else "cancelled"


def discounted(units: dict[str, int], *, off: Decimal) -> dict[str, Decimal]:
    """What each thing costs when `off` is taken from all in proportion, to the cent, the largest remainders first."""
    values = {thing: PRICES[thing] * n for thing, n in units.items()}
    whole = sum(values.values())
    exact = {thing: off * value / whole for thing, value in values.items()}
    parts = {thing: part.quantize(CENT, rounding="ROUND_FLOOR") for thing, part in exact.items()}
    order = sorted(parts, key=lambda thing: parts[thing] - exact[thing])
    for thing in order[: int((off - sum(parts.values())) / CENT)]:
        parts[thing] += CENT
    return {thing: values[thing] - parts[thing] for thing in units}


class Life(RuleBasedStateMachine):
    """One shop with two things and a coupon for two; shoppers come and go, time passes."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now = AT
        self.shop = factories.merchant("Alice & Co")
        self.alice = factories.member(self.shop, f"alice{next(factories.numbers)}", "owner")
        self.variants = {
            thing: factories.variant(self.shop, stock=STOCK, price=str(price)) for thing, price in PRICES.items()
        }
        self.coupon = factories.promotion(
            self.shop, kind="coupon", word="SAVE", amount=OFF, threshold=Decimal(100), limit=COUPONS
        )
        self.shopper, self.system, self.desk = shopper_client(), merchant_client(self.shop, self.alice), Client()
        self.desk.force_login(self.alice)
        self.shelf = dict.fromkeys(PRICES, STOCK)  # units on hand
        self.orders: list[Kept] = []

    # What the shelf and the coupon allow

    def held(self, thing: str) -> int:
        waiting = (order for order in self.orders if order.state == "placed" and thing in order.lines)
        return sum(order.lines[thing].quantity for order in waiting)

    @property
    def coupons_used(self) -> int:
        return sum(order.has_coupon for order in self.orders)

    def those(self, *states: str) -> list[Kept]:
        return [order for order in self.orders if order.state in states]

    def some(self, data, *states: str) -> Kept:
        return data.draw(st.sampled_from(self.those(*states)), label="order")

    def api(self, client, path: str, body: dict | None = None):
        headers = {"Idempotency-Key": factories.shopper().hex}
        with clock.at(self.now):
            return client.post(f"/api/v1/{path}", body or {}, format="json", headers=headers)

    def press(self, order: Kept, button: str, **form) -> int:
        with clock.at(self.now):
            return self.desk.post(f"/console/{self.shop.code}/orders/{order.code}/{button}/", form).status_code

    # The shopper

    @rule(shirts=st.integers(0, 3), hats=st.integers(0, 3), with_coupon=st.booleans())
    def place(self, shirts, hats, with_coupon):
        units = {thing: n for thing, n in (("shirt", shirts), ("hat", hats)) if n}
        if not units:
            return
        lines = [{"variant": self.variants[thing].code, "quantity": n} for thing, n in units.items()]
        body = {"email": "s@example.org", "recipient": "Sam", "lines": lines, "coupons": ["SAVE"] * with_coupon}
        answer = self.api(self.shopper, "checkouts", body)
        value = sum(PRICES[thing] * n for thing, n in units.items())
        takes_off = with_coupon and value >= 100 and self.coupons_used < COUPONS
        fits = all(self.held(thing) + n <= self.shelf[thing] for thing, n in units.items())
        if not fits or (with_coupon and not takes_off):
            assert answer.status_code in (409, 422), answer.content
            return
        assert answer.status_code == 201, answer.content
        totals = discounted(units, off=OFF if takes_off else Decimal(0))
        kept = Kept(
            code=answer.json()["orders"][0]["code"], checkout=answer.json()["code"],
            lines={thing: Line(thing, n, totals[thing]) for thing, n in units.items()},
            shipping=Decimal(0) if sum(totals.values()) >= 99 else Decimal(10),
            has_coupon=takes_off, expires_at=self.now + timedelta(minutes=15),
        )  # fmt: skip
        things = {variant.pk: thing for thing, variant in self.variants.items()}
        kept.codes = {things[line.variant_id]: line.code for line in Order.objects.get(code=kept.code).lines.all()}
        self.orders.append(kept)

    @precondition(lambda self: self.those("placed"))
    @rule(data=st.data(), source=st.sampled_from(["approve", "twice", "webhook_first", "decline"]))
    def pay(self, data, source):
        order = self.some(data, "placed")
        answer = self.api(self.shopper, f"checkouts/{order.checkout}/payments", {"source": source})
        assert answer.status_code == 201, answer.content
        if source != "decline":
            order.state, order.was_paid = "paid", True
            for line in order.lines.values():
                self.shelf[line.thing] -= line.quantity

    @precondition(lambda self: self.those("paid", "partly", "shipped", "delivered"))
    @rule(data=st.data())
    def pay_again(self, data):
        order = self.some(data, "paid", "partly", "shipped", "delivered")
        before = Payment.objects.count()
        answer = self.api(self.shopper, f"checkouts/{order.checkout}/payments", {"source": "approve"})
        assert answer.status_code == 409, answer.content
        assert Payment.objects.count() == before

    # The merchant

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data):
        order = data.draw(st.sampled_from(self.orders), label="order")
        self.press(order, "cancel", reason="merchant")
        if order.state == "placed":
            order.state, order.has_coupon = "cancelled", False
        elif order.state == "paid":
            order.state, order.has_coupon = "cancelled", False
            for line in order.lines.values():
                self.shelf[line.thing] += line.left
                line.given, line.refunded = line.total, line.quantity
            order.shipping_given = order.shipping

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), is_whole=st.booleans())
    def ship(self, data, is_whole):
        order = data.draw(st.sampled_from(self.orders), label="order")
        can = order.state in ("paid", "partly")
        units = {thing: line.unsent for thing, line in order.lines.items()}
        if can and not is_whole:
            units = {thing: data.draw(st.integers(0, n), label=thing) for thing, n in units.items()}
        if can and not any(units.values()):
            return
        order.parcels += 1
        form = {} if is_whole else {order.codes[thing]: n for thing, n in units.items() if order.lines[thing].unsent}
        self.press(order, "ship", carrier="sf", tracking=f"SF{order.parcels}", **form)
        if can:
            for thing, n in units.items():
                order.lines[thing].shipped += n
            order.advance()

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def deliver(self, data):
        order = data.draw(st.sampled_from(self.orders), label="order")
        self.press(order, "deliver")
        if order.state == "shipped":
            order.state, order.delivered_at = "delivered", self.now

    @precondition(lambda self: self.those("paid", "partly", "shipped", "delivered"))
    @rule(data=st.data(), restock=st.booleans(), with_shipping=st.booleans())
    def refund(self, data, restock, with_shipping):
        order = self.some(data, "paid", "partly", "shipped", "delivered")
        units = {thing: data.draw(st.integers(0, line.left), label=thing) for thing, line in order.lines.items()}
        shipping = order.shipping - order.shipping_given if with_shipping else Decimal(0)
        amount = sum((order.lines[thing].share(n) for thing, n in units.items() if n), shipping)
        unsent = {thing: min(n, order.lines[thing].unsent) for thing, n in units.items()}
        lacks = any(n - unsent[t] > order.lines[t].shipped - order.lines[t].returned for t, n in units.items())
        form = {order.codes[thing]: n for thing, n in units.items()} | ({"restock": "on"} if restock else {})
        status = self.press(order, "refund", shipping=shipping, reason="", **form)
        if not amount or (restock and lacks):
            assert status == 422
            return
        assert status == 302
        for thing, n in units.items():
            line = order.lines[thing]
            line.given += line.share(n) if n else 0
            line.refunded, line.given_up = line.refunded + n, line.given_up + unsent[thing]
            if restock:
                self.shelf[thing] += n
                line.returned += n - unsent[thing]
        order.shipping_given += shipping
        order.advance()

    @precondition(lambda self: any(self.returnable(order) for order in self.orders))
    @rule(data=st.data())
    def give_back(self, data):
        """A return: asked for, accepted, sent back, received and refunded."""
        order = data.draw(st.sampled_from([order for order in self.orders if self.returnable(order)]), label="order")
        thing = data.draw(st.sampled_from(self.returnable(order)), label="thing")
        line = order.lines[thing]
        units = data.draw(st.integers(1, min(line.left - line.unsent, line.shipped - line.returned)), label="units")
        body = {"order": order.code, "kind": "return", "reason": "size",
                "lines": [{"line": order.codes[thing], "quantity": units}]}  # fmt: skip
        case = self.api(self.shopper, "my/cases", body)
        assert case.status_code == 201, case.content
        code, given = case.json()["code"], line.share(units)
        for client, path, said in (
            (self.system, f"cases/{code}/accept", {}),
            (self.shopper, f"my/cases/{code}/send-back", {"carrier": "sf", "tracking": "B1"}),
            (self.system, f"cases/{code}/receive", {"restock": True}),
        ):
            answer = self.api(client, path, said)
            assert answer.status_code in (200, 201), (path, answer.content)
        assert answer.json()["state"] == "refunded"
        line.given, line.refunded, line.returned = line.given + given, line.refunded + units, line.returned + units
        self.shelf[thing] += units

    def returnable(self, order: Kept) -> list[str]:
        """The things of an order that may be sent back: received ones, and while the time for it lasts."""
        if order.state != "delivered" or self.now - order.delivered_at > timedelta(days=6):
            return []
        return [
            thing for thing, line in order.lines.items()
            if min(line.left - line.unsent, line.shipped - line.returned) > 0
        ]  # fmt: skip

    # Time

    @rule(passed=st.sampled_from([timedelta(minutes=10), timedelta(days=1), timedelta(days=8)]))
    def wait(self, passed):
        self.now += passed
        expiry.expire_due(at=self.now)
        for order in self.those("placed"):
            if order.expires_at <= self.now:
                order.state, order.has_coupon = "cancelled", False
        settle_due(at=self.now)
        for order in self.those("delivered"):
            order.is_settled |= order.delivered_at + timedelta(days=7) <= self.now

    # What must agree

    def teardown(self):
        try:
            self.agree()
            assert invariants.check(CHECKED) == []
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def agree(self):
        """The database says of every order, shelf and coupon what the model says."""
        found = {order.code: order for order in Order.objects.filter(merchant=self.shop).prefetch_related("lines")}
        for kept in self.orders:
            order = found[kept.code]
            assert (order.state, order.total, order.refunded, bool(order.settled_at)) == (
                kept.state, kept.total, kept.refunded, kept.is_settled,
            ), kept  # fmt: skip
            said = {line.code: (line.total, line.shipped, line.returned, line.refunded) for line in order.lines.all()}
            assert said == {
                kept.codes[thing]: (line.total, line.shipped, line.returned, line.given)
                for thing, line in kept.lines.items()
            }, kept
        assert len(found) == len(self.orders)
        shelves = dict(Variant.objects.filter(merchant=self.shop).values_list("sku", "on_hand"))
        assert {self.variants[thing].sku: n for thing, n in self.shelf.items()} == shelves
        reserved = dict(Variant.objects.filter(merchant=self.shop).values_list("sku", "reserved"))
        assert {self.variants[thing].sku: self.held(thing) for thing in PRICES} == reserved
        assert Promotion.objects.get(pk=self.coupon.pk).used == self.coupons_used
        self.agree_on_money()

    def agree_on_money(self):
        """What is paid and not given back lies in sales, or, once settled, with the merchant and in commissions."""
        kinds = (Account.Kind.SALES, Account.Kind.PAYABLE)
        entries = Entry.objects.filter(account__owner=self.shop.code, account__kind__in=kinds)
        balance = dict.fromkeys(kinds, Decimal(0))
        for kind, amount in entries.values_list("account__kind", "amount"):
            balance[kind] += amount
        paid = [
            order for order in self.orders if order.state != "placed" and (order.state != "cancelled" or order.refunded)
        ]
        unsettled = sum((order.total - order.refunded for order in paid if not order.is_settled), Decimal(0))
        assert balance[Account.Kind.SALES] == unsettled


def test_orders_live_as_the_model_says():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
