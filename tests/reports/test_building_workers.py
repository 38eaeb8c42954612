"""Workers that run reports: cancelled at the last moment, two at once, killed; and schedules that cannot be kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from chengfeng import clock, jobs, outbox
from chengfeng.files import private
from chengfeng.models import Job, OutboxMessage
from reports.building import asking, files, running, saving, scheduling
from reports.building.audience import Shop
from reports.building.models import Fault, ReportRun, ReportSchedule, SavedReport
from reports.building.reading import Kept
from reports.measuring.definition import parse
from reports.measuring.storing import parts
from shops.models import HookMessage, Membership
from shops.people.rights import Right
from shops.tenancy import access_of
from tests import factories, killed
from tests.reports.test_building import ASKED, ask, work
from tests.reports.test_building import audience as audience
from tests.reports.test_measuring import DAY, NOW
from tests.reports.test_measuring import lived as lived

LATER = timedelta(minutes=5)
LAST = 2 + 2 * (len(parts(parse(ASKED))) + 2) + 1  # commits: the claim, the start, progress twice a part, the end


def kept_files() -> list[str]:
    """Return the files of runs that there are."""
    return sorted(path.name for path in (settings.PRIVATE_ROOT / "reports").glob("*.parquet"))


@pytest.mark.django_db
def test_files_are_where_the_settings_say_now(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path / "elsewhere"
    stored = ReportRun._meta.get_field("file").storage
    assert stored.path("x") == private().path("x") == str(tmp_path / "elsewhere" / "x")


@pytest.mark.django_db
def test_a_run_cancelled_at_the_last_moment_does_not_become_ready(audience, lived, monkeypatch):
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    run, place = ask(audience, may_wait=False), running._placed

    def cancelled(*args):
        placed = place(*args)
        assert asking.cancel(audience, run, at=NOW)
        return placed

    monkeypatch.setattr(running, "_placed", cancelled)
    work()
    run = ReportRun.objects.get(pk=run.pk)
    assert (run.state, run.ready_at, bool(run.file), kept_files()) == ("cancelled", None, False, [])
    assert not OutboxMessage.objects.filter(topic="report.ready").exists()


@pytest.mark.django_db
def test_of_two_that_finish_one_leaves_its_file_and_tells(audience, lived, monkeypatch):
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    run, place = ask(audience, may_wait=False), running._placed

    def overtaken(found, attempt):
        placed = place(found, attempt)
        if attempt == "1":
            Job.objects.update(leased_until=NOW - LATER)
            assert jobs.run_due(at=NOW)
        return placed

    monkeypatch.setattr(running, "_placed", overtaken)
    work()
    run = ReportRun.objects.get(pk=run.pk)
    assert (run.state, run.file.name, kept_files()) == (
        "done",
        f"reports/{run.code}-2.parquet",
        [f"{run.code}-2.parquet"],
    )
    assert (Kept(run).total["gmv"], OutboxMessage.objects.filter(topic="report.ready").count()) == (250, 1)


@pytest.mark.django_db
def test_a_file_that_no_run_names_is_let_go_of_after_a_day(audience, lived):
    run = ask(audience)
    (settings.PRIVATE_ROOT / "reports" / "run_x-1.parquet").write_bytes(b"")
    with clock.at(NOW):
        assert running.forget(None, None)["files"] == 0
    with clock.at(datetime.now(UTC) + 2 * DAY):
        ReportRun.objects.update(expires_at=clock.now() + DAY)
        assert running.forget(None, None)["files"] == 1
    assert kept_files() == [f"{run.code}-now.parquet"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("number", "moment"), [(5, killed.AFTER), (LAST, killed.BEFORE), (LAST, killed.AFTER)])
def test_a_worker_that_is_killed_leaves_its_work_to_another(audience, lived, number, moment, monkeypatch):
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    factories.endpoint(audience.merchants[0], "report.ready")
    whole, runs = ask(audience), [ask(audience, may_wait=False) for _ in range(2)]
    assert killed.die_at(number, moment, lambda: jobs.run_due(at=datetime.now(UTC)))[0]
    for _ in range(4):
        jobs.run_due(at=datetime.now(UTC) + LATER)
    found = ReportRun.objects.filter(pk__in=[run.pk for run in runs])
    assert {run.state for run in found} == {"done"}
    assert {b"".join(files.content(run, "csv")) for run in found} == {b"".join(files.content(whole, "csv"))}
    for _ in range(2):
        for message in OutboxMessage.objects.filter(topic="report.ready"):
            outbox.deliver(message)
    assert (OutboxMessage.objects.filter(topic="report.ready").count(), HookMessage.objects.count()) == (2, 2)


@pytest.fixture
def reports(audience, alice):
    """Four reports that are due every day, of which three cannot be sent."""
    gone = factories.member(audience.merchants[0], "gone", "analyst")
    made = {name: saving.save(audience, name=name, definition=ASKED, at=NOW) for name in ("a", "b", "c", "d")}
    for name, report in made.items():
        by = Shop(access_of(gone, audience.merchants[0], at=NOW, right=Right.REPORTS_VIEW)) if name == "a" else audience
        recipients = [gone] if name == "c" else [alice]
        scheduling.schedule(by, report, rhythm="daily", hour=8, recipients=recipients, at=NOW)
    Membership.objects.filter(user=gone).update(revoked_at=NOW)
    SavedReport.objects.filter(name="b").update(definition={"measures": ["no_more"]})
    return made


@pytest.mark.django_db
def test_a_report_that_cannot_be_sent_stops_no_other_and_says_why(reports, audience, client, alice):
    due = ReportSchedule.objects.first().next_at
    with clock.at(due):
        assert scheduling.run(None, None) == {"asked": 1}
        assert scheduling.run(None, None) == {"asked": 0}
    faults = dict(ReportSchedule.objects.values_list("report__name", "fault"))
    assert faults == {"a": Fault.MAKER, "b": Fault.DEFINITION, "c": Fault.RECIPIENTS, "d": ""}
    client.force_login(alice)
    page = client.get(reverse("reports:saved_report", args=[audience.merchants[0].code, reports["b"].code]))
    assert str(Fault.DEFINITION.label) in page.content.decode()


@pytest.mark.django_db
def test_one_that_fails_is_tried_again(reports, monkeypatch):
    due, asked = ReportSchedule.objects.first().next_at, scheduling.ask

    def failing(*args, **others):
        raise RuntimeError

    with clock.at(due):
        monkeypatch.setattr(scheduling, "ask", failing)
        assert scheduling.run(None, None) == {"asked": 0}
        assert ReportSchedule.objects.get(report__name="d").fault == Fault.FAILURE
        monkeypatch.setattr(scheduling, "ask", asked)
        assert scheduling.run(None, None) == {"asked": 1}
        assert ReportSchedule.objects.get(report__name="d").fault == ""
