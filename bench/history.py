"""A past to report on: orders, payments, events, charges and credits of many merchants and days, written set by set.

Row numbers are dealt out by hand, so it wants an empty database. Every order is paid, has one line and is credited to
a click; every click is charged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from psycopg import ClientCursor

from ads import partitions
from chengfeng import ledger
from chengfeng.models import Account
from shops.models import Merchant

from . import filling

NUMBERED = (
    "orders_checkout", "orders_order", "orders_orderline", "orders_payment", "chengfeng_transfer", "ads_conversion",
    "ads_conversionline",
)  # fmt: skip

ORDERS = """
CREATE TEMPORARY TABLE past_order ON COMMIT DROP AS
SELECT row_number() OVER () + %(sold)s AS id, a.merchant_id, a.campaign_id, a.ad_id, a.product_id, v.id AS variant_id,
    md5('s' || (n * 7919 + a.merchant_id) %% %(people)s)::uuid AS shopper,
    %(start)s + day * interval '1 day' + n * (%(length)s / %(orders)s) AS at
FROM generate_series(0, %(days)s - 1) day, generate_series(0, %(orders)s - 1) n,
    (SELECT merchant_id, (array_agg(campaign_id))[1] AS campaign_id, (array_agg(id))[1] AS ad_id,
        (array_agg(product_id))[1] AS product_id FROM ads_ad GROUP BY merchant_id) a
JOIN shops_variant v ON v.product_id = a.product_id
"""
EVENTS = """
SELECT md5(concat_ws(' ', %(start)s, a.id, day, n))::uuid AS token, a.merchant_id, a.campaign_id, a.id AS ad_id,
    a.product_id, md5('s' || (n * 31 + n / 25 * 2 + a.id) %% %(people)s)::uuid AS shopper,
    %(start)s + day * interval '1 day' + n * (%(length)s / %(events)s) AS at
FROM generate_series(0, %(days)s - 1) day, generate_series(0, %(events)s - 1{step}) n,
    (SELECT DISTINCT ON (merchant_id) * FROM ads_ad) a
"""
CLICKS = f"""
CREATE TEMPORARY TABLE past_click ON COMMIT DROP AS
SELECT row_number() OVER () + %(charged)s AS id, e.* FROM ({EVENTS.format(step=", 25")}) e
"""
SEE = """
INSERT INTO ads_event (day, token, kind, merchant_id, campaign_id, ad_id, product_id, placement, position, shopper,
    pricing, bid, price, is_explored, decided_at, at, received_at, is_valid, reason)
SELECT (at AT TIME ZONE 'UTC')::date, token, '{kind}', merchant_id, campaign_id, ad_id, product_id, 'feed', 1, shopper,
    'cpc', 1.5, 0.87, false, at, at, at, true, '' FROM {rows} e
"""

WRITES = (
    """
INSERT INTO orders_checkout (id, code, shopper, email, recipient, phone, country, region, city, district, street,
    postal_code, language, currency, total, external_reference, placed_at)
SELECT id, 'chk_' || lpad(id::text, 16, '0'), shopper, 's@example.org', 'Sam', '', '', '', '', '', '', '', '', 'CNY',
    100, '', at FROM past_order""",
    """
INSERT INTO orders_order (id, code, shopper, state, currency, subtotal, discount, subsidy, shipping, shipping_subsidy,
    tax, total, refunded, deposit, message, placed_at, expires_at, paid_at, cancel_reason, checkout_id, merchant_id)
SELECT id, 'ord_' || lpad(id::text, 16, '0'), shopper, 'paid', 'CNY', 100, 0, 0, 0, 0, 0, 100, 0, 0, '', at,
    at + interval '1 hour', at, '', id, merchant_id FROM past_order""",
    """
INSERT INTO orders_orderline (id, code, title, title_en, options, options_en, unit_price, quantity, discount,
    subsidy, total, commission_rate, shipped, returned, refunded, merchant_id, order_id, product_id, variant_id)
SELECT id, 'oln_' || lpad(id::text, 16, '0'), 'Product', '', '{}', '{}', 100, 1, 0, 0, 100, 0.05, 0, 0, 0, merchant_id,
    id, product_id, variant_id FROM past_order""",
    """
INSERT INTO orders_payment (id, code, provider, method, instalments, amount, currency, state, provider_reference,
    failure, created_at, captured_at, checkout_id)
SELECT id, 'pay_' || lpad(id::text, 16, '0'), 'sandbox', 'credit_card', 1, 100, 'CNY', 'captured', 'p' || id, '', at,
    at, id FROM past_order""",
    "INSERT INTO orders_paymentshare (amount, order_id, payment_id) SELECT 100, id, id FROM past_order",
    """
INSERT INTO ads_conversion (id, order_code, shopper, currency, value, is_new, placed_at, at, merchant_id)
SELECT id, 'ord_' || lpad(id::text, 16, '0'), shopper, 'CNY', 100, false, at, at, merchant_id FROM past_order""",
    """
INSERT INTO ads_conversionline (id, line_code, quantity, value, brand, is_new_to_brand, conversion_id, product_id,
    variant_id)
SELECT id, 'oln_' || lpad(id::text, 16, '0'), 1, 100, '', false, id, product_id, variant_id FROM past_order""",
    """
INSERT INTO ads_credit (event_day, token, touch, rule, reason, cause, refund, share, amount, is_same_product,
    touched_at, at, posted_at, ad_id, campaign_id, line_id, merchant_id)
SELECT (at AT TIME ZONE 'UTC')::date, md5('t' || id)::uuid, 'click', 'last_click_7d', 'initial',
    'ord_' || lpad(id::text, 16, '0'), '', 1, 100, true, at, at, at, ad_id, campaign_id, id, merchant_id
FROM past_order""",
    """
INSERT INTO ads_saleclaim (event_day, token, touched_at, at, campaign_id, conversion_id, merchant_id)
SELECT (at AT TIME ZONE 'UTC')::date, md5('t' || id)::uuid, at, at, campaign_id, id, merchant_id FROM past_order""",
    SEE.format(kind="impression", rows=f"({EVENTS.format(step='')})"),
    SEE.format(kind="click", rows="past_click"),
    """
INSERT INTO chengfeng_transfer (id, code, kind, reference, at, recorded_at)
SELECT id, 'trf_' || lpad(id::text, 16, '0'), 'charge', 'charge:' || token, at, at FROM past_click""",
    """
INSERT INTO chengfeng_entry (currency, amount, account_id, transfer_id)
SELECT 'CNY', side.amount, side.account_id, e.id FROM past_click e JOIN shops_merchant m ON m.id = e.merchant_id
JOIN chengfeng_account w ON w.kind = 'wallet' AND w.owner = m.code,
LATERAL (VALUES (w.id, -0.87), (%(revenue)s, 0.87)) side (account_id, amount)""",
    """
INSERT INTO ads_charge (code, event_day, token, kind, day, bid, amount, granted, at, campaign_id, merchant_id,
    transfer_id)
SELECT 'chg_' || lpad(id::text, 16, '0'), (at AT TIME ZONE 'UTC')::date, token, 'click',
    (at AT TIME ZONE 'UTC')::date, 1.5, 0.87, 0, at, campaign_id, merchant_id, id FROM past_click""",
)


@dataclass(frozen=True, kw_only=True)
class Past:
    """Whole days from `start` on, or a single one of another `length`, with so many orders and events a day.

    Orders and clicks – every 25th event – go round all `people` of a shop.
    """

    start: datetime
    days: int
    orders: int
    events: int
    length: timedelta = timedelta(days=1)
    people: int = 5000


def advertisers(number: int, *, at: datetime) -> list[Merchant]:
    """Open some shops that advertise one product each."""
    shops = filling.merchants(number, at=at, time_zone="UTC")
    filling.ads(shops, campaigns=1, ads_each=1, at=at)
    return shops


@transaction.atomic
def write(past: Past) -> None:
    """Let every advertiser have lived through that past."""
    last = past.start + past.days * past.length
    partitions.ensure(past.start.date(), last.date())
    revenue = ledger.account(Account.Kind.AD_REVENUE, currency="CNY")
    with ClientCursor(connection.connection) as cursor:  # the server takes no parameters for CREATE TABLE
        cursor.execute("SET LOCAL statement_timeout = 0")
        params = vars(past) | {
            "sold": _highest(cursor, "orders_order"),
            "charged": _highest(cursor, "chengfeng_transfer"),
        }
        for statement in (ORDERS, CLICKS, *WRITES):
            cursor.execute(statement, params | {"revenue": revenue.pk})
        for table in NUMBERED:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def analyze(tables: Sequence[str] = ()) -> None:
    """Let the planner know what there is, as autovacuum would in time."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _highest(cursor, table: str) -> int:
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
    return cursor.fetchone()[0]
