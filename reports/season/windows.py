"""Days of merchants as instants: each merchant's own midnights, for statements over raw rows of several periods."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from chengfeng.periods import midnight
from shops.identity.owning import INTERVALS
from shops.models import Merchant

from ..measuring.periods import Days

WINDOWS = (
    "unnest(%(periods)s::text[], %(ids)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) "
    "AS w(period, merchant_id, start, until)"
)
OWNED = f"owned AS MATERIALIZED ({INTERVALS} WHERE shopper IN (SELECT shopper FROM bought))"
BY_OWNER = "LEFT JOIN owned i ON i.shopper = n.shopper AND i.since <= n.placed_at AND n.placed_at < i.until"
PERSON = "coalesce(i.person, n.shopper)"  # who bought: whose the device was when the order `n` of `bought` was placed


def windows(merchants: Sequence[Merchant], periods: Mapping[str, Days | None]) -> dict[str, list]:
    """Return the parameters of WINDOWS: every merchant's days of every period that is one."""
    told = {name: days for name, days in periods.items() if days}
    zones = {merchant.time_zone for merchant in merchants}
    edges = {
        (name, zone): (midnight(days.first, zone), midnight(days.last + timedelta(days=1), zone))
        for name, days in told.items() for zone in zones
    }  # fmt: skip
    rows = [(name, merchant.pk, *edges[name, merchant.time_zone]) for name in told for merchant in merchants]
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return dict(zip(("periods", "ids", "starts", "ends"), map(list, columns), strict=True))
