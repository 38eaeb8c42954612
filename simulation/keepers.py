"""The shopkeepers: they ship, deliver, cancel, make good, and keep their wallets filled, through the merchant's API."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from orders.aftersale.moves import OPEN
from orders.fulfilment import deliver
from orders.models import Case, Order, OrderLine
from orders.moves import OrderState

from . import truth
from .client import Site
from .living import chance

CARRIERS = (("sf", "SF"), ("jd", "JDVA"), ("zto", "7530"), ("yto", "YT"), ("ems", "EA"))
CLOSING = timedelta(hours=21)
WAITS = (0, 1, 2, 4), (27, 58, 12, 3)  # days until an order leaves
TRAVELS = (1, 2, 3, 4, 6), (15, 35, 30, 15, 5)  # days until a parcel arrives
SLOW = {"yunjian-department": ((1, 2, 4), (62, 20, 18))}  # shops that leave some orders too long
SPLIT = 0.3  # part of the orders of several pieces that leave in two parcels
CONFIRMED, FORGOTTEN = 0.35, 0.08  # part of the orders whose arrival the shopper tells, and nobody does
BOUNCED = 0.08  # part of the top-ups whose first card is declined
TOLD = ("webhook_first", "twice", "hang"), (80, 15, 5)  # how the sandbox tells what became of a top-up
MADE_GOOD = 0.015  # part of the orders of which something is given back for a small flaw


def parcel(code: str) -> dict[str, str]:
    """Return carrier and tracking number of the parcel that is known by a code."""
    dice = chance.of(code, "parcel")
    carrier, prefix = dice.choice(CARRIERS)
    return {"carrier": carrier, "tracking": f"{prefix}{dice.randrange(10**12):012}"}


class Keepers:
    """The people of all shops; what they do with an order hangs on its code and on how far it has got."""

    def __init__(self, site: Site, tokens: Mapping[str, str], pool: ThreadPoolExecutor):
        """`tokens` are known by merchant slug; the shops of the `pool` send their parcels side by side."""
        self._site, self._tokens, self._pool = site, tokens, pool

    def work(self, day: date, *, now: datetime) -> None:
        """Do what is to be done with orders in the evening of a day; orders with an open case rest."""
        duties: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(list))
        for order in under_way(chance.midnight(day) + CLOSING):
            duty = self._duty(order, day)
            if duty:
                duties[order.merchant.slug][duty].append(order)
        open_late = {slug: found for slug, found in duties.items() if _closing(day, slug) <= now}
        list(self._pool.map(lambda slug: self._send(open_late[slug], slug, _closing(day, slug)), open_late))
        for slug, found in open_late.items():
            for order in found["confirm"]:
                deliver(order, at=_closing(day, slug))
        for order in made_good(day, at=now):
            if _closing(day, order.merchant.slug) <= now:
                self._make_good(order, _closing(day, order.merchant.slug))

    def _send(self, duties: Mapping[str, list[Order]], slug: str, at: datetime) -> None:
        self._ship(duties["ship"], slug, at)
        self._deliver(duties["deliver"], slug, at)
        for order in duties["cancel"]:
            self._cancel(order, at)

    def _duty(self, order: Order, day: date) -> str:
        dice = chance.of(order.code, "way")
        is_cancelled = dice.random() < truth.CANCELLED
        leaves = chance.day_of(order.paid_at) + timedelta(days=dice.choices(*SLOW.get(order.merchant.slug, WAITS))[0])
        travels, arrival = dice.choices(*TRAVELS)[0], dice.random()
        if order.state == OrderState.SHIPPED:
            if chance.day_of(order.shipped_at) + timedelta(days=travels) > day or arrival < FORGOTTEN:
                return ""
            return "confirm" if arrival < FORGOTTEN + CONFIRMED else "deliver"
        if order.state == OrderState.PAID and is_cancelled and not order.presale_id:
            return "cancel"
        if order.state == OrderState.PARTLY:
            leaves = chance.day_of(order.first_shipped_at) + timedelta(days=1 + dice.randrange(2))
        return "ship" if leaves <= day else ""

    def _ship(self, orders: Iterable[Order], slug: str, at: datetime) -> None:
        parcels = [_parcel(order) for order in orders]
        if parcels:
            self._site.call("POST", "shipments", {"shipments": parcels}, at=at, token=self._tokens[slug])

    def _deliver(self, orders: Iterable[Order], slug: str, at: datetime) -> None:
        codes = [order.code for order in orders]
        if codes:
            self._site.call("POST", "deliveries", {"orders": codes}, at=at, token=self._tokens[slug])

    def _cancel(self, order: Order, at: datetime) -> None:
        path, token = f"orders/{order.code}/cancellation", self._tokens[order.merchant.slug]
        self._site.call("POST", path, {"reason": "shopper"}, at=at, token=token, expect=(200, 201, 409))

    def _make_good(self, order: Order, at: datetime) -> None:
        line = order.lines.order_by("pk").first()
        amount = (line.total / 10).quantize(Decimal("0.01"))
        body = {"lines": [{"line": line.code, "quantity": 0, "amount": str(amount)}], "reason": "小瑕疵补偿"}
        path, token, key = f"orders/{order.code}/refunds", self._tokens[order.merchant.slug], f"{order.code}/good"
        self._site.call("POST", path, body, at=at, token=token, key=key, expect=(200, 201, 202, 409, 422))

    def fill_wallets(self, weekly: dict[str, Decimal], *, at: datetime) -> None:
        """Top a wallet up by what a week of its budgets may cost, when less than that is left."""
        for slug, need in weekly.items():
            token = self._tokens[slug]
            _, wallet = self._site.call("GET", "wallet", at=at, token=token)
            if Decimal(wallet["balance"]) < need:
                self._top_up(slug, need, at=at)

    def _top_up(self, slug: str, amount: Decimal, *, at: datetime) -> None:
        """Have the sandbox charge a card, and another one where it is declined; a webhook tells what came of it."""
        dice = chance.of(slug, f"top-up {at:%Y%m%d}")
        source = dice.choices(*TOLD)[0]
        for attempt, card in enumerate(("decline", source) if dice.random() < BOUNCED else (source,)):
            body = {"amount": str(amount), "provider": "sandbox", "source": card}
            when, key = at + timedelta(minutes=2 * attempt), f"{slug}/{at:%Y%m%d}/{attempt}"
            self._site.call("POST", "wallet/top-ups", body, at=when, token=self._tokens[slug], key=key)


def has_goods() -> Exists:
    """Return the condition on an order that anything of it is sent."""
    return Exists(OrderLine.objects.filter(order=OuterRef("pk"), product__is_service=False))


def under_way(at: datetime) -> QuerySet[Order]:
    """Return the orders of goods, paid by then, about which shop and shopper agree."""
    has_case = Exists(Case.objects.filter(order=OuterRef("pk"), state__in=OPEN))
    states = (OrderState.PAID, OrderState.PARTLY, OrderState.SHIPPED)
    found = Order.objects.filter(has_goods(), ~has_case, state__in=states, paid_at__lte=at)
    return found.select_related("merchant").prefetch_related("lines").order_by("pk")


def made_good(day: date, *, at: datetime) -> list[Order]:
    """Return the orders of which something is given back on a day, two days after they arrived."""
    begin = chance.midnight(day - timedelta(days=2))
    arrived = Order.objects.filter(delivered_at__gte=begin, delivered_at__lt=begin + timedelta(days=1), total__gt=20)
    found = arrived.filter(has_goods()).select_related("merchant").order_by("pk")
    return [order for order in found if chance.of(order.code, "good").random() < MADE_GOOD]


def _closing(day: date, slug: str) -> datetime:
    """Return when a shop does its parcels on a day: at nine in the evening or soon after."""
    return chance.midnight(day) + CLOSING + timedelta(minutes=chance.of(slug, f"closing {day}").randrange(100))


def _parcel(order: Order) -> dict:
    """Return what leaves of an order: all that is left, or a part of it at first."""
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    pieces = sum(line.quantity for line in lines)
    is_split = pieces > 1 and chance.of(order.code, "split").random() < SPLIT
    sent = {"order": order.code, **parcel(f"{order.code}/{order.state}")}
    if is_split and order.state == OrderState.PAID:
        sent["lines"] = [{"line": lines[0].code, "quantity": lines[0].quantity if len(lines) > 1 else 1}]
    return sent
