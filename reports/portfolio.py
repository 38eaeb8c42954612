"""A key-account manager's merchants side by side: sales, ads, money left, onboarding, and what asks for attention."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ads.models import Campaign
from chengfeng.models import Account
from chengfeng.money import ZERO
from chengfeng.periods import local_date
from shops.models import Merchant, StepDone, User
from shops.onboarding.steps import Step
from shops.people.rights import Right
from shops.tenancy import live_delegations

from . import charts, reading
from .metrics import change, total, value
from .picking import Picked

PACE_DAYS = 7
QUIET_DAYS = 3
ENDS_SOON = timedelta(days=14)
SORTS = ("name", "paid_gmv", "growth", "spend", "roi", "balance", "days_left", "steps")


@dataclass(frozen=True, slots=True)
class Kept:
    """One merchant of the portfolio over the period."""

    merchant: Merchant
    sums: dict
    growth: Decimal | None
    balance: Decimal
    days_left: int | None
    steps: int
    next_step: str
    spark: str
    alerts: list[str | Promise]

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


def lent_to(user: User, *, at: datetime) -> dict[Merchant, datetime]:
    """Return the merchants whose reports are lent to a person now, with the end of the longest delegation."""
    lent = live_delegations(at=at).filter(delegate=user, rights__contains=[Right.REPORTS_VIEW])
    ends = dict(lent.values_list("merchant").annotate(Max("expires_at")))
    return {m: ends[m.pk] for m in Merchant.objects.filter(pk__in=ends).order_by("name", "pk")}


def look(user: User, period: Picked, *, sort: str = "-paid_gmv", at: datetime) -> list[Kept]:
    """Return the portfolio, sorted by one of SORTS, a minus sign turning it round; unknown values come last."""
    ends = lent_to(user, at=at)
    if not ends:
        return []
    rows = defaultdict(list)
    first = min(period.before.first, period.last - timedelta(days=PACE_DAYS))
    for row in reading.days(reading.span(list(ends), first, period.last, at=at)):
        rows[row["merchant_id"]].append(row)
    balances, steps = _balances(ends), _steps(ends)
    advertising = set(Campaign.objects.filter(merchant__in=ends, state="active").values_list("merchant", flat=True))
    kept = [
        _keep(m, rows[m.pk], period, balances.get(m.code, ZERO), steps[m.pk], m.pk in advertising, ends[m], at)
        for m in ends
    ]
    return _sorted(kept, sort)


def _keep(merchant, rows, period, balance, steps, advertises, ends_at, at) -> Kept:
    now = total(row for row in rows if row["day"] >= period.first)
    before = total(row for row in rows if period.before.first <= row["day"] <= period.before.last)
    today = local_date(at, merchant.time_zone)
    days_left = _days_left(balance, rows, today)
    daily = {row["day"]: row["paid_gmv"] for row in rows}
    series = [daily.get(period.first + timedelta(days=i), ZERO) for i in range(period.length)]
    missing = [step for step in Step if step not in steps]
    return Kept(
        merchant=merchant,
        sums=now,
        growth=change("paid_gmv", now, before),
        balance=balance,
        days_left=days_left,
        steps=len(steps),
        next_step=missing[0].label if missing else "",
        spark=charts.sparkline(series),
        alerts=list(_alerts(daily, now, days_left, advertises, ends_at, today, at)),
    )


def _days_left(balance: Decimal, rows: list[dict], today) -> int | None:
    """Return how many days the wallet lasts at the mean pace of the last full days with spend."""
    spent = [row["spend"] for row in rows if today - timedelta(days=PACE_DAYS) <= row["day"] < today and row["spend"]]
    return int((balance / (sum(spent) / len(spent))).to_integral_value(ROUND_FLOOR)) if spent else None


def _alerts(daily, now, days_left, advertises, ends_at, today, at):
    """Yield what asks for the manager's attention, the most pressing first."""
    if days_left is not None and days_left < QUIET_DAYS:
        yield _("The wallet is nearly empty")
    if any(daily.values()) and not any(daily.get(today - timedelta(days=i)) for i in range(QUIET_DAYS)):
        yield _("No sales for three days")
    if (roi := value("roi", now)) is not None and roi < 1:
        yield _("Ads bring in less than they cost")
    if not advertises:
        yield _("No campaign is active")
    if ends_at - at < ENDS_SOON:
        yield _("The delegation ends soon")


def _balances(merchants) -> dict[str, Decimal]:
    wallets = Account.objects.filter(kind=Account.Kind.WALLET, owner__in=[m.code for m in merchants])
    return dict(wallets.values_list("owner", "balance"))


def _steps(merchants) -> dict[int, set[str]]:
    done = defaultdict(set)
    for merchant, step in StepDone.objects.filter(merchant__in=merchants).values_list("merchant", "step"):
        done[merchant].add(step)
    return done


def _sorted(kept: list[Kept], sort: str) -> list[Kept]:
    name, backwards = sort.lstrip("-"), sort.startswith("-")
    if name not in SORTS:
        name, backwards = "paid_gmv", True
    known = [one for one in kept if getattr(one, name) is not None]
    unknown = [one for one in kept if getattr(one, name) is None]
    return sorted(known, key=lambda one: getattr(one, name), reverse=backwards) + unknown
