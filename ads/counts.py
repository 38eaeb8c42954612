"""Counts of ads by day, rebuilt from the events in the background: what predictions fall back on."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from chengfeng import sql
from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.periods import each_day

from .models import AdDay, Event

LATE = timedelta(days=2)  # events come up to 48 h after their decision


def run(job: Job, report: Report) -> dict:
    """Count the days that may have changed since the last count."""
    newest = Event.objects.aggregate(day=Max("day"))["day"]
    if newest is None:
        return {"days": 0}
    counted = AdDay.objects.aggregate(day=Max("day"))["day"] or Event.objects.order_by("day").values_list("day")[0][0]
    return {"days": recount(min(counted, newest) - LATE, newest)}


def recount(first: date, last: date) -> int:
    """Count the days from `first` to `last` (UTC, both included) anew, each in one transaction; return how many."""
    days = list(each_day(first, last))
    for day in days:
        _recount(day)
    return len(days)


@transaction.atomic
def _recount(day: date) -> None:
    AdDay.objects.filter(day=day).delete()
    sql.run(COUNT, {"day": day})


COUNT = """
INSERT INTO ads_adday (ad_id, day, impressions, clicks)
SELECT ad_id, day, count(*) FILTER (WHERE kind = 'impression'), count(*) FILTER (WHERE kind = 'click')
FROM ads_event WHERE day = %(day)s AND is_valid AND kind IN ('impression', 'click') GROUP BY ad_id, day
ON CONFLICT (ad_id, day) DO UPDATE SET impressions = excluded.impressions, clicks = excluded.clicks
"""
