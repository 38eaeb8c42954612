"""Judges events again, up to 72 h after they were received: what was found is invalid, given back and restated.

The job may be run at any time, stopped, run again, or run twice at once: what was found before is not found again, and
an event becomes invalid by one guarded update under the lock of its campaign.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from chengfeng import clock, sql
from chengfeng.jobs import Report
from chengfeng.models import Job

from .. import counts
from ..attribution import Key, credit_late, restate
from . import alerts
from .finding import find
from .rules import RESCORED
from .withdrawing import withdraw

LATELY = timedelta(hours=1)  # longer than from one look to the next


def run(job: Job, report: Report) -> dict:
    """Judge the last 72 h again; the job kind `rescore_events`."""
    return rescore(at=clock.now(), report=report)


def rescore(*, at: datetime, report: Report | None = None) -> dict[str, int]:
    """Judge events again, campaign by campaign, each in a transaction; return how many events changed."""
    campaigns = _by_campaign(at)
    events, days = 0, set()
    for done, (campaign, found) in enumerate(sorted(campaigns.items()), 1):
        changed = withdraw({campaign: found}, at=at).events
        events += len(changed)
        days |= {event.key.day for event in changed}
        if report:
            report(done, len(campaigns))
    for day in sorted(days):
        counts.recount(day, day)
    _catch_up(at)
    alerts.publish(at=at)
    return {"events": events}


def _by_campaign(at: datetime) -> Mapping[int, Mapping[Key, str]]:
    """Return what was found, by campaign; of several reasons the first counts."""
    campaigns: dict[int, dict[Key, str]] = defaultdict(dict)
    for finding in find(at=at):
        campaigns[finding.campaign].setdefault(finding.key, finding.reason)
    return campaigns


def _catch_up(at: datetime) -> None:
    """Restate sales credited to a click in the very moment in which it was found invalid, or before it was reported."""
    restate([Key(*row) for row in sql.rows(LEFT_BEHIND, {"since": at - RESCORED})], at=at)
    credit_late(since=at - LATELY, at=at)


LEFT_BEHIND = """
SELECT e.day, e.token, e.kind FROM ads_event e
JOIN ads_credit r ON r.token = e.token AND r.event_day = e.day AND r.touch = e.kind AND r.campaign_id = e.campaign_id
WHERE e.rescored_at >= %(since)s AND NOT e.is_valid AND r.at >= %(since)s
GROUP BY e.day, e.token, e.kind, r.line_id, r.rule HAVING sum(r.share) <> 0
UNION
SELECT e.day, e.token, e.kind FROM ads_event e JOIN ads_saleclaim k ON k.token = e.token AND k.event_day = e.day
WHERE e.rescored_at >= %(since)s AND NOT e.is_valid AND e.kind = 'click'
"""
