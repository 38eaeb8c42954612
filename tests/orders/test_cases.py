"""Cases after the sale: what is asked for, answered and decided, what it brings, and what happens by itself."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from chengfeng.models import OutboxMessage
from orders import refunds
from orders.aftersale import deadlines, deciding, giving
from orders.aftersale.cases import CaseRefused, request
from orders.aftersale.claims import kinds
from orders.aftersale.models import Case, CaseStep
from orders.aftersale.moves import CaseMoved
from orders.fulfilment import deliver, ship
from orders.models import Refund, Shipment
from orders.refunds import Wish
from shops.catalogue import stock
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

from .conftest import paid
from .test_after import fresh, sales

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def arrived(*lines, at=AT):
    order = paid(*lines)
    ship(order, at=at)
    deliver(order, at=at)
    return order


def ask(order, units=1, kind="return", *, at=AT, **details) -> Case:
    """Ask for something about units of the order's first line."""
    line = order.lines.order_by("pk")[0].code
    return request(order, kind=kind, units={line: units}, reason="faulty", at=at, **details)


def way(case) -> list[str]:
    return list(case.steps.values_list("target", flat=True))


def returned(order, units=1, *, restock=True, at=AT, **details) -> Case:
    """Ask to return units, have it accepted, send them, and have them received."""
    case = deciding.accept(ask(order, units, at=at, **details), at=at)
    case = deciding.send_back(case, carrier="sf", tracking="B1", at=at)
    case = deciding.receive(case, restock=restock, at=at)
    giving.carry_out(case, at=at)
    return case


def test_goods_sent_back_are_refunded_when_they_came(shop, shirt):
    order = arrived((shirt, 2))
    case = returned(order)
    line = order.lines.get()
    assert way(case) == ["requested", "accepted", "sent_back", "received", "refunded"]
    assert (line.returned, line.refunded, fresh(shirt).on_hand, sales(shop)) == (1, 120, 9, 120)
    assert (case.due_at, case.closed_at) == (None, AT)


@pytest.mark.parametrize("kind", ["return", "exchange"])
def test_goods_that_come_after_the_deadline_has_refunded_them_are_noted(shop, shirt, kind):
    order = arrived((shirt, 2))
    case = deciding.send_back(deciding.accept(ask(order, kind=kind), at=AT), carrier="sf", tracking="B1", at=AT)
    deadlines.act_due(at=AT + 8 * DAY)
    before = (order.lines.get().returned, fresh(shirt).on_hand, sales(shop))
    for _time in range(2):
        case = deciding.receive(case, restock=True, at=AT + 9 * DAY)
    giving.carry_out(case, at=AT + 9 * DAY)
    assert before == (0, 8, 120)
    assert (order.lines.get().returned, fresh(shirt).on_hand, sales(shop)) == (1, 9, 120)
    assert (case.state, way(case)[-2:], case.refunds.count()) == ("refunded", ["refunded", "refunded"], 1)


def test_what_the_shop_took_back_meanwhile_is_not_taken_back_again(shirt):
    order = arrived((shirt, 1))
    case = deciding.send_back(deciding.accept(ask(order), at=AT), carrier="sf", tracking="B1", at=AT)
    wishes = [Wish(order.lines.get().code, 1)]
    for refund in refunds.request(order, wishes=wishes, restock=True, at=AT):
        refunds.carry_out(refund, at=AT)
    deciding.receive(case, restock=True, at=AT)
    assert (order.lines.get().returned, fresh(shirt).on_hand) == (1, 10)


def test_what_is_not_fit_for_the_shelf_stays_off_it(shirt):
    order = arrived((shirt, 2))
    returned(order, restock=False)
    assert (order.lines.get().returned, fresh(shirt).on_hand) == (1, 8)


def test_before_it_leaves_a_refund_of_everything_brings_the_shipping_too(shop, hat):
    order = paid(hat)
    case = deciding.accept(ask(order, kind="refund"), at=AT)
    giving.carry_out(case, at=AT)
    assert (case.amount, sales(shop), fresh(hat).on_hand) == (40, 0, 10)
    assert (fresh(order).state, order.cancel_reason) == ("cancelled", "refunded")


def test_refund_only_leaves_the_goods_where_they_are(shop, shirt):
    order = arrived((shirt, 2))
    case = deciding.accept(ask(order, kind="refund", amount=Decimal("30")), at=AT)
    giving.carry_out(case, at=AT)
    line = order.lines.get()
    assert (way(case), line.refunded, line.returned) == (["requested", "accepted", "refunded"], 30, 0)
    assert fresh(shirt).on_hand == 8


def test_a_smaller_offer_is_given_when_the_shopper_takes_it(shop, shirt):
    case = deciding.offer(ask(arrived(shirt), kind="refund"), amount=Decimal(50), at=AT)
    with pytest.raises(CaseRefused):
        deciding.agree(case, amount=Decimal(60), at=AT)
    case = deciding.agree(case, amount=Decimal(50), at=AT)
    giving.carry_out(case, at=AT)
    assert (way(case)[1:], sales(shop)) == (["offered", "accepted", "refunded"], 70)


@pytest.mark.parametrize("amount", ["0", "-1", "120", "1.001"])
def test_an_offer_is_something_less_than_what_was_asked_for(shirt, amount):
    case = ask(arrived(shirt), kind="refund")
    with pytest.raises(CaseRefused):
        deciding.offer(case, amount=Decimal(amount), at=AT)


def test_an_offer_declined_awaits_another_answer(shirt):
    case = deciding.offer(ask(arrived(shirt), kind="refund"), amount=Decimal(50), at=AT)
    case = deciding.decline(case, at=AT + HOUR)
    assert (case.state, case.offered, case.due_at) == ("requested", None, AT + HOUR + 2 * DAY)


def test_an_exchange_takes_the_other_size_off_the_shelf(shop, shirt):
    large = factories.variant(shop, product=shirt.product, price="120")
    order = arrived(shirt)
    case = ask(order, kind="exchange", replacements={order.lines.get().code: large.code})
    case = deciding.send_back(deciding.accept(case, at=AT), carrier="sf", tracking="B", at=AT)
    deciding.replace(deciding.receive(case, restock=True, at=AT), at=AT, carrier="sf", tracking="C")
    parcel = Shipment.objects.get(kind="replacement")
    assert (fresh(case).state, parcel.tracking, parcel.content) == ("exchanged", "C", {order.lines.get().code: 1})
    assert (fresh(shirt).on_hand, fresh(large).on_hand, large.reserved, order.lines.get().returned) == (10, 9, 0, 0)


def test_without_stock_an_exchange_becomes_a_refund(shop, shirt):
    order = arrived((shirt, 10))
    case = deciding.accept(ask(order, 2, "exchange"), at=AT)
    case = deciding.send_back(case, carrier="sf", tracking="B", at=AT)
    case = deciding.receive(case, restock=False, at=AT)
    with pytest.raises(stock.OutOfStock):
        deciding.replace(case, at=AT)
    case = deciding.refund_instead(case, at=AT)
    giving.carry_out(case, at=AT)
    assert (case.state, sales(shop), order.lines.get().returned) == ("refunded", 960, 2)


def test_the_platform_decides_for_the_shopper(shop, shirt, oscar):
    case = deciding.reject(ask(arrived(shirt), kind="refund"), note="It was fine.", at=AT)
    case = deciding.escalate(case, note="It was not.", at=AT)
    case = deciding.say(case, side="merchant", note="It was.", at=AT)
    case = deciding.decide(case, for_shopper=True, amount=Decimal(100), note="Seen on the photo.", at=AT, by=oscar)
    giving.carry_out(case, at=AT)
    assert (way(case), sales(shop)) == (["requested", "rejected", "disputed", "disputed", "refunded"], 20)


def test_the_platform_decides_for_the_shop(shop, shirt, oscar):
    case = deciding.reject(ask(arrived(shirt)), note="Worn.", at=AT)
    case = deciding.decide(deciding.escalate(case, note="No.", at=AT), for_shopper=False, note="Worn.", at=AT, by=oscar)
    assert (case.state, case.closed_at, sales(shop)) == ("dismissed", AT, 120)


def test_a_return_that_the_platform_grants_is_still_to_be_sent(shirt, oscar):
    case = deciding.escalate(deciding.reject(ask(arrived(shirt)), note="No.", at=AT), note="Yes.", at=AT)
    assert deciding.decide(case, for_shopper=True, note="Yes.", at=AT, by=oscar).state == "accepted"


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"units": 3}, "lines.0.quantity", "too_many"),
        ({"units": 0}, "lines", "empty"),
        ({"amount": Decimal("120.01")}, "amount", "too_much"),
        ({"amount": Decimal("0.001")}, "amount", "too_fine"),
        ({"kind": "exchange", "at": AT + 15 * DAY}, "kind", "too_late"),
        ({"at": AT + 7 * DAY}, "kind", "too_late"),
    ],
)
def test_what_cannot_be_asked_for(shirt, asked, field, code):
    with pytest.raises(CaseRefused) as caught:
        ask(arrived((shirt, 2)), **asked)
    assert (caught.value.field, caught.value.code, Case.objects.count()) == (field, code, 0)


def test_nothing_is_sent_back_before_it_was_sent(shirt):
    order = paid(shirt)
    assert kinds(order, at=AT) == ["refund"]
    with pytest.raises(CaseRefused):
        ask(order, kind="return")


def test_units_are_asked_for_once(shirt):
    order = arrived((shirt, 2))
    case = ask(order)
    with pytest.raises(CaseRefused):
        ask(order, 2)
    deciding.withdraw(case, at=AT)
    assert ask(order, 2).amount == 240


def test_what_the_shop_refunded_meanwhile_is_not_refunded_again(shop, shirt):
    order = arrived(shirt)
    case = ask(order, kind="refund")
    (direct,) = refunds.request(order, wishes=[Wish(order.lines.get().code, 1)], at=AT)
    refunds.carry_out(direct, at=AT)
    case = deciding.accept(case, at=AT)
    assert (giving.carry_out(case, at=AT), case.state, sales(shop), case.refunds.count()) == (True, "refunded", 0, 0)


def test_a_repeated_answer_changes_nothing(shirt):
    case = deciding.accept(ask(arrived(shirt), kind="refund"), at=AT)
    deciding.accept(case, at=AT + HOUR)
    assert (case.refunds.count(), case.steps.count()) == (1, 3)


def test_a_refund_that_failed_is_given_anew(shirt):
    case = deciding.accept(ask(arrived(shirt), kind="refund"), at=AT)
    assert deciding.refund_again(case, at=AT) == []
    Refund.objects.update(state="failed")
    assert [refund.amount for refund in deciding.refund_again(case, at=AT)] == [120]


def test_an_answer_after_another_is_refused(shirt):
    case = ask(arrived(shirt))
    deciding.accept(case, at=AT)
    with pytest.raises(CaseMoved):
        deciding.reject(case, note="No.", at=AT)


def test_every_step_is_told(shirt):
    case = returned(arrived(shirt))
    told = OutboxMessage.objects.filter(topic="case.moved").order_by("pk").values_list("key", flat=True)
    assert list(told) == [f"{case.code}:{number}" for number in range(1, 6)]


SILENCE = {
    "shop": (lambda case: case, 2 * DAY, ["requested", "accepted"]),
    "shopper": (lambda case: deciding.accept(case, at=AT), 7 * DAY, ["requested", "accepted", "lapsed"]),
    "offer": (
        lambda case: deciding.offer(case, amount=Decimal(1), at=AT), 7 * DAY, ["requested", "offered", "lapsed"],
    ),
    "refusal": (
        lambda case: deciding.reject(case, note="No.", at=AT), 7 * DAY, ["requested", "rejected", "dismissed"],
    ),
    "receipt": (
        lambda case: deciding.send_back(deciding.accept(case, at=AT), carrier="sf", tracking="1", at=AT), 7 * DAY,
        ["requested", "accepted", "sent_back", "refunded"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", SILENCE)
def test_silence_answers_as_of_when_it_was_due(shirt, who):
    prepare, patience, expected = SILENCE[who]
    case = prepare(ask(arrived(shirt)))
    assert deadlines.act_due(at=AT + patience - HOUR) == 0
    assert deadlines.act_due(at=AT + patience + HOUR) == 1
    assert (way(case), case.steps.last().at, case.steps.last().side) == (expected, AT + patience, "clock")


def test_an_unanswered_refund_is_paid_out(shop, shirt):
    ask(arrived(shirt), kind="refund")
    deadlines.act_due(at=AT + 2 * DAY)
    assert (sales(shop), Refund.objects.get().state) == (0, "done")


def test_an_order_counts_as_received_after_ten_days(shirt):
    order = paid(shirt)
    ship(order, at=AT)
    assert deadlines.receive_due(at=AT + 10 * DAY - HOUR) == 0
    assert deadlines.receive_due(at=AT + 11 * DAY) == 1
    assert (fresh(order).state, order.delivered_at) == ("delivered", AT + 10 * DAY)


def test_an_open_case_holds_the_receipt_up(shirt):
    order = paid(shirt)
    ship(order, at=AT)
    case = ask(order)
    assert deadlines.receive_due(at=AT + 11 * DAY) == 0
    deciding.withdraw(case, at=AT + 12 * DAY)
    assert deadlines.receive_due(at=AT + 13 * DAY) == 1
    assert fresh(order).delivered_at == AT + 12 * DAY


def attempts(results) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def naive_accept(case, *, at):
    """The control: look at the case, then act on it, with nobody held back in between."""
    found, number = Case.objects.get(pk=case.pk), case.steps.count() + 1
    everybody_has_read()
    if found.state == "requested":
        Case.objects.filter(pk=case.pk).update(state="refunded", closed_at=at, due_at=None)
        refunds.request(found.order, wishes=[Wish(found.lines.get().line.code, 1, Decimal(10))], at=at)
        CaseStep.objects.create(case=case, number=number, source="requested", target="refunded", side="merchant", at=at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("accept", "results"),
    [(deciding.accept, ["Case"] * 3), (naive_accept, ["IntegrityError"] * 2 + ["NoneType"])],
    ids=["guarded", "control"],
)
def test_three_who_accept_refund_once(shirt, accept, results):
    case = ask(arrived((shirt, 3)), kind="refund")
    assert attempts(at_once([partial(accept, case, at=AT)] * 3)) == results
    if accept is deciding.accept:
        assert (case.refunds.count(), case.steps.count()) == (1, 3)


OPPONENTS = {
    "reject": lambda case: deciding.reject(case, note="No.", at=AT),
    "withdraw": lambda case: deciding.withdraw(case, at=AT),
    "deadline": lambda case: deadlines.act(case, at=AT + 3 * DAY),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("opponent", OPPONENTS)
def test_of_two_decisions_one_counts(shop, shirt, opponent):
    case = ask(arrived(shirt), kind="refund")
    at_once([partial(deciding.accept, case, at=AT), partial(OPPONENTS[opponent], case)])
    giving.carry_out(case, at=AT)
    given = {"refunded": 0, "rejected": 120, "withdrawn": 120}
    assert (sales(shop), len(way(case)) == len(set(way(case)))) == (given[fresh(case).state], True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_the_deadline_and_a_refusal_leave_one_truth(shop, shirt, turn):
    case = ask(arrived(shirt), kind="refund")
    late = AT + 2 * DAY
    at_once([partial(deadlines.act_due, at=late), partial(deciding.reject, case, note="No.", at=late)])
    ends = {"refunded": (["requested", "accepted", "refunded"], 0), "rejected": (["requested", "rejected"], 120)}
    assert (way(case), sales(shop)) == ends[fresh(case).state]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_a_direct_refund_and_a_case_give_back_once(shop, shirt, turn):
    order = arrived(shirt)
    case = ask(order, kind="refund")
    wish = Wish(order.lines.get().code, 1)
    at_once([partial(deciding.accept, case, at=AT), partial(refunds.request, order, wishes=[wish], at=AT)])
    assert sum(Refund.objects.values_list("amount", flat=True)) == 120


@pytest.mark.django_db(transaction=True)
def test_the_same_units_are_asked_for_once_by_two_windows(shirt):
    order = arrived(shirt)
    assert attempts(at_once([partial(ask, order)] * 2)) == ["Case", "CaseRefused"]
