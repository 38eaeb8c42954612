"""The nightly look: every day that is over is compared once, and the last days again each night."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Min

from chengfeng import clock
from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.periods import each_day, local_date
from orders.models import Order
from shops.models import Merchant

from . import comparing
from .comparing import Row, Sum
from .models import ReconciledDay, ReconciliationRun

AGAIN = timedelta(days=7)
NAMED = 50  # differences of a look that are kept by name, of each pair
CHUNK = 31  # days that are compared at once
DAY = timedelta(days=1)


def run(job: Job, report: Report) -> dict:
    """Look at the days that are over since the last look; the job kind `reconcile_days`."""
    found = look(at=clock.now(), report=report)
    return {"days": found.days.count()} if found else {}


def look(*, at: datetime, report: Report | None = None) -> ReconciliationRun | None:
    """Compare the closed days of every merchant that has a new one, and write down what was found.

    None when nobody's day ended since the last look.
    """
    waiting = _waiting(at)
    if not waiting:
        return None
    made = ReconciliationRun.objects.create(at=at)
    for done, ((first, last), merchants) in enumerate(sorted(waiting.items()), 1):
        for day in range(0, (last - first).days + 1, CHUNK):
            begin = first + timedelta(days=day)
            _write(made, merchants, begin, min(begin + timedelta(days=CHUNK - 1), last))
        if report:
            report(done, len(waiting))
    return made


def _waiting(at: datetime) -> Mapping[tuple[date, date], list[Merchant]]:
    """Return the merchants by the days, first and last, that are to be compared now."""
    begun = dict(Order.objects.values_list("merchant").annotate(Min("placed_at")).order_by())
    seen = dict(ReconciledDay.objects.values_list("merchant").annotate(Max("day")).order_by())
    found = defaultdict(list)
    for merchant in Merchant.objects.filter(pk__in=begun).order_by("pk"):
        opened = local_date(begun[merchant.pk], merchant.time_zone)
        last = local_date(at, merchant.time_zone) - DAY
        if seen.get(merchant.pk, date.min) < last and opened <= last:
            again = max(seen[merchant.pk] + DAY - AGAIN, opened) if merchant.pk in seen else opened
            found[again, last].append(merchant)
    return found


@transaction.atomic
def _write(run: ReconciliationRun, merchants: Sequence[Merchant], first: date, last: date) -> None:
    """Compare some days of merchants and write a row for each, the quiet ones too."""
    sums = _by_day(comparing.sums(merchants, first, last))
    named = _by_day(comparing.differences(merchants, first, last, limit=NAMED))
    quiet = {(m.pk, day, m.currency) for m in merchants for day in each_day(first, last)}
    ReconciledDay.objects.bulk_create(
        ReconciledDay(
            run=run, merchant_id=key[0], day=key[1], currency=key[2], sums=_packed(sums.get(key, [])),
            differences=sum(one.different for one in sums.get(key, [])),
            named=[_named(row) for row in named.get(key, [])],
        )
        for key in sorted(quiet | set(sums))
    )  # fmt: skip


def _by_day(found: Iterable[Sum | Row]) -> Mapping[tuple[int, date, str], list]:
    by_day = defaultdict(list)
    for one in found:
        by_day[one.merchant, one.day, one.currency].append(one)
    return by_day


def _packed(sums: Iterable[Sum]) -> dict[str, list]:
    return {one.pair.code: [_text(one.left), _text(one.right), one.different] for one in sums}


def _named(row: Row) -> dict:
    left, right = (None if amount is None else _text(amount) for amount in (row.left, row.right))
    return {
        "pair": row.pair.code, "reference": row.reference, "order": row.order, "left": left, "right": right,
    }  # fmt: skip


def _text(amount: Decimal) -> str:
    return f"{amount:.4f}"
