"""How many of the orders that are predicted will be those of new customers, for campaigns that want only these."""

from collections.abc import Mapping, Sequence

from ..models import Campaign
from .tallying import Tally

PRIOR = 20  # orders that the share of the level above is worth: the shop's, and for a shop that of all shops
FIRST = 0.5


def shares(rows: Sequence[Mapping], tallies: Mapping[int, Tally]) -> dict[int, float]:
    """Return the share of newcomers in the orders of each campaign that wants only them, drawn to its shop's share."""
    wanted = [row for row in rows if row["objective"] == Campaign.Objective.NEW_CUSTOMERS]
    if not wanted:
        return {}
    everywhere = _share(tallies.values(), FIRST)
    of_shop = {
        merchant: _share([tallies[row["id"]] for row in rows if row["merchant_id"] == merchant], everywhere)
        for merchant in {row["merchant_id"] for row in wanted}
    }
    return {row["id"]: _share([tallies[row["id"]]], of_shop[row["merchant_id"]]) for row in wanted}


def _share(tallies, prior: float) -> float:
    """Return the share of newcomers in all orders of some campaigns, drawn to a prior."""
    orders, came = 0.0, 0.0
    for tally in tallies:
        orders, came = orders + tally.orders, came + tally.newcomers
    return (came + PRIOR * prior) / (orders + PRIOR)
