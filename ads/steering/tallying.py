"""What the clicks of seven days cost and brought, summed up once an hour, so that a look reads only what came since."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from math import exp

from chengfeng import sql

from ..attribution import DEFAULT

WINDOW = timedelta(days=7)
FRESH = timedelta(hours=1)
AT_ONCE = 50  # campaigns that are summed up again in one look, the oldest first
OFF = 0.05  # how far the rate at which orders come may be from that of the sums
LATE = timedelta(days=2)  # at most, from a decision to its click


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over the clicks from `since` to `until`, in the merchant's currency, as a bid mode counts them.

    `predicted` counts orders and `open` those that are still to come at `until` when the last of them take
    1 ÷ `rate` seconds on average; `…_value` is the same in money. `orders` came, of which some by `newcomers`; `paid`
    and `settled` are what they brought before and after refunds.
    """

    since: datetime
    until: datetime
    mode: str
    rate: float
    clicks: float = 0.0
    cost: float = 0.0
    bid: float = 0.0
    predicted: float = 0.0
    open: float = 0.0
    predicted_value: float = 0.0
    open_value: float = 0.0
    orders: float = 0.0
    newcomers: float = 0.0
    paid: float = 0.0
    settled: float = 0.0

    def at(self, instant: datetime) -> "Tally":
        """Return the sums at a later instant, when less is still to come."""
        stays = exp(-self.rate * (instant - self.until).total_seconds())
        return replace(self, until=instant, open=self.open * stays, open_value=self.open_value * stays)

    def plus(self, sums: Mapping[str, float]) -> "Tally":
        """Return it with more clicks or orders of the same instant."""
        return replace(self, **{name: getattr(self, name) + more for name, more in sums.items()})


def tally_of(state: Mapping) -> Tally | None:
    """Return what the state of a steering row keeps; None where it keeps nothing, or other sums than these."""
    kept = state.get("tally") or {}
    if kept.keys() != Tally.__dataclass_fields__.keys():
        return None
    return Tally(**kept | {name: datetime.fromisoformat(kept[name]) for name in ("since", "until")})


def kept(tally: Tally) -> dict:
    """Return it fit for JSON."""
    return asdict(tally) | {"since": tally.since.isoformat(), "until": tally.until.isoformat()}


def to_sum_up(tallies: Mapping[int, Tally | None], modes: Mapping[int, str], rate: float, at: datetime) -> set[int]:
    """Return the campaigns to read all seven days of: those without sums that still hold, and some of the oldest."""

    def is_usable(campaign: int) -> bool:
        known = tallies[campaign]
        return known is not None and known.mode == modes[campaign] and known.until <= at < known.until + WINDOW

    usable = [campaign for campaign in tallies if is_usable(campaign)]
    old = [one for one in usable if at - tallies[one].until >= FRESH or abs(tallies[one].rate / rate - 1) > OFF]
    old.sort(key=lambda one: tallies[one].until)
    return set(tallies) - set(usable) | set(old[:AT_ONCE])


def clicks(tallies: Sequence[tuple[int, Tally]], *, at: datetime) -> list[dict]:
    """Return sums over the clicks since `until` of each campaign and ad."""
    return sql.dicts(CLICKS, _params(tallies, at)) if tallies else []


def orders(tallies: Sequence[tuple[int, Tally]], *, at: datetime) -> list[dict]:
    """Return sums over the orders since `until` of clicks since `since` of each campaign."""
    return sql.dicts(ORDERS, _params(tallies, at)) if tallies else []


def _params(tallies: Sequence[tuple[int, Tally]], at: datetime) -> dict:
    untils = [tally.until for _, tally in tallies]
    return {
        "campaigns": [campaign for campaign, _ in tallies], "sinces": [tally.since for _, tally in tallies],
        "untils": untils, "rates": [tally.rate for _, tally in tallies], "at": at, "rule": DEFAULT.name,
        "first": min(untils), "day": (min(untils) - LATE).date(),
    }  # fmt: skip


CLICKS = """
SELECT campaign_id AS campaign, ad_id AS ad, count(*)::float8 AS clicks,
    coalesce(sum(price) FILTER (WHERE reason = ''), 0)::float8 AS cost,
    coalesce(sum(bid) FILTER (WHERE reason = ''), 0)::float8 AS bid, coalesce(sum(pcvr), 0) AS predicted,
    coalesce(sum(pcvr * exp(-w.rate * extract(epoch FROM %(at)s - at)::float8)), 0) AS open
FROM unnest(%(campaigns)s::bigint[], %(untils)s::timestamptz[], %(rates)s::float8[]) w (campaign, until, rate)
JOIN ads_event ON campaign_id = w.campaign AND at >= w.until
WHERE kind = 'click' AND day >= %(day)s AND at >= %(first)s AND at < %(at)s AND is_valid
GROUP BY campaign_id, ad_id ORDER BY campaign_id, ad_id
"""
ORDERS = """
WITH credits AS (
    SELECT campaign_id, line_id, refund, share, amount
    FROM unnest(
        %(campaigns)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[]
    ) w (campaign, since, until)
    JOIN ads_credit ON campaign_id = w.campaign AND at >= w.until AND touched_at >= w.since
    WHERE at >= %(first)s AND at < %(at)s AND rule = %(rule)s
), lines AS (
    SELECT c.campaign_id, l.conversion_id,
        sum(c.share) > 0 AS counts, sum(c.amount) FILTER (WHERE c.refund = '') AS paid, sum(c.amount) AS settled
    FROM credits c JOIN ads_conversionline l ON l.id = c.line_id
    GROUP BY c.campaign_id, l.conversion_id
)
SELECT l.campaign_id AS campaign, (count(*) FILTER (WHERE counts))::float8 AS orders,
    (count(*) FILTER (WHERE counts AND v.is_new))::float8 AS newcomers,
    coalesce(sum(paid), 0)::float8 AS paid, coalesce(sum(settled), 0)::float8 AS settled
FROM lines l JOIN ads_conversion v ON v.id = l.conversion_id GROUP BY l.campaign_id
"""
