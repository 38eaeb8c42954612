"""Stored reports for programs and on pages: kept, run once per key, read by pages, downloaded, compared, sent."""

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from chengfeng import clock
from reports.building import saving
from reports.building.audience import Shop
from reports.building.models import ReportRun, ReportSchedule, SavedReport
from reports.measuring.definition import BadDefinition, parse
from shops.tenancy import access_of
from shops.tokens import issue
from tests.reports.test_building import ASKED
from tests.reports.test_measuring import DAY, NOW, SOLD
from tests.reports.test_measuring import lived as lived

pytestmark = pytest.mark.django_db
PLAIN = ASKED | {"compare": None}


@pytest.fixture
def api(client, shop, alice, lived):
    """A function that asks the API as a program of the shop; it returns status and body."""
    with clock.at(NOW):
        _, secret = issue(merchant=shop, name="t", rights=["reports.view"], by=alice, at=NOW)

        def ask(method: str, path: str, body: dict | None = None, **query):
            headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": query.pop("key", uuid4().hex)}
            url, kind = f"/api/v1/reports/{path}", "application/json"
            call = getattr(client, method)
            if method == "get":
                answer = call(url, query, headers=headers)
            else:
                answer = call(url, json.dumps(body), content_type=kind, headers=headers)
            return answer.status_code, answer.json() if "json" in answer.get("Content-Type", "") else answer

        yield ask


def test_a_definition_is_run_once_for_a_key_and_read_by_pages(api):
    status, run = api("post", "runs", {"definition": PLAIN | {"sort": "-gmv"}}, key="k")
    assert (status, run["state"], run["rows"], run["totals"]["gmv"]) == (201, "done", 3, "250.0000")
    assert api("post", "runs", {"definition": PLAIN | {"sort": "-gmv"}}, key="k")[1]["code"] == run["code"]
    _, first = api("get", f"runs/{run['code']}/rows", limit=2)
    _, rest = api("get", f"runs/{run['code']}/rows", limit=2, after=first["next"])
    told = [(row["day"], row["gmv"], row["orders"], row["roi"]) for row in first["results"] + rest["results"]]
    assert told == [
        ("2026-03-03", "200.0000", 1, None), ("2026-03-03", "50.0000", 1, "20.000000"),
        ("2026-03-02", "0.0000", 0, "0.000000"),
    ]  # fmt: skip
    assert (first["next"], rest["next"], ReportRun.objects.count()) == (2, None, 1)
    assert api("get", f"runs/{run['code']}/rows", sort="nonsense")[0] == 400


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"period": {"named": []}}, "period.named"), ({"filters": {"hour": ["x"]}}, "filters.hour"),
        ({"filters": {"brand": ["a\0"]}}, "filters.brand"), ({"limit": 10**30}, "limit"),
        ({"as_of": "0001-01-01T00:00:00Z"}, "as_of"),
    ],
)  # fmt: skip
def test_what_no_engine_could_answer_is_refused(wrong, where):
    with pytest.raises(BadDefinition) as refused:
        parse({"measures": ["gmv"]} | wrong)
    assert [flaw.field for flaw in refused.value.flaws] == [where]


def test_what_is_wrong_with_a_definition_is_said_at_its_path(api):
    status, told = api("post", "runs", {"definition": {"measures": ["gmv"], "dimensions": ["day", "moon"]}})
    assert (status, [(error["field"], error["rule"]) for error in told["errors"]]) == (
        400, [("definition.dimensions.1", "unknown")],
    )  # fmt: skip
    assert api("post", "runs", {})[0] == 400
    assert api("post", "runs", {"definition": PLAIN | {"filters": {"keyword": ["²"]}}})[1]["rows"] == 0


def test_a_report_is_kept_changed_once_run_and_removed(api):
    _, made = api("post", "saved", {"name": "Ours", "definition": PLAIN})
    assert api("patch", f"saved/{made['code']}", {"version": 1, "name": "New"})[1]["version"] == 2
    assert api("patch", f"saved/{made['code']}", {"version": 1, "name": "Old"})[1]["code"] == "changed_meanwhile"
    assert api("patch", f"saved/{made['code']}", {"version": 2, "is_shared": False})[0] == 403
    _, run = api("post", "runs", {"report": made["code"]})
    assert (run["report"], run["name"], run["definition"]["period"]) == (made["code"], "New", PLAIN["period"])
    assert api("delete", f"saved/{made['code']}")[0] == 204
    assert (api("get", "saved")[1]["results"], api("get", f"saved/{made['code']}")[0]) == ([], 404)
    assert api("post", f"saved/{made['code']}/restore")[1]["name"] == "New"


def test_two_runs_are_compared_and_files_are_sent(api):
    _, one = api("post", "runs", {"definition": PLAIN | {"as_of": (SOLD + DAY).isoformat()}})
    _, two = api("post", "runs", {"definition": PLAIN})
    _, told = api("get", f"runs/{one['code']}/against/{two['code']}")
    assert [row["net_gmv"] for row in told["results"]] == [
        {"earlier": "200.0000", "later": "100.0000", "difference": "-100.0000"}
    ]
    assert [row["difference"] for row in told["results"]] == ["changed"]
    assert {each["what"]: (each["number"], each["amount"]) for each in told["happened"]} == {
        "sales": (1, None), "refunds": (1, "100"),
    }  # fmt: skip
    assert told["causes"] == [{"reason": "refund", "entries": 1, "amount": "-100.0000"}]
    status, answer = api("get", f"runs/{two['code']}/file/csv")
    assert (status, b"".join(answer.streaming_content).count(b"\n")) == (200, 4)
    assert api("get", f"runs/{two['code']}/file/doc")[0] == 404


def test_everything_that_may_be_asked_is_told(api):
    _, offers = api("get", "offers")
    by_region = next(row for row in offers["offers"] if row["dimension"] == "region")
    assert ("gmv" in by_region["measures"], "spend" in by_region["not_offered"]) == (True, True)
    _, ready = api("get", "ready-made")
    assert api("post", "runs", {"ready_made": ready[1]["name"]})[1]["state"] == "done"


def test_a_run_that_asks_what_there_is_no_more_is_told_of_and_not_read(api):
    _, run = api("post", "runs", {"definition": PLAIN})
    ReportRun.objects.update(definition=PLAIN | {"measures": ["fame"]})
    assert [(each["code"], each["totals"]) for each in api("get", "runs")[1]["results"]] == [(run["code"], None)]
    assert [api("get", f"runs/{run['code']}/{what}")[0] for what in ("rows", "file/csv", "behind")] == [409, 409, 409]


def test_pages_keep_run_show_and_send(client, shop, alice, lived, monkeypatch):
    client.force_login(alice)
    page = lambda name, *codes: reverse(f"reports:{name}", args=[shop.code, *codes])  # noqa: E731
    with clock.at(NOW):
        kept = client.post(page("report_save"), {"name": "Ours", "definition": json.dumps(PLAIN)})
        report = SavedReport.objects.get()
        assert kept.url == page("saved_report", report.code)
        runs = [client.post(page("saved_report_run", report.code)).url for _ in range(2)]
        shown = client.get(runs[0])
        assert sorted(row["gmv"] for row in shown.context["result"].rows) == [0, 50, 200]
        one, two = ReportRun.objects.values_list("code", flat=True)
        ticked = client.get(page("runs_compare"), {"run": [one, two]})
        assert client.get(ticked.url).context["found"].number == 0
        assert client.get(page("runs_compare"), {"run": [one]}).url == page("runs")
        assert client.post(page("run_again", one)).url.startswith(page("run", one))
        assert client.get(page("run_changes", one, two), {"page": "9" * 30}).status_code == 200
        future = json.dumps(PLAIN | {"as_of": (NOW + DAY).isoformat()})
        assert client.post(page("runs"), {"definition": future}).status_code == 400
        told = client.get(page("run_changes_file", one, two))
        assert b"".join(told.streaming_content).count(b"\n") == 1
        assert client.get(page("run_file", one, "xlsx")).status_code == 200
        plan = {"rhythm": "weekly", "hour": 8, "format": "csv", "recipients": [alice.pk]}
        assert client.post(page("saved_report_schedule", report.code), plan).status_code == 422
        assert client.post(page("saved_report_schedule", report.code), plan | {"weekday": 1}).status_code == 302
        assert ReportSchedule.objects.get().weekday == 1
        monkeypatch.setattr("reports.measuring.asking.MOST_ROWS", 2)
        shown = client.get(page("report"), {"kept": report.code})
        assert ("result" in shown.context, b"more than 2 rows" in shown.content) == (False, True)
        for name in ("runs", "reports"):
            assert b"Ours" in client.get(page(name)).content
        assert client.get(page("saved_report", report.code)).status_code == 200


def test_ones_own_report_and_its_runs_are_nobody_elses(client, shop, alice, dana, lived):
    with clock.at(NOW):
        own = saving.save(Shop(access_of(alice, shop, at=NOW)), name="Mine", definition=PLAIN, is_shared=False, at=NOW)
        client.force_login(alice)
        run = client.post(reverse("reports:saved_report_run", args=[shop.code, own.code])).url
        client.force_login(dana)
        assert client.get(run).status_code == 404
        assert client.get(reverse("reports:saved_report", args=[shop.code, own.code])).status_code == 404
