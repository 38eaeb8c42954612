"""Which campaigns would claim a sale in full, each for itself: those with a touch behind it, whoever else had one.

So do platforms that know only themselves; a sale is claimed as often as campaigns touched whoever bought.
"""

from datetime import datetime

from . import touching
from .presets import DEFAULT, PRESETS

CLAIMED = PRESETS["claimed_7d"]

SALES = f"""
SELECT n.id, n.shopper, n.merchant_id, n.placed_at, n.at FROM ads_conversion n
WHERE n.merchant_id = ANY(%(merchants)s) AND n.at >= %(start)s AND n.at < %(end)s AND EXISTS (
    SELECT FROM ads_conversionline l JOIN ads_credit r ON r.line_id = l.id
    WHERE l.conversion_id = n.id AND r.rule = '{DEFAULT.name}'
)
"""  # the default rule counts the same touches: what it credits to nobody, nobody can claim
FOUND, TOUCHES = touching.search(SALES, CLAIMED)
CLAIMS = f"""
WITH {FOUND} SELECT d.id, d.merchant_id, d.at, e.campaign_id, max(e.at) AS touched_at {TOUCHES} GROUP BY 1, 2, 3, 4
""".replace("#", "")


def looking_back(first: datetime, last: datetime) -> dict:
    """Return the parameters of `CLAIMS` for sales between two moments, beside `merchants`, `start` and `end`."""
    return touching.look_back(CLAIMED, first, last)
