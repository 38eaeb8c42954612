"""Settlement: what orders earn, when it falls due, and what refunds take back."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from hypothesis import assume, given
from hypothesis import strategies as st

from chengfeng.models import Transfer
from orders.aftersale import cases
from orders.aftersale.moves import OVER
from orders.models import Case, Order, OrderLine, Settlement, SettlementLine, Terms
from orders.moves import CancelReason, OrderState
from orders.settlement import settling, summing, terms
from orders.settlement.earning import earned
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from .conftest import buy, paid
from .settling import DUE, balances, delivered, give_back, settled

COIN = Decimal("0.01")
DAY = timedelta(days=1)


# Arithmetic


def line(total="100", *, discount="0", subsidy="0", rate="0.05", refunded="0", quantity=1, returned=0) -> OrderLine:
    return OrderLine(
        total=Decimal(total), discount=Decimal(discount), subsidy=Decimal(subsidy), commission_rate=Decimal(rate),
        refunded=Decimal(refunded), quantity=quantity, returned=returned,
    )  # fmt: skip


def order(*lines, shipping="0", shipping_subsidy="0", tax="0", back="0", **fields) -> Order:
    total = sum(part.total for part in lines) + Decimal(shipping) + Decimal(tax)
    refunded = sum(part.refunded for part in lines) + Decimal(back)
    defaults = {"currency": "CNY", "state": OrderState.DELIVERED, "total": total, "refunded": refunded}
    return Order(
        shipping=Decimal(shipping), shipping_subsidy=Decimal(shipping_subsidy), tax=Decimal(tax), **defaults | fields
    )


def parts(found) -> dict[str, str]:
    names = ("goods", "subsidy", "shipping", "shipping_subsidy", "tax", "commission", "net")
    return {name: f"{getattr(found, name):f}" for name in names if getattr(found, name)}


def test_a_sale_earns_what_was_paid_and_the_platform_adds_less_commission():
    lines = [line("90", discount="10", subsidy="6"), line("50", rate="0.1")]
    found = earned(order(*lines, shipping="8", shipping_subsidy="2", tax="1"), lines)
    assert parts(found) == {
        "goods": "140", "subsidy": "6.00", "shipping": "8", "shipping_subsidy": "2.00", "tax": "1",
        "commission": "9.80",
        "net": "147.20",
    }  # fmt: skip


def test_a_refunded_share_returns_its_subsidy_to_the_platform():
    lines = [line("90", discount="10", subsidy="10", refunded="30")]
    assert parts(earned(order(*lines), lines)) == {
        "goods": "60", "subsidy": "6.67", "commission": "3.33", "net": "63.34"
    }  # fmt: skip


def test_refunded_shipping_comes_off_shipping_before_tax():
    lines = [line()]
    found = earned(order(*lines, shipping="8", tax="4", shipping_subsidy="3", back="10"), lines)
    assert (found.shipping, found.tax, found.shipping_subsidy) == (0, 2, Decimal("0.5"))


def test_a_free_line_loses_the_subsidy_of_the_units_that_came_back():
    lines = [line("0", discount="30", subsidy="30", quantity=3, returned=1)]
    assert earned(order(*lines), lines).subsidy == 20


def test_a_lapsed_deposit_earns_itself_less_commission():
    lines = [line("200", rate="0.1")]
    lapsed = order(
        *lines, state=OrderState.CANCELLED, cancel_reason=CancelReason.BALANCE_UNPAID, deposit=Decimal(50),
        deposit_at=AT,
    )  # fmt: skip
    assert parts(earned(lapsed, lines)) == {"goods": "50.00", "commission": "5.00", "net": "45.00"}


def test_another_cancelled_order_earns_nothing():
    lines = [line()]
    cancelled = order(*lines, state=OrderState.CANCELLED, cancel_reason=CancelReason.MERCHANT)
    assert parts(earned(cancelled, lines)) == {}


coins = st.integers(0, 100_000).map(lambda number: number * COIN)
share = st.integers(0, 100)


@st.composite
def sales(draw):
    """An order with lines of any price, subsidy, rate and refund."""
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        total, discount = draw(coins), draw(coins)
        refunded = (total * draw(share) / 100).quantize(COIN)
        subsidy = (discount * draw(share) / 100).quantize(COIN)
        rate = draw(st.integers(0, 10_000)) * Decimal("0.0001")
        lines.append(
            line(total, discount=discount, subsidy=subsidy, rate=rate, refunded=refunded, quantity=2, returned=0)
        )
    shipping, tax = draw(coins), draw(coins)
    back = ((shipping + tax) * draw(share) / 100).quantize(COIN)
    return order(*lines, shipping=shipping, tax=tax, shipping_subsidy=draw(coins), back=back), lines


@given(sales())
def test_every_cent_of_any_order_is_somewhere(sale):
    sold, lines = sale
    found = earned(sold, lines)
    assert found.paid == sold.total - sold.refunded
    assert found.net + found.commission == found.paid + found.subsidy + found.shipping_subsidy
    assert all(
        0 <= part.subsidy <= of.subsidy and 0 <= part.commission <= part.goods + part.subsidy
        for part, of in zip(found.lines, lines, strict=True)
    )
    assert all(amount == amount.quantize(COIN) for amount in (found.net, found.commission, found.subsidy))
    assert 0 <= found.shipping <= sold.shipping and 0 <= found.tax <= sold.tax


@given(sales())
def test_an_order_given_back_whole_has_earned_nothing(sale):
    sold, lines = sale
    assume(sold.total)
    for part in lines:
        part.refunded, part.returned = part.total, part.quantity
    sold.refunded = sold.total
    assert parts(earned(sold, lines)) == {}


# Settling


@pytest.mark.django_db
def test_an_order_is_settled_seven_days_after_it_arrived(shop, shirt):
    made = delivered(shirt)
    assert settling.settle_due(at=DUE - timedelta(seconds=1)) == 0
    assert settling.settle_due(at=DUE) == 1
    found = Settlement.objects.get()
    assert (found.order, found.kind, found.net, found.due_at, found.settled_at) == (made, "order", 114, DUE, DUE)
    assert found.transfer.reference == f"settlement:{found.code}"
    assert SettlementLine.objects.values_list("goods", "commission", "net").get() == (120, 6, 114)
    assert balances(shop) == {"sales": 0, "payable": 114, "commission": 6, "subsidy": 0}


@pytest.mark.django_db
def test_an_order_with_an_open_case_waits(shirt):
    made = delivered(shirt)
    units = {made.lines.get().code: 1}
    case = cases.request(made, kind=Case.Kind.RETURN, units=units, reason=Case.Reason.choices[0][0], at=AT)
    assert settling.settle_due(at=DUE) == 0
    Case.objects.filter(pk=case.pk).update(state=OVER[0], closed_at=DUE, due_at=None)
    assert settling.settle_due(at=DUE) == 1


@pytest.mark.django_db
def test_subsidies_come_from_the_platform(shop, hat):
    made = delivered((hat, 2))
    OrderLine.objects.update(discount=10, subsidy=10, total=50)
    Order.objects.update(discount=10, subsidy=10, shipping_subsidy=10, total=made.total - 10)
    Order.objects.update(shipping=made.shipping)
    settling.settle_due(at=DUE)
    found = Settlement.objects.get()
    assert (found.goods, found.subsidy, found.shipping_subsidy, found.commission) == (50, 10, 10, 3)
    assert balances(shop)["subsidy"] == -20


@pytest.mark.django_db
def test_settling_again_changes_nothing(shirt):
    settled(shirt)
    assert (settling.settle_due(at=DUE + DAY), Settlement.objects.count()) == (0, 1)


@pytest.mark.django_db
def test_an_order_given_back_before_it_was_due_is_settled_with_nothing(shop, shirt):
    give_back(delivered(shirt), "120", at=AT)
    settling.settle_due(at=DUE)
    assert Settlement.objects.values_list("net", "transfer").get() == (0, None)
    assert balances(shop)["payable"] == 0


@pytest.mark.django_db
def test_a_later_refund_takes_back_its_share(shop, shirt):
    made = settled(shirt)
    give_back(made, "20", at=DUE + DAY)
    give_back(made, "100", at=DUE + 2 * DAY)
    rows = Settlement.objects.order_by("number").values_list("number", "kind", "goods", "commission", "net")
    assert list(rows) == [
        (1, "order", 120, 6, 114), (2, "clawback", -20, -1, -19), (3, "clawback", -100, -5, -95),
    ]  # fmt: skip
    assert balances(shop) == {"sales": 0, "payable": 0, "commission": 0, "subsidy": 0}


@pytest.mark.django_db
def test_a_settlement_and_its_mark_are_one_transaction(shop, shirt, monkeypatch):
    delivered(shirt)
    monkeypatch.setattr(SettlementLine.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        settling.settle_due(at=DUE)
    assert (Settlement.objects.count(), Transfer.objects.filter(kind="settlement").count()) == (0, 0)
    assert Order.objects.get().settled_at is None


@pytest.mark.django_db
def test_terms_of_a_merchant_count_from_their_day(shop, oscar, shirt):
    agree = partial(terms.agree, shop, by=oscar, at=AT)
    agree(valid_from=AT.date() - DAY, days=14)
    agree(valid_from=AT.date() + DAY, days=1)
    delivered(shirt)
    assert settling.settle_due(at=DUE) == 0
    assert settling.settle_due(at=AT + 14 * DAY) == 1


@pytest.mark.django_db
def test_terms_are_on_record_and_once_a_day(shop, oscar):
    terms.agree(shop, valid_from=AT.date(), commission_rate=Decimal("0.02"), by=oscar, at=AT)
    with pytest.raises(terms.TermsTaken):
        terms.agree(shop, valid_from=AT.date(), days=3, by=oscar, at=AT)
    assert Terms.objects.count() == 1


@pytest.mark.django_db
def test_a_line_bears_its_categorys_rate_unless_the_merchant_agreed_on_one(shop, foreign_shop, oscar):
    category = factories.category(commission_rate=Decimal("0.08"))
    goods = [
        factories.variant(merchant, product=factories.product(merchant, category=category, state="active"))
        for merchant in (shop, foreign_shop)
    ]
    terms.agree(shop, valid_from=AT.date(), commission_rate=Decimal("0.02"), by=oscar, at=AT)
    buy(*goods)
    rates = OrderLine.objects.values_list("merchant", "commission_rate")
    assert dict(rates) == {shop.pk: Decimal("0.02"), foreign_shop.pk: Decimal("0.08")}


# Races


def guarded_settle():
    return settling.settle_batch(at=DUE)


def naive_settle():
    """The control: look for orders that are not settled, then settle them, without the lock on them."""
    found = Order.objects.get(settled_at=None)
    everybody_has_read()
    found.due_at = DUE
    settling.write(settling._drafts([found]), at=DUE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("settle", "outcomes"),
    [
        pytest.param(guarded_settle, ["0", "0", "1"], id="guarded"),
        pytest.param(naive_settle, ["IntegrityError", "IntegrityError", "None"], id="control"),
    ],
)
def test_three_workers_settle_an_order_once(shop, shirt, settle, outcomes):
    delivered(shirt)
    results = at_once([settle] * 3)
    assert sorted(type(r).__name__ if isinstance(r, Exception) else str(r) for r in results) == outcomes
    assert Settlement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_a_refund_beside_the_settlement_leaves_one_truth(shop, shirt, turn):
    made = delivered(shirt)
    results = at_once([partial(give_back, made, "20"), guarded_settle])
    assert [result for result in results if isinstance(result, Exception)] == []
    settling.settle_due(at=DUE)
    assert balances(shop) == {"sales": 0, "payable": 95, "commission": 5, "subsidy": 0}


# Summed by the database


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "of_line"),
    [
        pytest.param({}, {}, id="sale"),
        pytest.param({"subsidy": 10, "discount": 10}, {"subsidy": 10, "discount": 10, "total": 50}, id="subsidy"),
        pytest.param({"refunded": 25}, {"refunded": Decimal("20.01"), "subsidy": 7, "discount": 7}, id="refund"),
        pytest.param({"refunded": 68, "shipping_subsidy": 3}, {"refunded": 60}, id="all given back"),
        pytest.param({"refunded": 3, "shipping_subsidy": 5}, {"subsidy": 3, "discount": 60, "total": 0}, id="free"),
        pytest.param(
            {"state": "cancelled", "cancel_reason": "balance_unpaid", "deposit_at": AT, "deposit": Decimal("12.34"),
             "cancelled_at": AT}, {}, id="deposit",
        ),
    ],
)  # fmt: skip
def test_the_database_works_out_the_same(shop, hat, fields, of_line):
    made = delivered((hat, 2), rate="0.0333")
    of_line = {"total": 60, **of_line}
    OrderLine.objects.update(**of_line, unit_price=(Decimal(of_line["total"]) + of_line.get("discount", 0)) / 2)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_order DROP CONSTRAINT order_deposit_of_presale")
    subtotal = of_line["total"] + fields.get("discount", 0)
    Order.objects.update(subtotal=subtotal, shipping=8, total=of_line["total"] + 8, **fields)
    made.refresh_from_db()
    query = summing.EARNED.format(orders="orders_order")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT goods, subsidy, shipping, shipping_subsidy, tax, commission, net FROM ({query}) e",
            summing.coins(("CNY",)),
        )
        (found,) = cursor.fetchall()
    mine = earned(made, list(made.lines.all()))
    assert found == (
        mine.goods,
        mine.subsidy,
        mine.shipping,
        mine.shipping_subsidy,
        mine.tax,
        mine.commission,
        mine.net,
    )


@pytest.mark.django_db
def test_what_is_coming_is_told_by_day(shop, shirt, hat):
    delivered(shirt)
    delivered(hat, at=AT + 3 * DAY)
    paid(hat)
    OrderLine.objects.update(commission_rate=Decimal("0.05"))
    assert summing.coming(shop, currency="CNY", today=AT.date()) == {
        DUE.date(): (1, 114), DUE.date() + 3 * DAY: (1, Decimal("38.5")),
    }  # fmt: skip
    assert summing.under_way(shop, currency="CNY") == (1, Decimal("38.5"))
