"""Looks at all campaigns again and again, and tells which began or stopped serving, and for which reasons."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from chengfeng import clock, outbox
from chengfeng.jobs import Report
from chengfeng.models import Job
from shops.models import Merchant

from .eligibility import Obstacle, findings
from .models import Campaign, Eligibility

TOPIC = "ads.campaign.eligibility_changed"
CHUNK = 500


def run(job: Job, report: Report) -> dict:
    """The recurring job `watch_campaigns`."""
    return {"changed": look(at=clock.now())}


def look(*, at: datetime) -> int:
    """Compare every campaign with the last look and tell each change by the outbox; return how many there were.

    The message holds codes of merchant and campaign, `obstacles` now and `was` before (empty: it serves), and `at`. A
    campaign that is seen for the first time is written down silently.
    """
    over = Q(state=Campaign.State.ARCHIVED, eligibility__obstacles__contains=[Obstacle.ARCHIVED])
    rows = Campaign.objects.exclude(over).select_related("merchant").order_by("pk")
    changed, last = 0, 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        changed, last = changed + _look_at(chunk, at), chunk[-1].pk
    return changed


def changes(merchant: Merchant, *, since: datetime | None = None) -> QuerySet[Eligibility]:
    """Return the merchant's campaigns as they were found, those that last began or stopped serving first."""
    rows = Eligibility.objects.filter(campaign__merchant=merchant).select_related("campaign")
    return (rows.filter(since__gte=since) if since else rows).order_by("-since", "-pk")


@transaction.atomic
def _look_at(campaigns: Sequence[Campaign], at: datetime) -> int:
    """Write down what became of some campaigns; two looks at once wait for each other."""
    keys = [campaign.pk for campaign in campaigns]
    known = Eligibility.objects.select_for_update(of=("self",), no_key=True).filter(campaign__in=keys).order_by("pk")
    before, found = {row.campaign_id: row for row in known}, findings(campaigns, at=at)
    fresh = [
        Eligibility(campaign=campaign, obstacles=_codes(found[campaign.pk].campaign), since=at)
        for campaign in campaigns
        if campaign.pk not in before
    ]
    Eligibility.objects.bulk_create(fresh, ignore_conflicts=True)
    moved = [c for c in campaigns if c.pk in before and before[c.pk].obstacles != _codes(found[c.pk].campaign)]
    for campaign in moved:
        _tell(campaign, before[campaign.pk], _codes(found[campaign.pk].campaign), at)
    return len(moved)


def _tell(campaign: Campaign, row: Eligibility, obstacles: list[str], at: datetime) -> None:
    was, row.obstacles, row.since = row.obstacles, obstacles, at
    row.save(update_fields=["obstacles", "since"])
    payload = {
        "merchant": campaign.merchant.code, "campaign": campaign.code, "obstacles": obstacles, "was": was,
        "at": at.isoformat(),
    }  # fmt: skip
    outbox.publish(TOPIC, key=f"{campaign.code}:{at.isoformat()}", payload=payload, at=at)


def _codes(obstacles: Sequence[Obstacle]) -> list[str]:
    return [obstacle.value for obstacle in obstacles]
