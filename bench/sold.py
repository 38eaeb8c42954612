"""Orders of the past: as many as wanted of what is on the shelves, written set by set."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from psycopg import ClientCursor

from chengfeng import sql

ORDERS = (
    """
CREATE TEMPORARY TABLE past ON COMMIT DROP AS
SELECT n + %(sold)s AS id, v.id AS variant_id, v.product_id, v.merchant_id, p.title,
    %(until)s - (%(orders)s - n) * (%(length)s / %(orders)s) AS at,
    (n * 7919 %% 190 + 10)::numeric(18, 4) AS price, n * 31 %% 1000 AS dice, %(orders)s - n AS age
FROM generate_series(1::bigint, %(orders)s) n
JOIN (SELECT id, product_id, merchant_id, row_number() OVER (ORDER BY id) - 1 AS place FROM shops_variant) v
    ON v.place = n * 13 %% (SELECT count(*) FROM shops_variant)
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
    CASE WHEN state = 'cancelled' THEN 'unpaid' ELSE '' END, id, merchant_id
FROM (SELECT *, CASE WHEN age < 100 THEN 'placed' WHEN age < 8000 THEN 'paid' WHEN age < 20000 THEN 'shipped'
    WHEN dice < 60 THEN 'cancelled' ELSE 'delivered' END AS state FROM past) p""",
    """
INSERT INTO orders_orderline (id, code, title, title_en, options, options_en, unit_price, quantity, discount, subsidy,
    total, commission_rate, shipped, returned, refunded, merchant_id, order_id, product_id, variant_id)
SELECT id, 'oln_' || lpad(id::text, 16, '0'), title, '', '{}', '{}', price, 1, 0, 0, price, 0.05, 0, 0, 0, merchant_id,
    id, product_id, variant_id FROM past""",
)

PAYMENTS = (
    """
INSERT INTO orders_payment (id, code, provider, method, instalments, amount, currency, state, provider_reference,
    failure, created_at, captured_at, checkout_id)
SELECT id, 'pay_' || lpad(id::text, 16, '0'), 'sandbox', 'credit_card', 1, price, 'CNY', 'captured', 'p' || id, '', at,
    at, id FROM past""",
    "INSERT INTO orders_paymentshare (amount, order_id, payment_id) SELECT price, id, id FROM past",
)
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE NOT i.indisunique AND i.indrelid = ANY(%s::regclass[])"""
TABLES = [
    "orders_checkout",
    "orders_order",
    "orders_orderline",
    "orders_payment",
    "orders_paymentshare",
    "orders_shipment",
]
LAST = f"SELECT greatest({', '.join(f'(SELECT max(id) FROM {table})' for table in TABLES)}, 0)"


@transaction.atomic
def write(orders: int, *, until: datetime, length: timedelta, besides: Sequence[str] = ()) -> None:
    """Let as many orders of what is on the shelves have been placed in that time, and write what else they have.

    It is done as a dump is restored: indexes that enforce nothing are built after the rows. The parameters go into the
    text, as the making of a table takes none.
    """
    connection.ensure_connection()
    with ClientCursor(connection.connection) as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL session_replication_role = replica")  # what refers to what is right by construction
        params = {"sold": number(), "orders": orders, "until": until, "length": length}
        cursor.execute(INDEXES, [TABLES])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for statement in (*ORDERS, *besides):
            cursor.execute(statement, params)
        for _name, definition in indexes:
            cursor.execute(definition)
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [params["sold"] + orders])


def number() -> int:
    """Return the highest number of an order, its lines, or what else it has."""
    return sql.row(LAST, {})[0]


def vacuum() -> None:
    """Let the planner know what there is, as autovacuum would in time, and the disk come to rest."""
    sql.run("SET statement_timeout = 0")
    sql.run("VACUUM ANALYZE")
    sql.run("CHECKPOINT")
