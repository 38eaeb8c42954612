"""The busiest minute over HTTP: 500 buyers of 100 units in a flash sale, then 1,000 carts in crossing order.

Every unit is sold once and everybody else is told so; no cart waits in a circle with another.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import median

from chengfeng import sql
from shops.models import FlashItem, FlashSale, Merchant, Variant
from shops.promotions import flash
from shops.tenancy import Access

from .filling import merchants, variants
from .load import Refused, Site, Traffic
from .result import Result
from .shopping import buying, ordering
from .stage import Stage

BUYERS, UNITS, ROUNDS = 500, 100, 3
CARTS, LINES, SKUS, PEOPLE = 1000, 5, 20, 50


def run(stage: Stage) -> Result:
    at, random = stage.now(), Random(1111)
    items = [_offered(shop, at) for shop in merchants(ROUNDS, at=at)]
    shelf = variants(merchants(1, at=at)[0], SKUS, stock=CARTS * LINES, at=at)
    carts = [random.sample(shelf, LINES) for _ in range(CARTS)]
    with stage.web() as site:
        site.idle(200, people=8)
        sales, idle = zip(
            *((_sell(site, item), site.idle(BUYERS + UNITS, people=BUYERS)) for item in items), strict=True
        )
        crossing = _cross(site, carts)
    return Result(
        bench="flash_sale", value=median(sale.ms(99, steps=[0, 1]) for sale in sales), unit="ms p99",
        higher_is_better=False, yardstick="as many requests to an empty view, p99",
        yardstick_value=median(traffic.ms(99) for traffic in idle),
        sizes={
            "seconds": median(sale.seconds for sale in sales), "paid": UNITS, "sold_out": BUYERS - UNITS,
            "server_errors": 0, "buyers": BUYERS, "units": UNITS, "rounds": ROUNDS,
            "carts_per_second": crossing.rate(201), "carts_p99_ms": crossing.ms(99), "deadlocks": _deadlocks(),
            "carts": CARTS, "lines": LINES, "skus": SKUS, "people": PEOPLE,
        },
    )  # fmt: skip


def _offered(shop: Merchant, at: datetime) -> FlashItem:
    """Publish a sale of all the units that there are of something."""
    times = {"starts_at": at, "ends_at": at + timedelta(days=1), "created_at": at}
    sale = FlashSale.objects.create(merchant=shop, title="Flash sale", **times)
    variant = variants(shop, 1, stock=UNITS, at=at)[0]
    item = sale.items.create(merchant=shop, variant=variant, price=Decimal(60), quantity=UNITS, per_buyer=1)
    flash.publish(Access(shop, frozenset()), sale, at=at)
    return item


def _sell(site: Site, item: FlashItem) -> Traffic:
    """Let everybody in at once; raises Oversold unless exactly the units there are were paid, at the flash price."""
    traffic = site.drive([buying(item.variant) for _ in range(BUYERS)], people=BUYERS)
    found = {"paid": traffic.count(201, step=1), "sold out": traffic.count(409)}
    variant, left = Variant.objects.get(pk=item.variant_id), FlashItem.objects.get(pk=item.pk).left
    if found != {"paid": UNITS, "sold out": BUYERS - UNITS} or (variant.on_hand, variant.reserved, left) != (0, 0, 0):
        raise Oversold(f"{found}, {variant.on_hand} on hand, {variant.reserved} reserved, {left} left")
    return traffic


class Oversold(Exception):
    """The sale did not end as it must."""


def _cross(site: Site, carts: Sequence[Sequence[Variant]]) -> Traffic:
    """Place the carts, each naming its goods in an order of its own; raises Refused unless all were placed."""
    traffic = site.drive([ordering(cart) for cart in carts], people=PEOPLE)
    if _deadlocks():
        raise Refused(f"{_deadlocks()} deadlocks")
    traffic.rate(201)
    return traffic


def _deadlocks() -> int:
    """Return how many transactions of this database PostgreSQL has ended because they waited in a circle."""
    sql.run("SELECT pg_stat_clear_snapshot()")
    return sql.row("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0]
