"""Charging: a valid click, or viewable impression, is paid from grants and cash, once, and within every budget.

Prices are charged in full or not at all, and money never overspends. What may happen while the news of an empty
wallet or a spent budget travels to the web processes is a free click, which its event says.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ..models import Campaign
from ..tokens import AdToken
from . import reading, writing
from .giving_back import give_back
from .pricing import CHARGED, is_charged

__all__ = ["CHARGED", "charge", "give_back", "is_charged", "lock_campaigns"]


def lock_campaigns(campaigns: Iterable[int]) -> dict[int, Campaign]:
    """Lock campaigns until the transaction ends, so that their events are judged and charged one batch at a time."""
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("merchant")
    return {row.pk: row for row in rows.filter(pk__in=set(campaigns)).order_by("pk")}


def charge(tokens: Sequence[AdToken], campaigns: Mapping[int, Campaign], *, at: datetime) -> dict[UUID, str]:
    """Charge served ads, never charged before, in their order; return by token why one is free, or "".

    Give those whose valid event `is_charged`: clicks of ads priced `cpc`, viewable impressions of those priced `cpm`.
    The caller holds the locks of the campaigns (`lock_campaigns`) and stores the events in the same transaction.
    Each is paid out of the grants that fit its campaign, nearest expiry first, and then out of cash; those of a
    campaign that the same account pays share one transfer.
    Six statements for a batch of any size, the last three only where something is paid; the day, the total and the
    account's day are opened when they are first needed.

    Reasons: `no_budget` (the campaign's day), `no_total_budget`, `no_account_budget`, `no_balance`.
    """
    if not tokens:
        return {}
    purses = reading.purses({token.campaign_id: campaigns[token.campaign_id] for token in tokens}, at)
    verdicts: dict[UUID, str] = {}
    paid: list[writing.Paid] = []
    for token in tokens:
        purse = purses[token.campaign_id]
        verdicts[token.token] = purse.refuses(token.price)
        if not verdicts[token.token]:
            paid.append(writing.Paid(token, purse, purse.pay(token.price)))
    if paid:
        writing.spend(purses.values())
        writing.post(paid, at)
    return verdicts
