"""Orders written by hand: the rows of a checkout and its payment, in the same four transactions, one statement each."""

import json
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg

from chengfeng.codes import new_code
from shops.models import Variant

from .shopping import CONTACT

PLACE = """
WITH checkout AS (
    INSERT INTO orders_checkout (code, shopper, email, recipient, phone, country, region, city, district, street,
        postal_code, language, currency, total, external_reference, placed_at)
    VALUES (%(checkout)s, %(shopper)s, %(email)s, %(recipient)s, '', '', '', %(city)s, '', %(street)s, '', 'en', 'CNY',
        %(price)s, '', %(at)s) RETURNING id
), placed AS (
    INSERT INTO orders_order (code, shopper, state, currency, subtotal, discount, subsidy, shipping, shipping_subsidy,
        tax, total, refunded, deposit, message, placed_at, expires_at, cancel_reason, checkout_id, merchant_id)
    SELECT %(order)s, %(shopper)s, 'placed', 'CNY', %(price)s, 0, 0, 0, 0, 0, %(price)s, 0, 0, '', %(at)s, %(until)s,
        '', id, %(merchant)s FROM checkout RETURNING id
), line AS (
    INSERT INTO orders_orderline (code, title, title_en, options, options_en, unit_price, quantity, discount, subsidy,
        total, commission_rate, shipped, returned, refunded, merchant_id, order_id, product_id, variant_id)
    SELECT %(line)s, %(title)s, '', '{}', '{}', %(price)s, 1, 0, 0, %(price)s, 0.05, 0, 0, 0, %(merchant)s, id,
        %(product)s, %(variant)s FROM placed
), move AS (
    INSERT INTO orders_ordermove (order_id, number, source, target, note, at)
    SELECT id, 1, '', 'placed', '', %(at)s FROM placed
), reserved AS (
    UPDATE shops_variant SET reserved = reserved + 1 WHERE id = %(variant)s AND on_hand > reserved RETURNING id
), held AS (
    INSERT INTO shops_hold (quantity, cause, state, created_at, expires_at, merchant_id, variant_id)
    SELECT 1, %(order)s, 'live', %(at)s, %(until)s, %(merchant)s, id FROM reserved
)
INSERT INTO chengfeng_idempotentwrite (scope, key, fingerprint, status, body, created_at)
VALUES (%(scope)s || 'checkouts', %(checkout)s, %(fingerprint)s, 201, %(body)s, %(at)s)
"""

BEGIN = """
WITH payment AS (
    INSERT INTO orders_payment (code, provider, method, instalments, amount, currency, state, failure, created_at,
        checkout_id)
    SELECT %(payment)s, 'sandbox', 'credit_card', 1, %(price)s, 'CNY', 'pending', '', %(at)s, id
    FROM orders_checkout WHERE code = %(checkout)s RETURNING id
), share AS (
    INSERT INTO orders_paymentshare (amount, order_id, payment_id)
    SELECT %(price)s, o.id, payment.id FROM payment, orders_order o WHERE o.code = %(order)s
)
INSERT INTO chengfeng_idempotentwrite (scope, key, fingerprint, status, body, created_at)
VALUES (%(scope)s || 'payments', %(checkout)s, %(fingerprint)s, 102, to_jsonb(%(payment)s::text), %(at)s)
"""

CHARGE = """
INSERT INTO chengfeng_sandboxcharge (reference, client_reference, amount, currency, behaviour, state, created_at)
VALUES (%(charge)s, %(payment)s, %(price)s, 'CNY', 'approve', 'succeeded', %(at)s)
"""

SETTLE = """
WITH captured AS (
    UPDATE orders_payment SET state = 'captured', captured_at = %(at)s, provider_reference = %(charge)s
    WHERE code = %(payment)s
), paid AS (
    UPDATE orders_order SET state = 'paid', paid_at = %(at)s WHERE code = %(order)s RETURNING id
), move AS (
    INSERT INTO orders_ordermove (order_id, number, source, target, note, at)
    SELECT id, 2, 'placed', 'paid', '', %(at)s FROM paid
), taken AS (
    UPDATE shops_hold SET state = 'taken' WHERE cause = %(order)s
), gone AS (
    UPDATE shops_variant SET reserved = reserved - 1, on_hand = on_hand - 1 WHERE id = %(variant)s
), moved AS (
    INSERT INTO shops_stockmove (kind, quantity, cause, at, merchant_id, variant_id)
    VALUES ('sale', -1, %(order)s, %(at)s, %(merchant)s, %(variant)s)
), conversion AS (
    INSERT INTO ads_conversion (order_code, shopper, currency, value, is_new, placed_at, at, merchant_id)
    VALUES (%(order)s, %(shopper)s, 'CNY', %(price)s, true, %(at)s, %(at)s, %(merchant)s) RETURNING id
), sold AS (
    INSERT INTO ads_conversionline (line_code, quantity, value, brand, is_new_to_brand, conversion_id, product_id,
        variant_id)
    SELECT %(line)s, 1, %(price)s, '', true, id, %(product)s, %(variant)s FROM conversion
), told AS (
    INSERT INTO chengfeng_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)
    VALUES ('order.paid', %(order)s, %(body)s, %(at)s, %(at)s, 0, '')
), transfer AS (
    INSERT INTO chengfeng_transfer (code, kind, reference, at, recorded_at)
    VALUES (%(transfer)s, 'payment', %(payment)s || ':' || %(order)s, %(at)s, %(at)s) RETURNING id
), entries AS (
    INSERT INTO chengfeng_entry (currency, amount, account_id, transfer_id)
    SELECT 'CNY', e.amount, e.account, transfer.id
    FROM transfer, (VALUES (%(outside)s, -%(price)s), (%(sales)s, %(price)s)) e (account, amount)
)
UPDATE chengfeng_idempotentwrite SET status = 201, body = %(body)s
WHERE scope = %(scope)s || 'payments' AND key = %(checkout)s
"""

TRANSACTIONS = (PLACE, BEGIN, CHARGE, SETTLE)


@dataclass(frozen=True)
class Books:
    """The ledger accounts between which the money goes."""

    outside: int
    sales: dict[int, int]  # by merchant


WriteOne = Callable[[psycopg.Connection, dict], None]


def write_one(connection: psycopg.Connection, rows: dict) -> None:
    """Write a paid order on a connection that commits by itself, by one statement for each transaction."""
    for transaction in TRANSACTIONS:
        connection.execute(transaction, rows)


def write(
    connections: Sequence[psycopg.Connection],
    goods: Sequence[Variant],
    books: Books,
    *,
    at: datetime,
    write_one: WriteOne = write_one,
) -> None:
    """Write a paid order of each of the goods, as many at once as there are connections; they must autocommit."""
    pile = deque(_rows(variant, books, at) for variant in goods)
    with ThreadPoolExecutor(len(connections)) as threads:
        list(threads.map(lambda connection: _work_off(pile, connection, write_one), connections))


def _work_off(pile: deque[dict], connection: psycopg.Connection, write_one: WriteOne) -> None:
    while pile:
        try:
            rows = pile.popleft()
        except IndexError:
            return
        write_one(connection, rows)


def _rows(variant: Variant, books: Books, at: datetime) -> dict:
    shopper = uuid4()
    answer = {"code": new_code("chk"), "orders": [{"code": new_code("ord"), "state": "placed", "total": "100.0000"}]}
    codes = {"order": "ord", "line": "oln", "payment": "pay", "charge": "sbx", "transfer": "trf", "checkout": "chk"}
    return {
        **{name: new_code(prefix) for name, prefix in codes.items()}, **CONTACT,
        "shopper": shopper, "scope": f"{shopper.hex}:POST:orders:api_", "fingerprint": shopper.hex * 2,
        "body": json.dumps(answer), "at": at, "until": at + timedelta(minutes=15), "price": variant.price,
        "title": variant.product.title, "merchant": variant.merchant_id, "product": variant.product_id,
        "variant": variant.pk, "outside": books.outside, "sales": books.sales[variant.merchant_id],
    }  # fmt: skip
