"""Paths reckoned in the background: the same answer, once, by whoever goes on with it, for those who may see it."""

import csv

import pytest
from django.core.cache import cache
from django.urls import reverse

from chengfeng import clock, jobs
from chengfeng.models import Job
from reports.paths import asking, running
from reports.paths.question import PathQuestion
from shops.models import AuditEntry
from shops.people.rights import Right
from shops.tenancy import access_of
from shops.tokens import issue
from tests.reports.test_journeys import MARCH, NOW
from tests.reports.test_journeys import lived as lived

pytestmark = pytest.mark.django_db

QUESTION = PathQuestion(period=MARCH)
ASKED = {"period": "own", "first": "2026-03-01", "last": "2026-03-19"}


@pytest.fixture(autouse=True)
def later_in_march(settings, tmp_path, monkeypatch):
    """NOW on every clock; the engine that needs no files, in the thread whose transaction the test is in."""
    settings.REPORTS_ENGINE, settings.PRIVATE_ROOT = "postgres", tmp_path
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    cache.clear()
    with clock.at(NOW):
        yield


@pytest.fixture
def access(shop, alice):
    return access_of(alice, shop, at=NOW, right=Right.REPORTS_VIEW)


@pytest.fixture
def large(monkeypatch):
    """Even a shop of which there is nothing to read has too much."""
    monkeypatch.setattr(asking, "QUICK", -1)


def work() -> None:
    assert jobs.run_due(at=NOW)


def test_the_answer_is_that_of_asking_at_once(access, shop, lived):
    job = running.ask(access, QUESTION, at=NOW)
    assert (running.answer(job, shop), running.ask(access, QUESTION, at=NOW).pk) == (None, job.pk)
    work()
    assert running.answer(Job.objects.get(), shop) == asking.answered(running.asked_by(job), shop)
    assert (list(running._root().iterdir()), AuditEntry.objects.get().target) == ([], job.code)


def test_whoever_was_stopped_goes_on_from_the_file(access, shop, lived, monkeypatch):
    job = running.ask(access, QUESTION, at=NOW)
    with monkeypatch.context() as died:
        died.setattr(running, "_counted", lambda *args: 1 / 0)
        work()
    monkeypatch.setattr(running, "_join", lambda *args: 1 / 0)
    Job.objects.update(due_at=NOW)
    work()
    job.refresh_from_db()
    assert (job.state, running.answer(job, shop).conversions) == ("done", 2)


def test_a_run_that_was_called_off_leaves_nothing(access, shop, lived, monkeypatch):
    def called_off(*args):
        assert running.cancel(access, job, at=NOW)
        return counted(*args)

    job, counted = running.ask(access, QUESTION, at=NOW), running._counted
    monkeypatch.setattr(running, "_counted", called_off)
    work()
    assert (Job.objects.get().state, Job.objects.get().result) == ("cancelled", {})
    running.forget(at=NOW)
    assert list(running._root().iterdir()) == []
    assert running.ask(access, QUESTION, at=NOW).pk != job.pk


def test_a_shop_with_much_to_read_is_shown_what_is_kept(client, shop, alice, foreign_shop, lived, large):
    client.force_login(alice)
    address = reverse("reports:paths", args=[shop.code])
    assert "found" not in client.get(address, ASKED).context
    kept = client.post(address, ASKED).url
    assert client.get(kept, headers={"HX-Request": "true"}).content.decode().count("<progress") == 1
    work()
    shown, file = client.get(kept), client.get(f"{kept}file/", {"of": "paths"})
    assert (shown.context["found"].conversions, shown.context["form"]["first"].value()) == (2, "2026-03-01")
    assert len(list(csv.reader(b"".join(file.streaming_content).decode().splitlines()))) == 5
    assert client.get(kept.replace(shop.code, foreign_shop.code)).status_code == 404
    assert kept in client.get(address).content.decode()
    assert client.get(reverse("reports:paths_file", args=[shop.code]), ASKED).status_code == 302


def test_a_program_asks_for_much_in_the_background(client, shop, alice, lived, large):
    _, secret = issue(merchant=shop, name="t", rights=["reports.view"], by=alice, at=NOW)
    headers = {"Authorization": f"Bearer {secret}"}
    asked = {"from": "2026-03-01", "to": "2026-03-19"}
    refused = client.get(reverse("reports:api_paths"), asked, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_much_at_once")
    once = headers | {"Idempotency-Key": "k"}
    told = client.post(reverse("reports:api_paths"), asked, "application/json", headers=once)
    assert (told.status_code, told.json()["state"], told.json()["answer"]) == (202, "queued", None)
    work()
    address = reverse("reports:api_path_run", args=[told.json()["code"]])
    found = client.get(address, headers=headers).json()
    assert (found["state"], found["progress"], found["answer"]["orders"]) == ("done", 100, 2)
    assert client.post(f"{address}/cancel", headers=headers).json()["state"] == "done"


@pytest.mark.parametrize("wrong", [{"as_of": "0001-01-01T00:00"}, {"first": "0001-01-01"}, {"last": "9999-12-31"}])
def test_moments_that_no_calendar_of_ours_knows_are_refused(client, shop, alice, wrong):
    client.force_login(alice)
    shown = client.get(reverse("reports:paths", args=[shop.code]), ASKED | wrong)
    assert set(shown.context["form"].errors) >= set(wrong)
