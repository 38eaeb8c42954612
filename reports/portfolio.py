"""A key-account manager's merchants side by side: sales, ads, money left, onboarding, and what asks for attention.

All of them are summed in the database; only those that are looked at are followed day by day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ads.models import Campaign
from chengfeng import sql
from chengfeng.models import Account
from chengfeng.money import ZERO
from chengfeng.periods import each_day, local_date
from shops.models import Merchant, StepDone, User
from shops.onboarding.steps import Step
from shops.people.rights import Right
from shops.tenancy import live_delegations, rights_by_merchant

from . import charts, reading
from .anomalies.keeping import unusual_today
from .metrics import change, value
from .picking import Picked
from .sources import Grain

PACE_DAYS = 7
QUIET_DAYS = 3
ENDS_SOON = timedelta(days=14)
MEASURES = ("paid_gmv", "spend", "ad_gmv")
MONEY = ("paid_gmv", "spend", "balance")
SORTS = ("name", "paid_gmv", "growth", "spend", "roi", "balance", "days_left", "steps")


@dataclass(frozen=True, slots=True)
class Kept:
    """One merchant of the portfolio over the period; its balance is None to whom the wallet is not lent."""

    merchant: Merchant
    sums: Mapping[str, Decimal]
    growth: Decimal | None
    balance: Decimal | None
    days_left: int | None
    steps: int
    next_step: str | Promise
    alerts: Sequence[str | Promise]

    @property
    def paid_gmv(self) -> Decimal:
        return value("paid_gmv", self.sums)

    @property
    def spend(self) -> Decimal:
        return value("spend", self.sums)

    @property
    def roi(self) -> Decimal | None:
        return value("roi", self.sums)

    @property
    def name(self) -> str:
        return self.merchant.name


@dataclass(frozen=True, slots=True)
class Lived:
    """What a merchant came to in the period and before it, what its last days cost, and when it last sold something."""

    now: Mapping[str, Decimal]
    before: Mapping[str, Decimal]
    pace: Decimal | None
    last_sale: date | None


QUIET = Lived({}, {}, None, None)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of merchants by their keys: wallets of those that lend theirs, and who lends its ads and has none.

    `ends` are the ends of the delegations, `done` the steps of onboarding; of some something is `unusual` today.
    """

    lived: Mapping[int, Lived]
    balances: Mapping[int, Decimal]
    done: Mapping[int, set[str]]
    idle: Set[int]
    unusual: Set[int]
    ends: Mapping[Merchant, datetime]
    at: datetime


def lent_to(user: User, *, at: datetime) -> dict[Merchant, datetime]:
    """Return the merchants whose reports are lent to a person now, with the end of the longest delegation."""
    lent = live_delegations(at=at).filter(delegate=user, rights__contains=[Right.REPORTS_VIEW])
    ends = dict(lent.values_list("merchant").annotate(Max("expires_at")))
    return {m: ends[m.pk] for m in Merchant.objects.filter(pk__in=ends).order_by("name", "pk")}


def look(
    user: User, lent: Mapping[Merchant, datetime], period: Picked, *, sort: str = "-paid_gmv", at: datetime
) -> list[Kept]:
    """Return merchants lent to a person, sorted by one of SORTS, a minus sign turning it round.

    Amounts of different currencies are not held against each other: those of the most merchants come first. Unknown
    values come last.
    """
    rights = rights_by_merchant(user, list(lent), at=at)
    known = Known(
        lived=_lived(list(lent), period, at=at),
        balances=_balances([merchant for merchant in lent if Right.WALLET_VIEW in rights[merchant.code]]),
        done=_done(lent),
        unusual=unusual_today(lent, at=at),
        idle={merchant.pk for merchant in lent if Right.ADS_VIEW in rights[merchant.code]} - _advertising(lent),
        ends=lent,
        at=at,
    )
    return _sorted([_keep(merchant, known) for merchant in lent], sort)


def _keep(merchant: Merchant, known: Known) -> Kept:
    lived, balance = known.lived.get(merchant.pk, QUIET), known.balances.get(merchant.pk)
    missing = [step for step in Step if step not in known.done[merchant.pk]]
    days_left = _days_left(balance, lived.pace)
    return Kept(
        merchant=merchant,
        sums=lived.now,
        growth=change("paid_gmv", lived.now, lived.before),
        balance=balance,
        days_left=days_left,
        steps=len(Step) - len(missing),
        next_step=missing[0].label if missing else "",
        alerts=list(_alerts(merchant, lived, days_left, known)),
    )


LIVED = """
    SELECT d.merchant_id,
        coalesce(sum(paid_gmv) FILTER (WHERE day BETWEEN %(from)s AND %(to)s), 0) AS paid_gmv,
        coalesce(sum(spend) FILTER (WHERE day BETWEEN %(from)s AND %(to)s), 0) AS spend,
        coalesce(sum(ad_gmv) FILTER (WHERE day BETWEEN %(from)s AND %(to)s), 0) AS ad_gmv,
        coalesce(sum(paid_gmv) FILTER (WHERE day BETWEEN %(before_from)s AND %(before_to)s), 0) AS before,
        avg(spend) FILTER (WHERE spend <> 0 AND day BETWEEN local.today - %(pace)s AND local.today - 1) AS pace,
        max(day) FILTER (WHERE paid_gmv > 0) AS last_sale
    FROM ({days}) d JOIN unnest(%(shops)s::bigint[], %(todays)s::date[]) AS local(id, today) ON local.id = d.merchant_id
    GROUP BY d.merchant_id
"""


def _lived(merchants: Sequence[Merchant], period: Picked, *, at: datetime) -> dict[int, Lived]:
    """Return what merchants lived through in the period, as many days before, and up to today."""
    todays = [local_date(at, merchant.time_zone) for merchant in merchants]
    if not merchants:
        return {}
    first = min(period.before.first, min(todays) - timedelta(days=PACE_DAYS))
    statement, params = reading.query(
        reading.span(merchants, first, max(todays), at=at), grain=Grain.MERCHANT, among=MEASURES
    )
    rows = sql.dicts(LIVED.format(days=statement), params | {
        "from": period.first, "to": period.last, "before_from": period.before.first, "before_to": period.before.last,
        "pace": PACE_DAYS, "shops": [merchant.pk for merchant in merchants], "todays": todays,
    })  # fmt: skip
    return {
        row["merchant_id"]: Lived(
            {code: row[code] for code in MEASURES}, {"paid_gmv": row["before"]}, row["pace"], row["last_sale"]
        )
        for row in rows
    }


def sparks(merchants: Sequence[Merchant], period: Picked, *, at: datetime) -> dict[int, str]:
    """Return the paid GMV of each day of the period as the points of a line, by merchant."""
    daily: dict[int, dict[date, Decimal]] = defaultdict(dict)
    for row in reading.days(reading.span(merchants, period.first, period.last, at=at), among=["paid_gmv"]):
        daily[row["merchant_id"]][row["day"]] = row["paid_gmv"]
    days = list(each_day(period.first, period.last))
    return {m.pk: charts.sparkline([daily[m.pk].get(day, ZERO) for day in days]) for m in merchants}


def _days_left(balance: Decimal | None, pace: Decimal | None) -> int | None:
    """Return how many days the wallet lasts at the mean pace of the last full days with spend."""
    if balance is None or not pace or pace <= 0:
        return None
    return int((balance / pace).to_integral_value(ROUND_FLOOR))


def _alerts(merchant: Merchant, lived: Lived, days_left: int | None, known: Known) -> Iterator[str | Promise]:
    """Yield what asks for the manager's attention, the most pressing first."""
    if days_left is not None and days_left < QUIET_DAYS:
        yield _("The wallet is nearly empty")
    today = local_date(known.at, merchant.time_zone)
    if merchant.pk in known.unusual:
        yield _("Unusual numbers today")
    if lived.last_sale and lived.last_sale < today - timedelta(days=QUIET_DAYS):
        yield _("No sales for three days")
    if (roi := value("roi", lived.now)) is not None and roi < 1:
        yield _("Ads bring in less than they cost")
    if merchant.pk in known.idle:
        yield _("No campaign is active")
    if known.ends[merchant] - known.at < ENDS_SOON:
        yield _("The delegation ends soon")


def _advertising(merchants: Iterable[Merchant]) -> set[int]:
    return set(Campaign.objects.filter(merchant__in=merchants, state="active").values_list("merchant", flat=True))


def _balances(merchants: Sequence[Merchant]) -> dict[int, Decimal]:
    """Return what is in the wallets of merchants, each in its own currency."""
    wallets = Account.objects.filter(kind=Account.Kind.WALLET, owner__in=[merchant.code for merchant in merchants])
    known = {(code, currency): sum_ for code, currency, sum_ in wallets.values_list("owner", "currency", "balance")}
    return {merchant.pk: known.get((merchant.code, merchant.currency), ZERO) for merchant in merchants}


def _done(merchants: Iterable[Merchant]) -> dict[int, set[str]]:
    """Return the steps of onboarding that each merchant has done."""
    done: dict[int, set[str]] = defaultdict(set)
    for merchant, step in StepDone.objects.filter(merchant__in=merchants).values_list("merchant", "step"):
        done[merchant].add(step)
    return done


def _sorted(kept: list[Kept], sort: str) -> list[Kept]:
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        name, backwards = "paid_gmv", True
    known = sorted(
        (one for one in kept if getattr(one, name) is not None), key=lambda one: getattr(one, name), reverse=backwards
    )
    if name in MONEY:
        number = Counter(one.merchant.currency for one in kept)
        known.sort(key=lambda one: (-number[one.merchant.currency], one.merchant.currency))
    return known + [one for one in kept if getattr(one, name) is None]
