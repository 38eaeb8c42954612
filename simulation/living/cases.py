"""Cases after the sale: shoppers ask, shops answer, goods travel back, the platform decides what they disagree on."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db.models import Max

from orders.aftersale import deciding, giving
from orders.aftersale.moves import OPEN, CaseState
from orders.models import Case, Order, OrderLine
from orders.moves import OrderState
from shops.models import User
from shops.shopper import seal

from .. import truth
from ..client import Site
from ..keepers import has_goods, parcel
from ..words import cases as words
from . import chance

Kind, Reason = Case.Kind, Case.Reason
CHANGES_HER_MIND = 0.012  # part of the shoppers who ask for their money before anything has left
KINDS = (Kind.REFUND, Kind.RETURN, Kind.EXCHANGE), (22, 55, 23)
REASONS = {
    Kind.REFUND: ((Reason.DAMAGED, Reason.MISSING_PARTS, Reason.NOT_AS_DESCRIBED), (5, 3, 4)),
    Kind.RETURN: ((Reason.CHANGED_MIND, Reason.NOT_AS_DESCRIBED, Reason.FAULTY, Reason.SIZE), (6, 3, 2, 3)),
    Kind.EXCHANGE: ((Reason.SIZE, Reason.WRONG_ITEM, Reason.FAULTY), (6, 2, 2)),
}
LATEST = 5  # days after arrival until the last one asks
NEVER = 99
WAITS = {  # state → days until somebody acts, and how often: 99 leaves it to the deadline
    CaseState.REQUESTED: ((0, 1, NEVER), (46, 46, 8)),
    CaseState.OFFERED: ((0, 1, 2, NEVER), (30, 30, 20, 20)),
    CaseState.ACCEPTED: ((1, 2, 3, NEVER), (40, 35, 17, 8)),
    CaseState.SENT_BACK: ((2, 3, 4, NEVER), (40, 35, 20, 5)),
    CaseState.RECEIVED: ((1, 2), (70, 30)),
    CaseState.REJECTED: ((0, 1, NEVER), (35, 25, 40)),
    CaseState.DISPUTED: ((2, 3), (60, 40)),
}
MOVED = (200, 201, 400, 409, 422)


class Claims:
    """Shoppers, shops and an operator, as far as they have to do with cases."""

    def __init__(self, site: Site, tokens: Mapping[str, str], operator: User):
        self._site, self._tokens, self._operator = site, tokens, operator
        self._acts = {
            CaseState.REQUESTED: self._answer, CaseState.OFFERED: self._consider, CaseState.ACCEPTED: self._send_back,
            CaseState.SENT_BACK: self._receive, CaseState.RECEIVED: self._replace, CaseState.REJECTED: self._escalate,
            CaseState.DISPUTED: self._decide,
        }  # fmt: skip

    def live(self, day: date, *, now: datetime) -> None:
        """Ask for what is asked for on a day, and go on with the cases that are open."""
        for order in unsent(day, now):
            self._ask(order, Kind.REFUND, Reason.CHANGED_MIND, at=min(order.paid_at + timedelta(hours=2), now))
        for order in regretted(day, now):
            dice = chance.of(order.code, "kind")
            kind = dice.choices(*KINDS)[0]
            moment = max(chance.moment(day, dice, first=8, last=21), order.delivered_at + timedelta(minutes=20))
            self._ask(order, kind, dice.choices(*REASONS[kind])[0], at=min(moment, now))
        open_ = Case.objects.filter(state__in=OPEN).select_related("order__merchant").annotate(since=Max("steps__at"))
        for case in open_.order_by("pk"):
            self._go_on(case, day, now)

    def _ask(self, order: Order, kind: Kind, reason: Reason, *, at: datetime) -> None:
        dice = chance.of(order.code, "asked")
        lines = order.lines.filter(product__is_service=False).order_by("pk")
        whole = order.state == OrderState.PAID
        asked = list(lines) if whole else [dice.choice(list(lines))]
        body = {
            "order": order.code, "kind": kind.value, "reason": reason.value,
            "words": dice.choice(words.ASKED[reason.value]),
            "lines": [{"line": line.code, "quantity": line.quantity} for line in asked],
        }  # fmt: skip
        if kind == Kind.REFUND and not whole:
            body["amount"] = str(_part(asked, dice))
        key = f"{order.code}/case"
        self._site.call("POST", "my/cases", body, at=at, shopper=seal(order.shopper), key=key, expect=MOVED)

    def _go_on(self, case: Case, day: date, now: datetime) -> None:
        dice = chance.of(case.code, f"{case.state} {case.since}")
        wait = dice.choices(*WAITS[case.state])[0]
        if chance.day_of(case.since) + timedelta(days=wait) > day:
            return
        moment = max(chance.moment(day, dice, first=9, last=22), case.since + timedelta(minutes=dice.randint(20, 90)))
        if moment <= now:
            self._acts[case.state](case, dice, moment)

    def _answer(self, case: Case, dice: Random, at: datetime) -> None:
        fate = dice.random()
        if fate < 0.7 or case.order.state == OrderState.PAID:
            self._shop(case, "accept", {"note": dice.choice(words.ACCEPTED)}, at)
        elif fate < 0.82 and case.kind != Kind.EXCHANGE and case.amount > 10:
            offered = (case.amount / 2).quantize(Decimal(1))
            self._shop(case, "offer", {"amount": str(offered), "note": dice.choice(words.OFFERED)}, at)
        else:
            self._shop(case, "reject", {"note": dice.choice(words.REJECTED)}, at)

    def _consider(self, case: Case, dice: Random, at: datetime) -> None:
        if dice.random() < 0.75:
            self._shopper(case, "agree", {"amount": str(case.offered)}, at)
        else:
            self._shopper(case, "decline", {"note": dice.choice(words.DECLINED)}, at)

    def _send_back(self, case: Case, dice: Random, at: datetime) -> None:
        if dice.random() < 0.05:
            self._shopper(case, "withdraw", {}, at)
        else:
            self._shopper(case, "send-back", parcel(case.code), at)

    def _receive(self, case: Case, dice: Random, at: datetime) -> None:
        if dice.random() < 0.05:
            self._shop(case, "reject", {"note": dice.choice(words.CAME_BACK_WORN)}, at)
        else:
            self._shop(case, "receive", {"restock": dice.random() < 0.75, "note": ""}, at)

    def _replace(self, case: Case, dice: Random, at: datetime) -> None:
        status = self._shop(case, "replace", parcel(f"{case.code}/new"), at)
        if status == 409:
            self._shop(case, "refund", {"note": "同款已无库存，已为您办理退款。"}, at)

    def _escalate(self, case: Case, dice: Random, at: datetime) -> None:
        self._shopper(case, "escalate", {"note": dice.choice(words.ESCALATED)}, at)

    def _decide(self, case: Case, dice: Random, at: datetime) -> None:
        for_shopper = dice.random() < 0.6
        note = dice.choice(words.FOR_SHOPPER if for_shopper else words.FOR_SHOP)
        deciding.decide(case, for_shopper=for_shopper, note=note, at=at, by=self._operator)
        giving.carry_out(case, at=at)

    def _shop(self, case: Case, verb: str, body: dict, at: datetime) -> int:
        token = self._tokens[case.order.merchant.slug]
        return self._site.call("POST", f"cases/{case.code}/{verb}", body, at=at, token=token, expect=MOVED)[0]

    def _shopper(self, case: Case, verb: str, body: dict, at: datetime) -> int:
        shopper = seal(case.order.shopper)
        return self._site.call("POST", f"my/cases/{case.code}/{verb}", body, at=at, shopper=shopper, expect=MOVED)[0]


def unsent(day: date, now: datetime) -> list[Order]:
    """Return the orders paid on a day of which the shopper wants nothing any more, before they leave."""
    found = _between("paid_at", day, now).filter(has_goods(), state=OrderState.PAID, presale=None)
    return [order for order in found if chance.of(order.code, "mind").random() < CHANGES_HER_MIND]


def regretted(day: date, now: datetime) -> list[Order]:
    """Return the orders that arrived some days before and are asked about on a day."""
    chosen = []
    for ago in range(LATEST + 1):
        for order in _between("delivered_at", day - timedelta(days=ago), now).filter(has_goods()):
            dice = chance.of(order.code, "back")
            if dice.random() < truth.RETURNED and dice.randint(0, LATEST) == ago:
                chosen.append(order)
    return chosen


def _between(field: str, day: date, now: datetime) -> Iterable:
    begin = chance.midnight(day)
    times = {f"{field}__gte": begin, f"{field}__lt": min(begin + timedelta(days=1), now)}
    return Order.objects.filter(**times).select_related("merchant").order_by("pk")


def _part(lines: list[OrderLine], dice: Random) -> Decimal:
    """Return what a flaw is worth to the shopper: some tenths of the price."""
    total = sum((line.total for line in lines), Decimal(0))
    return (total * dice.choice((2, 3, 5)) / 10).quantize(Decimal("0.01"))
