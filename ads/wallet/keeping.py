"""What wallets need time and again: grants expire, owners are warned, lines are summed up, due rebates are given."""

from chengfeng import clock
from chengfeng.jobs import Report
from chengfeng.models import Job

from . import alerts, days, granting, rebates


def run(job: Job, report: Report) -> dict:
    """The recurring job `keep_wallets`."""
    at = clock.now()
    return {
        "expired": granting.expire_due(at=at),
        "warned": alerts.warn_of_expiry(at=at),
        "alerted": alerts.watch(at=at),
        "summed": days.sum_up(),
    }


def give_rebates(job: Job, report: Report) -> dict:
    """The recurring job `give_rebates`, which reads all charges of last month."""
    return {"rebates": len(rebates.give_due(at=clock.now()))}
