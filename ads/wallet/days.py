"""What moved in a wallet by local day and kind: summed up where that lies back a while, read line by line since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from chengfeng import sql
from chengfeng.money import ZERO
from chengfeng.periods import each_day
from shops.models import Merchant

LOCK = 0x77616C6C  # one summing up at a time
SETTLED = timedelta(minutes=10)  # so old is a line before it is summed up


@dataclass(frozen=True, slots=True)
class Day:
    """What stood in a wallet at the end of a local day, and what ads cost on it, net of credit notes."""

    cash: Decimal
    grants: Decimal
    spent: Decimal


def course(merchant: Merchant, *, first: date, last: date) -> Mapping[date, Day]:
    """Return by local day, both included, what stood in the wallet and what ads cost."""
    moved = {day: Day(*rest) for day, *rest in sql.rows(COURSE, params_of(merchant))}
    before = [day for day in moved if day < first]
    course, held = {}, moved[max(before)] if before else Day(ZERO, ZERO, ZERO)
    for day in each_day(first, last):
        held = moved.get(day) or Day(held.cash, held.grants, ZERO)
        course[day] = held
    return course


def params_of(merchant: Merchant) -> dict[str, Any]:
    """Return what `DAYS` asks for."""
    return {
        "code": merchant.code, "merchant": merchant.pk, "currency": merchant.currency, "zone": merchant.time_zone
    }  # fmt: skip


CASH = "coalesce(sum(e.amount) FILTER (WHERE a.kind = 'wallet'), 0)"
GRANTS = "coalesce(sum(e.amount) FILTER (WHERE a.kind = 'grant'), 0)"
KIND = "coalesce((SELECT kind FROM ads_grant WHERE transfer_id = t.id), t.kind)"
TIMES = "greatest((SELECT count(*) FROM ads_charge WHERE transfer_id = t.id), 1)"
SUMMED = "(SELECT coalesce(max(highest), 0) FROM ads_walletday)"
SUMS = "sum(lines)::bigint AS lines, sum(times)::bigint AS times, sum(cash) AS cash, sum(grants) AS grants"
DAYS = f"""
mine AS MATERIALIZED (
    SELECT id, kind FROM chengfeng_account WHERE currency = %(currency)s AND (
        kind = 'wallet' AND owner = %(code)s
        OR kind = 'grant' AND owner IN (SELECT code FROM ads_grant WHERE merchant_id = %(merchant)s)
    )
), fresh AS (
    SELECT e.transfer_id, {CASH} AS cash, {GRANTS} AS grants FROM mine a CROSS JOIN LATERAL (
        SELECT transfer_id, amount FROM chengfeng_entry
        WHERE account_id = a.id AND transfer_id > {SUMMED} OFFSET 0
    ) e GROUP BY 1
), days AS (
    SELECT day, kind, {SUMS}, min(lowest) AS lowest, max(highest) AS highest, max(last_at) AS last_at FROM (
        SELECT day, kind, lines, times, cash, grants, lowest, highest, last_at
        FROM ads_walletday WHERE merchant_id = %(merchant)s
        UNION ALL
        SELECT (t.at AT TIME ZONE %(zone)s)::date, {KIND}, 1, {TIMES}, f.cash, f.grants, t.id, t.id, t.at
        FROM fresh f JOIN chengfeng_transfer t ON t.id = f.transfer_id
    ) parts GROUP BY 1, 2
)"""
COURSE = f"""
WITH {DAYS}
SELECT day, sum(sum(cash)) OVER (ORDER BY day), sum(sum(grants)) OVER (ORDER BY day),
    coalesce(-sum(cash + grants) FILTER (WHERE kind IN ('charge', 'credit_note')), 0)
FROM days GROUP BY day
"""


@transaction.atomic
def sum_up(*, older_than: timedelta = SETTLED) -> int:
    """Add the lines of all wallets since the last time to their days; return how many days that touched.

    It goes by the database's clock and waits for transactions that are open: a line of a lower number must not come
    after one that was summed up.
    """
    sql.hold(LOCK, 0)
    (settled,) = sql.row(SETTLED_BY, {"older_than": older_than})
    return sql.run(SUM_UP, {"settled": settled})


SETTLED_BY = """
SELECT least(statement_timestamp() - %(older_than)s, min(xact_start) - interval '1 minute') FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND backend_xid IS NOT NULL
    AND pid <> pg_backend_pid()
"""
SUM_UP = f"""
WITH moved AS (
    SELECT coalesce(g.merchant_id, m.id) AS merchant, e.transfer_id, {CASH} AS cash, {GRANTS} AS grants
    FROM chengfeng_account a
    JOIN chengfeng_entry e ON e.account_id = a.id AND e.transfer_id > {SUMMED} AND e.transfer_id < (
        SELECT coalesce(min(id), 9223372036854775807) FROM chengfeng_transfer
        WHERE id > {SUMMED} AND recorded_at > %(settled)s
    )
    LEFT JOIN ads_grant g ON a.kind = 'grant' AND g.code = a.owner
    LEFT JOIN shops_merchant m ON a.kind = 'wallet' AND m.code = a.owner
    WHERE a.kind IN ('wallet', 'grant') AND a.currency = coalesce(g.currency, m.currency) GROUP BY 1, 2
), lines AS (
    SELECT merchant, (t.at AT TIME ZONE m.time_zone)::date AS day, {KIND} AS kind, {TIMES} AS times, cash, grants,
        t.id, t.at
    FROM moved JOIN chengfeng_transfer t ON t.id = transfer_id JOIN shops_merchant m ON m.id = merchant
)
INSERT INTO ads_walletday AS d (merchant_id, day, kind, lines, times, cash, grants, lowest, highest, last_at)
SELECT merchant, day, kind, count(*), sum(times), sum(cash), sum(grants), min(id), max(id), max(at) FROM lines
GROUP BY 1, 2, 3
ON CONFLICT (merchant_id, day, kind) DO UPDATE SET lines = d.lines + excluded.lines,
    times = d.times + excluded.times, cash = d.cash + excluded.cash, grants = d.grants + excluded.grants,
    highest = excluded.highest, last_at = greatest(d.last_at, excluded.last_at)
"""
