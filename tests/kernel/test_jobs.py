"""Jobs: claimed once, retried, taken over from the dead, cancelled, refused with a reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chengfeng import jobs
from chengfeng.models import Job

pytestmark = pytest.mark.django_db


def count(job, report):
    report(0, 2)
    report(2)
    return {"counted": job.params["to"]}


def crash(job, report):
    raise RuntimeError("boom")


def refuse(job, report):
    raise jobs.Refused("the file is empty")


def get_cancelled(job, report):
    jobs.cancel(job, at=timezone.now())
    report(1, 2)


@pytest.fixture(autouse=True)
def kinds(settings):
    settings.JOBS = {f.__name__: f"{__name__}.{f.__name__}" for f in (count, crash, refuse, get_cancelled)}
    settings.SCHEDULES = {"count": 60}


def run(kind, **params):
    job = jobs.enqueue(kind, at=timezone.now(), **params)
    jobs.run_due(at=timezone.now())
    job.refresh_from_db()
    return job


def test_a_job_runs_reports_and_ends():
    job = run("count", to=2)
    assert (job.state, job.result, job.percent, job.attempts) == ("done", {"counted": 2}, 100, 1)
    assert jobs.run_due(at=timezone.now()) is False


def test_a_crash_is_tried_three_times():
    job = run("crash")
    for _ in range(2):
        assert job.state == "queued"
        jobs.run_due(at=job.due_at)
        job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 3, "RuntimeError: boom")


def test_a_refusal_is_final_and_says_why():
    job = run("refuse")
    assert (job.state, job.error, job.attempts) == ("failed", "the file is empty", 1)


def test_a_cancelled_job_stops_at_its_next_report():
    assert run("get_cancelled").state == "cancelled"


def test_the_job_of_a_dead_worker_is_taken_over_when_its_lease_ends():
    now = timezone.now()
    job = jobs.enqueue("count", at=now, to=1)
    Job.objects.update(state="running", leased_until=now + jobs.LEASE, attempts=1)
    assert jobs.run_due(at=now) is False
    assert jobs.run_due(at=now + jobs.LEASE + timedelta(seconds=1)) is True
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_long_job_leaves_a_worker_to_the_others(settings):
    settings.LONG_JOBS = ("count",)
    now = timezone.now()
    long, waiting, quick = [jobs.enqueue(kind, at=now, to=1) for kind in ("count", "count", "refuse")]
    Job.objects.filter(pk=long.pk).update(state="running", leased_until=now + jobs.LEASE, attempts=1)
    assert [jobs.run_due(at=now), jobs.run_due(at=now)] == [True, False]
    Job.objects.filter(pk=long.pk).update(state="done", finished_at=now)
    assert jobs.run_due(at=now) is True
    assert [Job.objects.get(pk=job.pk).state for job in (waiting, quick)] == ["done", "failed"]


def test_a_schedule_has_one_turn_per_period_and_one_job_at_a_time():
    now = timezone.now()
    assert [jobs.run_schedules(at=now), jobs.run_schedules(at=now)] == [1, 0]
    assert jobs.run_schedules(at=now + timedelta(seconds=60)) == 0
    Job.objects.all().delete()
    assert jobs.run_schedules(at=now + timedelta(seconds=120)) == 1


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no job kind"):
        jobs.enqueue("nonsense", at=timezone.now())


def test_finished_turns_are_forgotten_and_nothing_else():
    now = timezone.now()
    for state, kind in (("done", "count"), ("queued", "count"), ("done", "crash")):
        finished_at = now - timedelta(days=2) if state == "done" else None
        Job.objects.create(kind=kind, state=state, due_at=now, finished_at=finished_at)
    assert jobs.forget_finished(before=now - timedelta(days=1)) == 1
    assert sorted(Job.objects.values_list("kind", "state")) == [("count", "queued"), ("crash", "done")]
