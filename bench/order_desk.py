"""The order desk of a merchant with a million orders: its page against an empty view, and how long finding takes."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shops.catalogue.search import index_text
from shops.models import Merchant, Product

from . import filling, sold
from .cockpit import LockedOut, owner
from .load import Step
from .result import Result, alternate
from .stage import Stage

ORDERS, VARIANTS, DAYS = 1_000_000, 500, 365
PAGES, ROUNDS = 15, 3
TITLES = ("棉麻连衣裙", "Linen shirt", "羊毛围巾", "Ceramic cup", "真丝睡衣")

SHIPMENTS = """
INSERT INTO orders_shipment (id, code, carrier, tracking, shipped_at, merchant_id, order_id)
SELECT id, 'shp_' || lpad(id::text, 16, '0'), CASE WHEN id %% 3 = 0 THEN 'sf' ELSE 'zto' END, 'SF' || id,
    at + interval '1 day', merchant_id, id FROM past WHERE age >= 8000"""
FINDS: Mapping[str, dict[str, str]] = {
    "code": {"q": "ord_0000000000500000"},
    "reference": {"q": "T500000"},
    "phone": {"q": "00500000"},
    "email": {"q": "buyer5000@"},
    "tracking": {"q": "SF500000"},
    "sku": {"q": "S7"},
    "title": {"q": "连衣裙"},
    "delivered": {"state": "delivered"},
    "attention": {"state": "attention"},
    "province": {"region": "province 7"},
    "amount": {"low": "150", "high": "151"},
}


def run(stage: Stage) -> Result:
    shop = fill(stage)
    client = owner(shop)
    page = reverse("orders:orders", args=[shop.code])
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(page, headers={"host": "127.0.0.1"})
    if answer.status_code != 200:
        raise LockedOut(answer.status_code)
    cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}

    def steps(address: str, number: int = PAGES) -> list[list[Step]]:
        return [[Step("GET", address, headers=cookie)]] * number

    with stage.web() as site:
        site.drive(steps(page, 8), people=2)
        value, yardstick = alternate(
            lambda: site.drive(steps(page), people=1).ms(50), lambda: site.idle(PAGES, people=1).ms(50), rounds=ROUNDS
        )
        found = {
            f"{name}_ms": site.drive(steps(f"{page}?{urlencode(asked)}"), people=1).ms(50)
            for name, asked in FINDS.items()
        }
    return Result(
        bench="order_desk", value=value, unit="ms p50", higher_is_better=False,
        yardstick="an empty view, p50", yardstick_value=yardstick,
        sizes={"queries": len(queries), "orders": ORDERS, **found, "rounds": ROUNDS},
    )  # fmt: skip


def fill(stage: Stage) -> Merchant:
    """Let one shop have sold a million times within a year."""
    now = stage.now()
    shop = filling.merchants(1, at=now - timedelta(days=DAYS))[0]
    filling.variants(shop, VARIANTS, stock=1_000_000, at=shop.created_at)
    for place, product in enumerate(products := list(Product.objects.order_by("pk"))):
        product.title = f"{TITLES[place % len(TITLES)]} {place}"
        product.search = index_text(product)
    Product.objects.bulk_update(products, ["title", "search"], batch_size=500)
    stage.say("writing the orders")
    sold.write(ORDERS, until=now, length=timedelta(days=DAYS), besides=[SHIPMENTS])
    stage.say("vacuuming")
    sold.vacuum()
    return shop
