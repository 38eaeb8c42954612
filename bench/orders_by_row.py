"""Orders written by hand, a statement for each row: the same rows in the same four transactions as `bare_orders`.

Only the two entries of a transfer come together, as the ledger refuses one without the other.
"""

import psycopg

PLACE = (
    """
INSERT INTO orders_checkout (code, shopper, email, recipient, phone, country, region, city, district, street,
    postal_code, language, currency, total, external_reference, placed_at)
VALUES (%(checkout)s, %(shopper)s, %(email)s, %(recipient)s, '', '', '', %(city)s, '', %(street)s, '', 'en', 'CNY',
    %(price)s, '', %(at)s) RETURNING id AS checkout_id""",
    """
INSERT INTO orders_order (code, shopper, state, currency, subtotal, discount, subsidy, shipping, shipping_subsidy,
    tax, total, refunded, deposit, message, placed_at, expires_at, cancel_reason, checkout_id, merchant_id)
VALUES (%(order)s, %(shopper)s, 'placed', 'CNY', %(price)s, 0, 0, 0, 0, 0, %(price)s, 0, 0, '', %(at)s, %(until)s, '',
    %(checkout_id)s, %(merchant)s) RETURNING id AS order_id""",
    """
INSERT INTO orders_orderline (code, title, title_en, options, options_en, unit_price, quantity, discount, subsidy,
    total, commission_rate, shipped, returned, refunded, merchant_id, order_id, product_id, variant_id)
VALUES (%(line)s, %(title)s, '', '{}', '{}', %(price)s, 1, 0, 0, %(price)s, 0.05, 0, 0, 0, %(merchant)s, %(order_id)s,
    %(product)s, %(variant)s)""",
    """
INSERT INTO orders_ordermove (order_id, number, source, target, note, at)
VALUES (%(order_id)s, 1, '', 'placed', '', %(at)s)""",
    "UPDATE shops_variant SET reserved = reserved + 1 WHERE id = %(variant)s AND on_hand > reserved",
    """
INSERT INTO shops_hold (quantity, cause, state, created_at, expires_at, merchant_id, variant_id)
VALUES (1, %(order)s, 'live', %(at)s, %(until)s, %(merchant)s, %(variant)s)""",
    """
INSERT INTO chengfeng_idempotentwrite (scope, key, fingerprint, status, body, created_at)
VALUES (%(scope)s || 'checkouts', %(checkout)s, %(fingerprint)s, 201, %(body)s, %(at)s)""",
)

BEGIN = (
    """
INSERT INTO orders_payment (code, provider, method, instalments, amount, currency, state, failure, created_at,
    checkout_id)
VALUES (%(payment)s, 'sandbox', 'credit_card', 1, %(price)s, 'CNY', 'pending', '', %(at)s, %(checkout_id)s)
RETURNING id AS payment_id""",
    "INSERT INTO orders_paymentshare (amount, order_id, payment_id) VALUES (%(price)s, %(order_id)s, %(payment_id)s)",
    """
INSERT INTO chengfeng_idempotentwrite (scope, key, fingerprint, status, body, created_at)
VALUES (%(scope)s || 'payments', %(checkout)s, %(fingerprint)s, 102, to_jsonb(%(payment)s::text), %(at)s)""",
)

CHARGE = (
    """
INSERT INTO chengfeng_sandboxcharge (reference, client_reference, amount, currency, behaviour, state, created_at)
VALUES (%(charge)s, %(payment)s, %(price)s, 'CNY', 'approve', 'succeeded', %(at)s)""",
)

SETTLE = (
    """
UPDATE orders_payment SET state = 'captured', captured_at = %(at)s, provider_reference = %(charge)s
WHERE code = %(payment)s""",
    "UPDATE orders_order SET state = 'paid', paid_at = %(at)s WHERE code = %(order)s",
    """
INSERT INTO orders_ordermove (order_id, number, source, target, note, at)
VALUES (%(order_id)s, 2, 'placed', 'paid', '', %(at)s)""",
    "UPDATE shops_hold SET state = 'taken' WHERE cause = %(order)s",
    "UPDATE shops_variant SET reserved = reserved - 1, on_hand = on_hand - 1 WHERE id = %(variant)s",
    """
INSERT INTO shops_stockmove (kind, quantity, cause, at, merchant_id, variant_id)
VALUES ('sale', -1, %(order)s, %(at)s, %(merchant)s, %(variant)s)""",
    """
INSERT INTO ads_conversion (order_code, shopper, currency, value, is_new, placed_at, at, merchant_id)
VALUES (%(order)s, %(shopper)s, 'CNY', %(price)s, true, %(at)s, %(at)s, %(merchant)s) RETURNING id AS conversion_id""",
    """
INSERT INTO ads_conversionline (line_code, quantity, value, brand, is_new_to_brand, conversion_id, product_id,
    variant_id)
VALUES (%(line)s, 1, %(price)s, '', true, %(conversion_id)s, %(product)s, %(variant)s)""",
    """
INSERT INTO chengfeng_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)
VALUES ('order.paid', %(order)s, %(body)s, %(at)s, %(at)s, 0, '')""",
    """
INSERT INTO chengfeng_transfer (code, kind, reference, at, recorded_at)
VALUES (%(transfer)s, 'payment', %(payment)s || ':' || %(order)s, %(at)s, %(at)s) RETURNING id AS transfer_id""",
    """
INSERT INTO chengfeng_entry (currency, amount, account_id, transfer_id)
VALUES ('CNY', -%(price)s, %(outside)s, %(transfer_id)s), ('CNY', %(price)s, %(sales)s, %(transfer_id)s)""",
    """
UPDATE chengfeng_idempotentwrite SET status = 201, body = %(body)s
WHERE scope = %(scope)s || 'payments' AND key = %(checkout)s""",
)


def write_one(connection: psycopg.Connection, rows: dict) -> None:
    """Write a paid order; keys that PostgreSQL gives are used by the rows after it."""
    known = dict(rows)
    for transaction in (PLACE, BEGIN, CHARGE, SETTLE):
        with connection.transaction():
            for statement in transaction:
                cursor = connection.execute(statement, known)
                if cursor.description:
                    known[cursor.description[0].name] = cursor.fetchone()[0]
