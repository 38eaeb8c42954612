"""A statement of 100,000 orders: settled, closed and sent as CSV over HTTP, against COPY of the same rows to CSV."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.urls import reverse

from orders.models import OrderLine, Statement
from orders.settlement import settling, statements
from shops.models import Membership, Merchant, User

from . import history
from .history import Past
from .load import Site, Step
from .result import Result, alternate
from .stage import Stage

ORDERS, DAYS, ROUNDS = 100_000, 5, 3
RAW = """
COPY (
    SELECT s.*, o.code, c.external_reference, t.code FROM orders_settlement s JOIN orders_order o ON o.id = s.order_id
    JOIN orders_checkout c ON c.id = o.checkout_id JOIN chengfeng_transfer t ON t.id = s.transfer_id
    WHERE s.statement_id = {} ORDER BY s.settled_at, s.code
) TO STDOUT (FORMAT csv)
"""


class Incomplete(Exception):
    """The statement does not hold every order, or was not sent."""


@dataclass(frozen=True)
class Settled:
    """The statement, and how fast its orders were settled."""

    statement: Statement
    rate: float
    closing_seconds: float


def run(stage: Stage) -> Result:
    settled = _settle(stage)
    page = f"{_page(settled.statement)}?format=csv"
    cookie = {"Cookie": f"sessionid={_owner(settled.statement.merchant)}"}
    with stage.web() as site, stage.connect() as bare:
        _sent(site, page, cookie)
        value, yardstick = alternate(
            lambda: _sent(site, page, cookie), lambda: _copied(bare, settled.statement.pk), rounds=ROUNDS
        )
    return Result(
        bench="statement", value=value, unit="s", higher_is_better=False,
        yardstick="COPY of the same rows to CSV", yardstick_value=yardstick,
        sizes={
            "orders": ORDERS, "settled_per_second": settled.rate, "closing_seconds": settled.closing_seconds,
            "rounds": ROUNDS,
        },
    )  # fmt: skip


def _settle(stage: Stage) -> Settled:
    """Let a shop live through a week of sales that all arrive, settle them and close the week's statement."""
    now = stage.now()
    monday = (now - timedelta(days=now.weekday() + 21)).replace(hour=0, minute=0, second=0, microsecond=0)
    (shop,) = history.advertisers(1, at=monday)
    history.write(Past(start=monday, days=DAYS, orders=ORDERS // DAYS, events=1))
    _deliver(shop)
    history.analyze()
    begun = time.perf_counter()
    settling.settle_due(at=monday + timedelta(days=13))
    rate = ORDERS / (time.perf_counter() - begun)
    stage.say(f"{rate:,.0f} orders settled per second")
    begun = time.perf_counter()
    statements.close_due(at=now)
    closing = time.perf_counter() - begun
    (statement,) = Statement.objects.select_related("merchant")
    if statement.orders != ORDERS:
        raise Incomplete(statement.orders)
    history.analyze()
    return Settled(statement, rate, closing)


def _deliver(shop: Merchant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET state = 'delivered', delivered_at = paid_at")
    OrderLine.objects.filter(merchant=shop).update(commission_rate="0.05")


def _page(statement: Statement) -> str:
    return reverse("orders:statement_file", args=[statement.merchant.code, statement.code])


def _owner(shop: Merchant) -> str:
    """Return the session of somebody who owns the shop."""
    owner = User.objects.create_user("owner@example.org", "correct horse", name="Owner")
    Membership.objects.create(merchant=shop, user=owner, role="owner", created_at=shop.created_at)
    client = Client()
    client.force_login(owner)
    return client.cookies["sessionid"].value


def _sent(site: Site, page: str, cookie: dict[str, str]) -> float:
    """Have the statement sent whole; return the seconds it took. Raises Incomplete when it did not come."""
    traffic = site.drive([[Step("GET", page, headers=cookie)]], people=1)
    if traffic.count(200) != 1:
        raise Incomplete("the file did not come")
    return traffic.seconds


def _copied(bare, statement: int) -> float:
    """Read the raw rows; return the seconds it took."""
    begun = time.perf_counter()
    with bare.cursor() as cursor, cursor.copy(RAW.format(statement)) as copied:
        for _ in copied:
            pass
    return time.perf_counter() - begun
