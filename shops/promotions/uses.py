"""Uses of promotions: counted where there is a limit or a budget, never beyond it; given back when an order is undone.

Each verb is one guarded statement that locks promotions in the order of their keys. A promotion without limit or
budget has no row that everybody waits for. All orders of one checkout (a `basket`) are one use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chengfeng import sql


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a promotion gives to the order `cause` of a merchant, all three by key but the cause by code."""

    promotion: int
    merchant: int
    cause: str
    amount: Decimal


class UsedUp(Exception):
    """Some promotions cannot be used so often; `promotions` are their keys. Nothing may be kept of the attempt."""

    def __init__(self, promotions: Sequence[int]):
        self.promotions = promotions
        super().__init__(", ".join(map(str, promotions)))


COUNTED = """
locked AS (
    SELECT p.id FROM shops_promotion p JOIN asked a ON a.id = p.id
    WHERE p."limit" IS NOT NULL OR p.budget IS NOT NULL ORDER BY p.id FOR NO KEY UPDATE OF p
), counted AS (
    UPDATE shops_promotion p SET used = p.used + a.times, spent = p.spent + a.amount FROM asked a JOIN locked USING (id)
    WHERE p.id = a.id AND (p."limit" IS NULL OR p.used + a.times <= p."limit")
        AND (p.budget IS NULL OR p.spent + a.amount <= p.budget)
    RETURNING p.id
), hers AS (
    INSERT INTO shops_shopperuses AS s (promotion_id, shopper, used)
    SELECT p.id, a.shopper, 1 FROM shops_promotion p JOIN asked a ON a.id = p.id
    WHERE p.per_shopper >= 1 AND a.times = 1 AND (SELECT count(*) FROM counted) >= 0 ORDER BY p.id
    ON CONFLICT (promotion_id, shopper) DO UPDATE SET used = s.used + 1
        WHERE s.used < (SELECT per_shopper FROM shops_promotion p WHERE p.id = s.promotion_id)
    RETURNING promotion_id AS id
)"""

REFUSED = """
SELECT p.id FROM shops_promotion p JOIN asked a ON a.id = p.id
WHERE (p."limit" IS NOT NULL OR p.budget IS NOT NULL) AND p.id NOT IN (SELECT id FROM counted)
    OR p.per_shopper IS NOT NULL AND a.times = 1 AND p.id NOT IN (SELECT id FROM hers)
ORDER BY p.id
"""

CLAIM = f"""
WITH wanted AS (
    SELECT * FROM unnest(%(promotions)s::bigint[], %(merchants)s::bigint[], %(causes)s::text[], %(amounts)s::numeric[])
        AS w (promotion, merchant, cause, amount)
), asked AS (
    SELECT promotion AS id, %(shopper)s::uuid AS shopper, sum(amount) AS amount, 1 AS times FROM wanted GROUP BY 1
), {COUNTED}, written AS (
    INSERT INTO shops_promotionuse (promotion_id, merchant_id, cause, basket, shopper, amount, state, at)
    SELECT promotion, merchant, cause, %(basket)s, %(shopper)s, amount, 'live', %(at)s FROM wanted
)
{REFUSED}
"""

OF_SAME_USE = """
    SELECT FROM shops_promotionuse o
    WHERE o.promotion_id = {0}.promotion_id AND o.basket = {0}.basket AND o.state = 'live' AND o.cause <> %(cause)s
"""

REVIVE = f"""
WITH again AS (
    SELECT * FROM shops_promotionuse WHERE cause = %(cause)s AND state = 'released'
), asked AS (
    SELECT a.promotion_id AS id, a.shopper, a.amount, (NOT EXISTS ({OF_SAME_USE.format("a")}))::int AS times
    FROM again a
), {COUNTED}, written AS (
    UPDATE shops_promotionuse u SET state = 'live', at = %(at)s FROM again WHERE u.id = again.id
)
{REFUSED}
"""

RELEASE = f"""
WITH mine AS (
    SELECT * FROM shops_promotionuse WHERE cause = %(cause)s AND state = 'live'
), locked AS (
    SELECT p.id FROM shops_promotion p WHERE p.id IN (SELECT promotion_id FROM mine)
        AND (p."limit" IS NOT NULL OR p.budget IS NOT NULL)
    ORDER BY p.id FOR NO KEY UPDATE
), locked_of_hers AS (
    SELECT s.id FROM shops_shopperuses s JOIN mine m ON m.promotion_id = s.promotion_id AND m.shopper = s.shopper
    WHERE (SELECT count(*) FROM locked) >= 0 ORDER BY s.promotion_id FOR NO KEY UPDATE OF s
), ended AS (
    UPDATE shops_promotionuse u SET state = 'released' FROM mine
    WHERE u.id = mine.id AND u.state = 'live' AND (SELECT count(*) FROM locked_of_hers) >= 0
    RETURNING u.promotion_id, u.basket, u.shopper, u.amount
), done AS (
    SELECT e.*, NOT EXISTS ({OF_SAME_USE.format("e")}) AS is_last FROM ended e
), hers AS (
    UPDATE shops_shopperuses s SET used = s.used - 1 FROM done d
    WHERE s.promotion_id = d.promotion_id AND s.shopper = d.shopper AND d.is_last AND s.used > 0
), counted AS (
    UPDATE shops_promotion p SET used = p.used - d.is_last::int, spent = p.spent - d.amount FROM done d
    WHERE p.id = d.promotion_id AND (p."limit" IS NOT NULL OR p.budget IS NOT NULL)
)
SELECT count(*) FROM ended
"""


def claim(wanted: Sequence[Wanted], *, basket: str, shopper: UUID, at: datetime) -> None:
    """Count one use of each promotion by a shopper, and note what it gives to each order.

    Raises UsedUp, after which the caller's transaction must be rolled back.
    """
    params = {
        "promotions": [w.promotion for w in wanted], "merchants": [w.merchant for w in wanted],
        "causes": [w.cause for w in wanted], "amounts": [w.amount for w in wanted],
        "basket": basket, "shopper": shopper, "at": at,
    }  # fmt: skip
    refused = _column(CLAIM, params)
    if refused:
        raise UsedUp(refused)


def release(*, cause: str, at: datetime) -> int:
    """Give back what an order used; return of how many promotions. Again changes nothing.

    The use of a checkout counts until the last of its orders gave it back; the caller holds the checkout's lock.
    """
    return _column(RELEASE, {"cause": cause, "at": at})[0]


def revive(*, cause: str, at: datetime) -> None:
    """Use again what a cancelled order had given back, for it is paid after all; raises UsedUp as `claim` does."""
    refused = _column(REVIVE, {"cause": cause, "at": at})
    if refused:
        raise UsedUp(refused)


def _column(statement: str, params: dict) -> list[int]:
    return [key for (key,) in sql.rows(statement, params)]
