"""Reads what stands behind the running ads now: money and steering of campaigns, stock and prices of goods."""

import numpy as np

from chengfeng import clock

from ..wallet.cash import SPENDABLE
from .numbers import CENTS, UNLIMITED
from .packing import aligned, packed, read
from .roster import Roster
from .standings import Goods, Money

SHARE = 10**9  # multipliers and participations are read in billionths
MOST_MULTIPLIER = 10**9
NOT_STEERED = -1

MONEY_COLUMNS = (
    "id", "spendable", "day", "day_left", "total_left", "account_budget", "account_day", "account_left", "multiplier",
    "participation",
)  # fmt: skip
MONEY = f"""
{packed(MONEY_COLUMNS)} FROM (
    SELECT campaign.id,
        least(coalesce(purse.amount, 0) * {CENTS}, {UNLIMITED})::bigint AS spendable,
        coalesce(spending.day - date '0001-01-01' + 1, 0)::bigint AS day,
        least(floor(coalesce(spending.budget - spending.spent, 0) * {CENTS}), {UNLIMITED})::bigint AS day_left,
        least(coalesce(floor((campaign.total_budget - coalesce(total.spent, 0)) * {CENTS}), {UNLIMITED}), {UNLIMITED})
            ::bigint AS total_left,
        least(coalesce(floor(account.daily_budget * {CENTS}), {UNLIMITED}), {UNLIMITED})::bigint AS account_budget,
        coalesce(account_spending.day - date '0001-01-01' + 1, 0)::bigint AS account_day,
        CASE WHEN account.daily_budget IS NULL THEN {UNLIMITED}
            ELSE floor(coalesce(least(account_spending.budget, account.daily_budget) - account_spending.spent, 0)
                * {CENTS}) END::bigint AS account_left,
        least(coalesce(steering.multiplier * {SHARE}, {NOT_STEERED}), {MOST_MULTIPLIER * SHARE})::bigint AS multiplier,
        (coalesce(steering.participation, 1) * {SHARE})::bigint AS participation
    FROM ads_campaign campaign
    JOIN shops_merchant merchant ON merchant.id = campaign.merchant_id
    LEFT JOIN ({SPENDABLE}) purse (id, amount) ON purse.id = campaign.id
    LEFT JOIN LATERAL (
        SELECT day, budget, spent FROM ads_campaignday WHERE campaign_id = campaign.id ORDER BY day DESC LIMIT 1
    ) spending ON true
    LEFT JOIN ads_campaigntotal total ON total.campaign_id = campaign.id
    LEFT JOIN ads_adaccount account ON account.merchant_id = merchant.id
    LEFT JOIN LATERAL (
        SELECT day, budget, spent FROM ads_accountday WHERE merchant_id = merchant.id ORDER BY day DESC LIMIT 1
    ) account_spending ON true
    LEFT JOIN ads_steering steering ON steering.campaign_id = campaign.id
    WHERE campaign.state = 'active'
    ORDER BY campaign.id
) campaign
"""

GOODS_COLUMNS = ("id", "state", "price")
GOODS = f"""
{packed(GOODS_COLUMNS)} FROM (
    SELECT ad.id,
        CASE WHEN ad.review <> 'approved' THEN 3
            WHEN product.state <> 'active' OR merchant.state <> 'open' OR note.state <> 'published' THEN 1
            WHEN coalesce(stock.units, 0) <= 0 THEN 2 ELSE 0 END::bigint AS state,
        coalesce(stock.price * {CENTS}, -1)::bigint AS price
    FROM ads_ad ad
    JOIN ads_campaign campaign ON campaign.id = ad.campaign_id AND campaign.state = 'active'
    JOIN shops_merchant merchant ON merchant.id = ad.merchant_id
    JOIN shops_product product ON product.id = ad.product_id
    LEFT JOIN shops_note note ON note.id = ad.note_id
    LEFT JOIN (
        SELECT variant.product_id, sum(variant.on_hand - variant.reserved) AS units, min(variant.price) AS price
        FROM shops_variant variant
        WHERE variant.is_active AND variant.product_id IN (SELECT product_id FROM ads_ad WHERE state = 'active')
        GROUP BY variant.product_id
    ) stock ON stock.product_id = product.id
    WHERE ad.state = 'active'
    ORDER BY ad.id
) ad
"""


def read_money(roster: Roster) -> Money:
    """Read in one statement what each campaign may spend and how it is steered; a campaign that stopped has nothing."""
    return arrange_money(
        roster, read(MONEY, MONEY_COLUMNS, {"campaigns": roster.campaigns.tolist(), "at": clock.now()})
    )


def arrange_money(roster: Roster, table: dict[str, np.ndarray]) -> Money:
    """Put columns of `MONEY`, sorted by campaign, in the order of a roster's campaigns."""
    places, found = aligned(table["id"], roster.campaigns)
    columns = {name: _picked(column, places, found) for name, column in table.items()}
    multiplier = columns["multiplier"] / SHARE
    multiplier = np.where(columns["multiplier"] == NOT_STEERED, roster.first_multiplier_c, multiplier)
    return Money(
        columns["spendable"], columns["day"], columns["day_left"], columns["total_left"], columns["account_budget"],
        columns["account_day"], columns["account_left"], multiplier, columns["participation"] / SHARE,
    )  # fmt: skip


def read_goods(roster: Roster) -> Goods:
    """Read in one statement whether each ad's product can be had, and for how much."""
    table = read(GOODS, GOODS_COLUMNS)
    places, found = aligned(table["id"], roster.ads)
    state = np.where(found, _picked(table["state"], places, found), 1)
    return Goods(state, _picked(table["price"], places, found))


def _picked(column: np.ndarray, places: np.ndarray, found: np.ndarray) -> np.ndarray:
    return np.where(found, column[places], 0) if len(column) else np.zeros(len(places), dtype=np.int64)
