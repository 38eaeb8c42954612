"""Reports over a portfolio: of the shops that are lent to a person now, one currency at a time, nobody else's."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse

from chengfeng import clock, jobs, outbox
from chengfeng.models import OutboxMessage
from reports.building import running, scheduling
from reports.building.models import ReportRun, ReportSchedule, SavedReport
from shops.models import AuditEntry, Delegation
from tests import factories
from tests.reports import world
from tests.reports.test_measuring import DAY, MARCH, NOW, SOLD
from tests.reports.test_measuring import lived as lived

pytestmark = pytest.mark.django_db
BY_SHOP = {"dimensions": ["merchant"], "measures": ["all_gmv", "gmv"], "period": MARCH, "sort": "-all_gmv"}


def lend(shop, user, *, kind: str = "ka", **terms) -> Delegation:
    return Delegation.objects.create(
        merchant=shop, delegate=user, kind=kind, granted_by=user, starts_at=SOLD - DAY,
        **{"rights": ["reports.view"], "expires_at": NOW + 30 * DAY} | terms,
    )  # fmt: skip


@pytest.fixture
def portfolio(client, kai, shop, lived):
    """Two shops with sales, and one in another currency, lent to Kai, who is logged in; the shops."""
    other, abroad = factories.merchant("B shop"), factories.merchant("Abroad", currency="EUR")
    world.sell(factories.variant(other, price="70"), at=SOLD)
    world.sell(factories.variant(abroad, price="30"), at=SOLD)
    for each in (shop, other, abroad):
        lend(each, kai)
    client.force_login(kai)
    with clock.at(NOW):
        yield shop, other, abroad


def page(name: str, *codes: str) -> str:
    return reverse(f"reports:portfolio_{name}", args=codes)


def ask(client, **others) -> ReportRun:
    client.post(page("runs"), {"definition": json.dumps(BY_SHOP | others)})
    return ReportRun.objects.latest("pk")


def rows(result) -> list[tuple]:
    return [(row.keys[0].name, row["all_gmv"], row["gmv"]) for row in result.rows]


def test_it_is_built_over_the_shops_of_one_currency(client, portfolio):
    asked = {"dimensions": "merchant", "measures": ["all_gmv", "gmv"], "sort": "-all_gmv", "period": "own", **MARCH}
    found = client.get(page("report"), asked).context["result"]
    assert (found.currency, rows(found)) == ("CNY", [("Alice & Co", 350, 250), ("B shop", 70, 0)])
    found = client.get(page("report"), asked | {"currency": "EUR"}).context["result"]
    assert (found.currency, rows(found)) == ("EUR", [("Abroad", 30, 0)])


def test_it_is_run_kept_and_handed_out_as_files(client, kai, portfolio):
    run = ask(client)
    shown = client.get(page("run", run.code))
    assert rows(shown.context["result"]) == [("Alice & Co", 350, 250), ("B shop", 70, 0)]
    assert client.get(page("run_file", run.code, "xlsx")).status_code == 200
    lend(factories.merchant("New"), kai)
    changed = client.post(page("run_again", run.code)).url
    assert changed.startswith(page("run", run.code))
    assert client.get(changed).context["found"].number == 0
    client.post(page("report_save"), {"name": "Mine", "definition": json.dumps(BY_SHOP), "currency": "EUR"})
    saved = SavedReport.objects.get()
    client.post(page("saved_report_run", saved.code))
    again = ReportRun.objects.latest("pk")
    assert (again.heading["currency"], [shop.name for shop in again.shops]) == ("EUR", ["Abroad"])
    assert b"Mine" in client.get(page("reports")).content
    told = AuditEntry.objects.filter(verb="report.run").values_list("merchant__name", "target")
    assert set(told) >= {("Alice & Co", run.code), ("B shop", run.code), ("Abroad", again.code)}


def test_a_shop_that_is_lent_no_more_drops_out_and_takes_its_files_along(client, portfolio):
    run = ask(client)
    Delegation.objects.filter(merchant=portfolio[0]).update(revoked_at=NOW)
    closed = [page("run", run.code), page("run_file", run.code, "csv")]
    assert [client.get(address).status_code for address in closed] == [404, 404]
    assert [client.post(page(name, run.code)).status_code for name in ("run_again", "run_cancel")] == [404, 404]
    assert (client.get(page("runs")).context["hidden"], [m.name for m in ask(client).shops]) == (1, ["B shop"])


def test_a_run_that_waits_leaves_out_what_is_lent_no_more_until_nothing_is_left(client, portfolio, monkeypatch):
    monkeypatch.setattr("reports.building.asking.is_quick", lambda *_: False)
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    run, refused = ask(client), ask(client)
    Delegation.objects.filter(merchant=portfolio[0]).update(expires_at=NOW)
    assert jobs.run_due(at=NOW)
    assert rows(client.get(page("run", run.code)).context["result"]) == [("B shop", 70, 0)]
    assert [each["name"] for each in ReportRun.objects.get(pk=run.pk).heading["left_out"]] == ["Alice & Co"]
    Delegation.objects.update(expires_at=NOW)
    assert jobs.run_due(at=NOW)
    refused = ReportRun.objects.get(pk=refused.pk)
    assert (refused.state, bool(refused.file), "is lent to you" in refused.job.error) == ("failed", False, True)


def test_it_is_sent_by_the_clock_over_what_is_lent_by_then(client, kai, portfolio, monkeypatch):
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    client.post(page("report_save"), {"name": "Mine", "definition": json.dumps(BY_SHOP), "currency": "CNY"})
    saved = SavedReport.objects.get()
    plan = {"rhythm": "daily", "hour": 8, "format": "csv"}
    assert client.post(page("saved_report_schedule", saved.code), plan).status_code == 302
    planned = ReportSchedule.objects.get()
    assert (list(planned.recipients.all()), planned.next_at.hour) == ([kai], 0)  # eight by the platform's clock
    held = []
    for ended in (None, portfolio[0], portfolio[1]):
        Delegation.objects.filter(merchant=ended).update(revoked_at=planned.next_at)
        with clock.at(planned.next_at):
            scheduling.run(None, None)
            while jobs.run_due(at=planned.next_at):
                pass
        planned.refresh_from_db()
        run = ReportRun.objects.latest("pk")
        outbox.deliver(OutboxMessage.objects.filter(topic="report.ready").latest("pk"))
        held.append(([m.name for m in run.shops], [m["name"] for m in run.heading["left_out"]], planned.fault))
    assert held == [
        (["Alice & Co", "B shop"], [], ""), (["B shop"], ["Alice & Co"], ""), (["B shop"], ["Alice & Co"], "maker"),
    ]  # fmt: skip
    assert "No shop of its currency" in client.get(page("saved_report", saved.code)).content.decode()
    assert ["Left out" in sent.body for sent in mail.outbox] == [False, True]
    assert f"/ka/reports/ran/{run.code}/file/csv/" in mail.outbox[1].body


def test_whoever_asked_is_told_and_no_shop(client, portfolio, monkeypatch):
    monkeypatch.setattr("reports.building.asking.is_quick", lambda *_: False)
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    factories.endpoint(portfolio[0], "report.ready")
    run = ask(client)
    assert jobs.run_due(at=NOW)
    message = OutboxMessage.objects.get(topic="report.ready")
    outbox.deliver(message)
    assert [(sent.to, page("run", run.code) in sent.body) for sent in mail.outbox] == [(["kai@example.org"], True)]
    assert message.payload["merchant"] == ""


def test_who_is_lent_nothing_finds_it_empty_and_may_ask_nothing(client, kai, shop, lived):
    client.force_login(kai)
    with clock.at(NOW):
        shown = [client.get(page(name)) for name in ("reports", "report", "runs")]
        assert [(answer.status_code, "result" in answer.context) for answer in shown] == [(200, False)] * 3
        assert client.post(page("runs"), {"definition": json.dumps(BY_SHOP)}).status_code == 403


def test_nobody_elses_portfolio_exists(client, portfolio, alice, charlie):
    run = ask(client)
    client.post(page("report_save"), {"name": "Mine", "definition": json.dumps(BY_SHOP)})
    saved = SavedReport.objects.get()
    kim = factories.person("kim", is_ka_manager=True)
    for shop in portfolio:
        lend(shop, kim)
    for person in (kim, alice, charlie):
        client.force_login(person)
        assert client.get(page("run", run.code)).status_code == 404
        assert client.get(page("saved_report", saved.code)).status_code == 404
    assert client.get(page("reports")).status_code == 404
    client.force_login(alice)
    assert client.get(reverse("reports:run", args=[portfolio[0].code, run.code])).status_code == 404


def test_an_agency_has_it_as_long_as_anybody_lends_to_it(client, shop, lived):
    agent = factories.person("ana")
    lent = lend(shop, agent, kind="agency", expires_at=NOW + timedelta(hours=1))
    client.force_login(agent)
    with clock.at(NOW):
        assert client.get(page("reports")).status_code == 200
    with clock.at(lent.expires_at):
        assert client.get(page("reports")).status_code == 404


def test_it_is_there_for_programs_of_whoever_is_logged_in(client, kai, portfolio):
    def call(method: str, path: str, body: dict | None = None):
        told = {"content_type": "application/json", "headers": {"Idempotency-Key": uuid4().hex}}
        answer = getattr(client, method)(f"/api/v1/ka/reports/{path}", *([json.dumps(body)] if body else []), **told)
        return answer.status_code, answer.json() if "json" in answer.get("Content-Type", "") else answer

    mine, lent = {"name": "Mine", "definition": BY_SHOP}, [shop.code for shop in portfolio]
    saved = call("post", "kept?currency=EUR", mine)[1]
    status, run = call("post", "ran", {"report": saved["code"]})
    assert (status, run["heading"]["currency"], run["shops"], run["totals"]["all_gmv"]) == (
        201, "EUR", lent[2:], "30.0000",
    )  # fmt: skip
    assert call("get", "ready-made")[1][0]["name"] == "shop"
    run = call("post", "ran", {"definition": BY_SHOP})[1]
    assert (run["state"], run["shops"], run["heading"]["left_out"]) == ("done", lent[:2], [])
    told = call("get", f"ran/{run['code']}/rows")[1]["results"]
    assert [(row["merchant"]["name"], row["gmv"]) for row in told] == [("Alice & Co", "250.0000"), ("B shop", "0.0000")]
    planned = call("put", f"kept/{saved['code']}/schedule", {"rhythm": "weekly", "weekday": 1, "format": "csv"})[1]
    assert (planned["hour"], planned["recipients"]) == (8, [kai.code])
    assert call("put", f"kept/{saved['code']}/schedule", {"rhythm": "weekly"})[0] == 400
    Delegation.objects.filter(merchant=portfolio[0]).update(revoked_at=NOW)
    assert [call(method, f"ran/{run['code']}{rest}")[0] for method, rest in CLOSED] == [404] * len(CLOSED)
    assert [each["shops"] for each in call("get", "ran")[1]["results"]] == [lent[2:]]
    client.logout()
    assert call("get", "ran")[0] in (302, 403)


CLOSED = [("get", ""), ("get", "/rows"), ("get", "/file/csv"), ("post", "/cancel"), ("post", "/retry")]
