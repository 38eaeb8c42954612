"""The order desk of a merchant with a million orders: its page against an empty view, and how long finding takes."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from psycopg import ClientCursor

from shops.catalogue.search import index_text
from shops.models import Merchant, Product

from . import filling
from .cockpit import LockedOut, owner
from .load import Step
from .result import Result, alternate
from .stage import Stage

ORDERS, VARIANTS, DAYS = 1_000_000, 500, 365
PAGES, ROUNDS = 15, 3
TITLES = ("棉麻连衣裙", "Linen shirt", "羊毛围巾", "Ceramic cup", "真丝睡衣")

WRITES = (
    """
CREATE TEMPORARY TABLE past ON COMMIT DROP AS
SELECT n AS id, v.id AS variant_id, v.product_id, p.title, %(now)s - (%(orders)s - n) * (%(length)s / %(orders)s) AS at,
    (n * 7919 %% 190 + 10)::numeric(18, 4) AS price, n * 31 %% 1000 AS dice, %(orders)s - n AS age
FROM generate_series(1::bigint, %(orders)s) n
JOIN (SELECT id, product_id, row_number() OVER (ORDER BY id) - 1 AS place FROM shops_variant) v
    ON v.place = n * 13 %% %(variants)s
JOIN shops_product p ON p.id = v.product_id""",
    """
INSERT INTO orders_checkout (id, code, shopper, email, recipient, phone, country, region, city, district, street,
    postal_code, language, currency, total, external_reference, placed_at)
SELECT id, 'chk_' || lpad(id::text, 16, '0'), md5('s' || id %% 300000)::uuid, 'buyer' || id %% 300000 || '@example.org',
    chr(19968 + (id * 17 %% 800)::int) || chr(20000 + (id * 29 %% 900)::int), '+86 138' || lpad(id::text, 8, '0'), 'CN',
    'province ' || id %% 31, 'city', '', 'street 1', '', 'zh-hans', 'CNY', price, 'T' || id, at FROM past""",
    """
INSERT INTO orders_order (id, code, shopper, state, currency, subtotal, discount, subsidy, shipping, shipping_subsidy,
    tax, total, refunded, deposit, message, flag, placed_at, expires_at, paid_at, ship_by_at, shipped_at, delivered_at,
    cancelled_at, cancel_reason, checkout_id, merchant_id)
SELECT id, 'ord_' || lpad(id::text, 16, '0'), md5('s' || id %% 300000)::uuid, state, 'CNY', price, 0, 0, 0, 0, 0, price,
    CASE WHEN dice = 1 THEN price ELSE 0 END, 0, CASE WHEN dice = 2 THEN 'Please hurry' ELSE '' END,
    CASE WHEN dice = 3 THEN 'red' ELSE '' END, at, at + interval '15 minutes',
    CASE WHEN state NOT IN ('placed', 'cancelled') THEN at END, at + interval '48 hours',
    CASE WHEN state IN ('shipped', 'delivered') THEN at + interval '1 day' END,
    CASE WHEN state = 'delivered' THEN at + interval '4 days' END, CASE WHEN state = 'cancelled' THEN at END,
    CASE WHEN state = 'cancelled' THEN 'unpaid' ELSE '' END, id, %(merchant)s
FROM (SELECT *, CASE WHEN age < 100 THEN 'placed' WHEN age < 8000 THEN 'paid' WHEN age < 20000 THEN 'shipped'
    WHEN dice < 60 THEN 'cancelled' ELSE 'delivered' END AS state FROM past) p""",
    """
INSERT INTO orders_orderline (id, code, title, title_en, options, options_en, unit_price, quantity, discount, subsidy,
    total, commission_rate, shipped, returned, refunded, merchant_id, order_id, product_id, variant_id)
SELECT id, 'oln_' || lpad(id::text, 16, '0'), title, '', '{}', '{}', price, 1, 0, 0, price, 0.05, 0, 0, 0, %(merchant)s,
    id, product_id, variant_id FROM past""",
    """
INSERT INTO orders_shipment (id, code, carrier, tracking, shipped_at, merchant_id, order_id)
SELECT id, 'shp_' || lpad(id::text, 16, '0'), CASE WHEN id %% 3 = 0 THEN 'sf' ELSE 'zto' END, 'SF' || id,
    at + interval '1 day', %(merchant)s, id FROM past WHERE age >= 8000""",
)
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE NOT i.indisunique AND i.indrelid IN ('orders_checkout'::regclass, 'orders_order'::regclass,
    'orders_orderline'::regclass, 'orders_shipment'::regclass)"""
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
    params = {"now": now, "length": timedelta(days=DAYS), "orders": ORDERS, "variants": VARIANTS, "merchant": shop.pk}
    stage.say("writing the orders")
    _write(params)
    stage.say("vacuuming")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
    return shop


@transaction.atomic
def _write(params: Mapping[str, object]) -> None:
    """Write the rows set by set, as a dump is restored: indexes that enforce nothing are built after them.

    The parameters go into the text, as the making of a table takes none.
    """
    connection.ensure_connection()
    with ClientCursor(connection.connection) as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for statement in WRITES:
            cursor.execute(statement, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _name, definition in indexes:
            cursor.execute(definition)
