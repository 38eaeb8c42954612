"""Compares the day so far, and its last hours, with the same hours of the days before; tells what is unusual, once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.db import transaction

from chengfeng import clock, outbox, sql
from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.periods import local_date
from shops.models import Merchant

from ..metrics import METRICS, Unit
from ..models import Anomaly, PastHours
from ..sources import Grain
from ..summing import Wanted, select
from .judging import DAYS, Unusual, judge
from .models import Watched

TOPIC = "report.anomaly"
ONLY_HIGH = {Watched.INVALID_CLICKS, Watched.REFUNDS}  # few of them are no reason to look
LATELY = 3  # hours that are looked at by themselves, for a halt hides in the sum of a long day
CHUNK = 500
KEPT = timedelta(days=DAYS + 7)

Sums = Mapping[str, Sequence[Decimal]]  # by measure: what the day had come to by the end of each hour


def run(job: Job, report: Report) -> dict:
    """The recurring job `watch_numbers`."""
    return {"told": watch(at=clock.now(), report=report)}


def watch(*, at: datetime, report: Report | None = None) -> int:
    """Look at the day so far of every open shop; return how many numbers are newly found unusual."""
    PastHours.objects.filter(day__lt=(at - KEPT).date()).delete()
    shops = Merchant.objects.filter(state=Merchant.State.OPEN).order_by("pk")
    found, looked_at, last = 0, 0, 0
    while chunk := list(shops.filter(pk__gt=last)[:CHUNK]):
        for _day in remember(chunk, at=at):
            if report:
                report(looked_at, None)
        found, looked_at, last = found + _look(chunk, at), looked_at + len(chunk), chunk[-1].pk
    return found


def remember(merchants: Sequence[Merchant], *, at: datetime) -> Iterator[int]:
    """Sum the hours of the days before that are not known yet, as far as the shop was there; yield after each day."""
    today = {merchant: local_date(at, merchant.time_zone) for merchant in merchants}
    began = {merchant: local_date(merchant.created_at, merchant.time_zone) for merchant in merchants}
    known = set(PastHours.objects.filter(merchant__in=merchants).values_list("merchant", "day"))
    for back in range(1, DAYS + 1):
        days = {merchant: day - timedelta(days=back) for merchant, day in today.items()}
        pairs = [(m, day) for m, day in days.items() if day >= began[m] and (m.pk, day) not in known]
        sums = _by_hour(pairs)
        rows = [PastHours(merchant=merchant, day=day, sums=sums[merchant.pk]) for merchant, day in pairs]
        PastHours.objects.bulk_create(rows, ignore_conflicts=True)
        yield back


def _by_hour(pairs: Sequence[tuple[Merchant, date]]) -> Mapping[int, Sums]:
    """Return the sums of a local day of each merchant, by its key."""
    came = {merchant.pk: {code: [Decimal(0)] * 24 for code in Watched.values} for merchant, _day in pairs}
    if pairs:
        for row in sql.dicts(select(Grain.MERCHANT, Watched.values, hourly=True), Wanted.single(pairs).params()):
            for code in Watched.values:
                came[row["merchant_id"]][code][row["hour"]] += row[code]
    return {pk: {code: list(accumulate(hours)) for code, hours in by_code.items()} for pk, by_code in came.items()}


def _look(merchants: Sequence[Merchant], at: datetime) -> int:
    today = {merchant: local_date(at, merchant.time_zone) for merchant in merchants}
    past = defaultdict(list)
    for row in PastHours.objects.filter(merchant__in=merchants, day__gte=min(today.values()) - timedelta(days=DAYS)):
        past[row.merchant_id].append({code: [Decimal(one) for one in sums] for code, sums in row.sums.items()})
    sums = _by_hour(list(today.items()))
    return sum(
        _write(m, today[m], hour, dict(unusual(sums[m.pk], past[m.pk], hour=hour)), len(past[m.pk]), at)
        for m in merchants
        if (hour := at.astimezone(ZoneInfo(m.time_zone)).hour)
    )


def unusual(sums: Sums, past: Sequence[Sums], *, hour: int) -> Iterator[tuple[Watched, tuple[int, Decimal, Unusual]]]:
    """Yield each measure that is unusual by a full hour: from which hour on, how much it was, and what is usual.

    The day since midnight is looked at first, then its last hours alone.
    """
    for measure in Watched:
        for since in sorted({0, max(0, hour - LATELY)}):
            value = _between(sums[measure], since, hour)
            days = [_between(day[measure], since, hour) for day in past if measure in day]
            found = judge(value, days, is_count=METRICS[measure].unit == Unit.COUNT)
            if found and (value > found.high or measure not in ONLY_HIGH):
                yield measure, (since, value, found)
                break


def _between(sums: Sequence[Decimal], since: int, until: int) -> Decimal:
    """Return what came from one full hour to another; nothing where more was taken back than came."""
    return max(sums[until - 1] - (sums[since - 1] if since else 0), Decimal(0))


@transaction.atomic
def _write(merchant: Merchant, day: date, hour: int, found: Mapping, days: int, at: datetime) -> int:
    """Keep what was found, end what is usual again, and tell what is new; two looks at once tell it once."""
    fresh = []
    for measure, (since, value, beside) in found.items():
        seen = {
            "since": since, "until": hour, "value": value, "usual": beside.usual, "low": beside.low,
            "high": beside.high, "days": days, "over_at": None,
        }  # fmt: skip
        row, is_new = Anomaly.objects.update_or_create(
            merchant=merchant, day=day, measure=measure, defaults=seen, create_defaults=seen | {"found_at": at}
        )
        fresh += [row.code] if is_new else []
    over = Anomaly.objects.filter(merchant=merchant, day=day, over_at=None).exclude(measure__in=found)
    over.update(over_at=at)
    if fresh:
        payload = {"merchant": merchant.code, "day": day.isoformat(), "anomalies": fresh}
        outbox.publish(TOPIC, key=f"{merchant.code}:{day}:{hour}", payload=payload, at=at)
    return len(fresh)
