"""Stored reports: answered as asked at once, resumed where they were stopped, kept as files, sent, compared."""

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core import mail

from ads.models import Event
from chengfeng import clock, jobs, outbox, sheets
from chengfeng.models import Job, OutboxMessage
from reports.building import asking, files, running, saving, scheduling
from reports.building.audience import Shop
from reports.building.models import Format, ReportRun, ReportSchedule
from reports.building.reading import Kept, NotComparable, compare
from reports.building.ready_made import READY_MADE
from reports.measuring import storing
from reports.measuring.asking import ask as answer
from reports.measuring.definition import BadDefinition, parse
from shops.identity.linking import link
from shops.models import Membership, Product
from shops.people.rights import Right
from shops.tenancy import access_of
from tests import factories
from tests.reports import world
from tests.reports.test_measuring import DAY, MARCH, NOW, SOLD
from tests.reports.test_measuring import lived as lived

pytestmark = pytest.mark.django_db
ASKED = {
    "dimensions": ["campaign", "day"], "measures": ["gmv", "orders", "roi", "cpc", "net_gmv"], "period": MARCH,
    "compare": "before",
}  # fmt: skip


@pytest.fixture
def audience(shop, alice):
    return Shop(access_of(alice, shop, at=NOW, right=Right.REPORTS_VIEW))


def ask(audience, document=ASKED, at=NOW, **others) -> ReportRun:
    return asking.ask(audience, parse(document), at=at, **others)


def work(at=NOW) -> None:
    with clock.at(at):
        while jobs.run_due(at=at):
            pass


@pytest.mark.parametrize("name", ["day", "advertised_bought"])
def test_what_is_kept_is_what_is_answered(shop, lived, audience, name):
    document = READY_MADE[name][1] | {"period": MARCH, "compare": "before"}
    run = ask(audience, document, name=name)
    kept, direct = Kept(run), answer(parse(run.definition), [shop], at=NOW)
    measures = direct.measures

    def told(row):
        return row.keys, [(row[code], row.was(code)) for code in measures]

    assert [told(row) for row in kept.page()] == [told(row) for row in direct.rows]
    assert told(kept.total) == told(direct.total)
    assert (run.state, run.rows, run.heading["number"], run.version) == (
        "done", direct.number, direct.number, direct.version,
    )  # fmt: skip


def test_rows_are_read_a_page_at_a_time_in_any_order(audience, lived):
    kept = Kept(ask(audience))
    whole = kept.page()
    assert [row.keys for row in kept.page(start=1, number=1)] == [whole[1].keys]
    assert [row["gmv"] for row in kept.page(sort="-gmv")] == [200, 50, 0]
    assert [row.keys[1].day for row in kept.page(sort="-day")] == [3, 3, 2]
    with pytest.raises(ValueError, match="no column"):
        kept.page(sort="clicks")


def test_a_limit_says_of_how_many(audience, lived):
    run = ask(audience, ASKED | {"limit": 1, "sort": "-gmv"})
    kept = Kept(run)
    assert (run.rows, run.heading["number"], [row["gmv"] for row in kept.page()], kept.total["gmv"]) == (
        1, 3, [200], 250,
    )  # fmt: skip


def test_files_hold_every_row(audience, lived):
    run = ask(audience)
    made = {kind: b"".join(files.content(run, kind)) for kind in ("csv", "xlsx", "parquet")}
    table = pq.read_table(io.BytesIO(made["parquet"]))
    text = list(csv.reader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    sheet = list(openpyxl.load_workbook(io.BytesIO(made["xlsx"])).active.iter_rows(values_only=True))
    assert (len(text), len(sheet), table.num_rows) == (4, 4, 3)
    assert text[0] == list(sheet[0]) == list(files.headings(parse(run.definition), table.column_names).values())
    values = table.column("gmv").to_pylist()
    assert (sorted(values), table.schema.field("gmv").type) == ([0, 50, 200], pa.decimal128(24, 4))
    assert [float(row[text[0].index("GMV")]) for row in text[1:]] == values


def test_no_text_of_a_file_is_a_formula(audience, lived):
    world.Campaign.objects.update(name="=1+1")
    names = [row[1] for row in csv.reader(io.StringIO(b"".join(files.content(ask(audience), "csv")).decode()))]
    assert names == ["Campaign", "'=1+1", "'=1+1", "'=1+1"]


def test_a_sheet_that_is_too_long_is_refused_and_no_row_is_left_out(audience, lived, monkeypatch):
    run = ask(audience)
    monkeypatch.setattr(sheets, "SHEET_ROWS", 4)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(files.content(run, "xlsx")))).active
    assert sheet.max_row == 4
    monkeypatch.setattr(sheets, "SHEET_ROWS", 3)
    with pytest.raises(files.TooLong, match="A sheet holds 2 rows"):
        files.content(run, "xlsx")
    assert b"".join(files.content(run, "csv")).count(b"\n") == 4


def test_a_run_in_the_background_goes_on_where_it_was_stopped(audience, lived, monkeypatch):
    run = ask(audience, may_wait=False)
    write, written = storing._write, []

    def dying(part, *args):
        written.append(part)
        if len(written) == 2:
            raise KeyboardInterrupt
        write(part, *args)

    monkeypatch.setattr(storing, "_write", dying)
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    with pytest.raises(KeyboardInterrupt):
        work()
    at = datetime.now(UTC) + timedelta(minutes=5)
    work(at)
    run = ReportRun.objects.get(pk=run.pk)
    whole = len(storing.parts(parse(run.definition)))
    assert (run.state, len(written), len(set(written)), run.rows) == ("done", whole + 1, whole, 3)
    assert Kept(run).total["gmv"] == 250
    assert not running.folder_of(run).exists()
    assert (run.job.progress, run.job.total) == (run.job.total, storing.weight(parse(run.definition)))


def test_a_cancelled_run_ends_and_leaves_no_answer(audience, lived, monkeypatch):
    run = ask(audience, may_wait=False)

    def attend(work, **others):
        assert asking.cancel(audience, run, at=NOW)
        return work()

    monkeypatch.setattr(running, "attended", attend)
    work()
    run = ReportRun.objects.get(pk=run.pk)
    assert (run.state, run.rows, bool(run.file)) == ("cancelled", None, False)
    Job.objects.update(finished_at=NOW - 2 * DAY)
    with clock.at(NOW):
        assert running.forget(run.job, lambda *_: None) == {"files": 0, "parts": 1}


def test_whoever_asked_is_told_when_it_is_ready(audience, lived, monkeypatch):
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    run = ask(audience, may_wait=False, name="Week\nly")
    work()
    message = OutboxMessage.objects.get(topic="report.ready")
    assert (message.key, message.payload["report"], message.payload["run"]) == (run.code, "Week\nly", run.code)
    outbox.deliver(message)
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [(["alice@example.org"], "Report Week ly is ready")]
    assert run.code in mail.outbox[0].body


def test_what_is_kept_under_a_name_is_changed_by_who_read_it(audience, bob, shop):
    report = saving.save(audience, name="Mine", definition=ASKED, is_shared=False, at=NOW)
    bobs = Shop(access_of(bob, shop, at=NOW))
    assert (list(saving.visible(audience)), list(saving.visible(bobs))) == ([report], [])
    changed = saving.change(audience, report, version=1, is_shared=True, name="Ours", at=NOW)
    assert (changed.version, changed.name, list(saving.visible(bobs))) == (2, "Ours", [report])
    with pytest.raises(saving.Outdated):
        saving.change(audience, report, version=1, name="Late", at=NOW)
    saving.remove(audience, report, at=NOW)
    assert (list(saving.visible(audience)), list(saving.removed(audience))) == ([], [report])
    saving.restore(audience, report, at=NOW)
    assert list(saving.visible(audience)) == [report]


@pytest.mark.parametrize(
    ("fields", "moments"),
    [
        ({"rhythm": "daily", "hour": 8}, ["2026-03-07T13:00", "2026-03-08T12:00"]),  # clocks go forward on the 8th
        ({"rhythm": "weekly", "hour": 8, "weekday": 1}, ["2026-03-09T12:00", "2026-03-16T12:00"]),
        ({"rhythm": "monthly", "hour": 0, "day": 31}, ["2026-03-31T04:00", "2026-04-30T04:00"]),
    ],
)
def test_reports_come_by_the_clock_of_the_shop(fields, moments):
    planned, moment, found = ReportSchedule(**fields), datetime(2026, 3, 7, 12, tzinfo=UTC), []
    for _ in moments:
        moment = scheduling.next_time(planned, "America/New_York", after=moment)
        found.append(moment.strftime("%Y-%m-%dT%H:%M"))
    assert found == moments


def test_a_schedule_mails_members_and_nobody_else(audience, alice, dana, charlie, lived, monkeypatch):
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    report = saving.save(audience, name="Daily", definition=ASKED, at=NOW)
    plan = {"rhythm": "daily", "hour": 8, "at": NOW}
    with pytest.raises(scheduling.BadSchedule):
        scheduling.schedule(audience, report, recipients=[charlie], **plan)
    planned = scheduling.schedule(audience, report, recipients=[alice, dana], **plan)
    Membership.objects.filter(user=dana).update(revoked_at=NOW)
    with clock.at(planned.next_at):
        assert [scheduling.run(None, None), scheduling.run(None, None)] == [{"asked": 1}, {"asked": 0}]
    work(planned.next_at)
    outbox.deliver(OutboxMessage.objects.get(topic="report.ready"))
    assert [sent.to for sent in mail.outbox] == [["alice@example.org"]]
    run = ReportRun.objects.get(report=report)
    assert f"/runs/{run.code}/file/xlsx/" in mail.outbox[0].body


def test_an_empty_report_is_not_sent_unless_asked_for(audience, alice, shop, monkeypatch):
    monkeypatch.setattr(running, "attended", lambda work, **others: work())
    report = saving.save(audience, name="Daily", definition=ASKED, at=NOW)
    for is_sent_empty in (False, True):
        planned = scheduling.schedule(
            audience, report, rhythm="daily", hour=8, recipients=[alice], is_sent_empty=is_sent_empty, at=NOW
        )
        with clock.at(planned.next_at):
            scheduling.run(None, None)
        work(planned.next_at)
        outbox.deliver(OutboxMessage.objects.filter(topic="report.ready").latest("pk"))
    assert len(mail.outbox) == 1


def test_two_pulls_differ_by_what_was_posted_in_between(audience, lived):
    before = ask(audience, ASKED | {"compare": None, "as_of": (SOLD + DAY).isoformat()})
    after = ask(audience, ASKED | {"compare": None})
    found = compare(after, before)
    assert (found.earlier, found.later, found.number) == (before, after, 1)
    assert [(row.kind, row.values["net_gmv"]) for row in found.rows] == [("changed", (200, 100))]
    assert [(each.what, each.number, each.amount) for each in found.happened] == [
        ("sales", 1, None), ("refunds", 1, 100),
    ]  # fmt: skip
    assert (found.totals["gmv"], found.totals["net_gmv"]) == ((250, 250), (250, 150))
    assert [(cause.reason, cause.entries, cause.amount) for cause in found.causes] == [("refund", 1, -100)]
    with pytest.raises(NotComparable):
        compare(after, ask(audience))


def test_what_was_known_then_is_the_same_for_ever(audience, lived, shop):
    then = ASKED | {"as_of": (SOLD + DAY).isoformat(), "dimensions": ["campaign", "sku", "touch"], "compare": None}
    first = ask(audience, then | {"measures": ["gmv", "orders", "net_gmv"]})
    everything_happens(shop, lived)
    second = ask(audience, then | {"measures": ["gmv", "orders", "net_gmv"]}, at=NOW + DAY)
    assert (first.rows, first.version, first.totals) == (2, second.version, second.totals)
    for kind in Format.values:
        assert b"".join(files.content(first, kind)) == b"".join(files.content(second, kind)), kind


def everything_happens(shop, ads) -> None:
    """More events, sales, a refund, a link, a click found invalid, new names: all after the moment asked for."""
    late = SOLD + 2 * DAY
    world.event(ads[1], "click", at=SOLD - DAY, received_at=late, shopper=uuid.uuid4(), token=uuid.uuid4())
    order = world.Order.objects.order_by("pk")[1]
    world.refund(order, "10", at=late)
    link(order.shopper, factories.person("late"), evidence="login", at=late)
    Event.objects.filter(kind="click", campaign=ads[0].campaign).update(
        is_valid=False, reason="velocity", rescored_at=late
    )
    for number, ad in enumerate(ads):
        world.Campaign.objects.filter(pk=ad.campaign_id).update(name=f"{9 - number} renamed")
        Product.objects.filter(pk=ad.product_id).update(title=f"{9 - number} renamed")


def test_rows_are_new_gone_or_changed_and_all_are_in_the_file(audience, lived, shop):
    plain = {"dimensions": ["day", "sku"], "measures": ["gmv", "all_gmv", "all_orders"], "period": MARCH}
    before = ask(audience, plain | {"as_of": (SOLD + timedelta(hours=1)).isoformat()})
    Event.objects.filter(kind="click").update(is_valid=False, reason="velocity", rescored_at=SOLD + DAY)
    found = compare(before, ask(audience, plain))
    assert [(row.kind, row.values["gmv"], row.values["all_gmv"]) for row in found.rows] == [
        ("changed", (200, 0), (200, 200)), ("new", (None, 0), (None, 50)), ("new", (None, 0), (None, 100)),
    ]  # fmt: skip
    assert [(each.what, each.number) for each in found.happened] == [
        ("invalid_clicks", 2), ("sales", 2), ("refunds", 1)
    ]  # fmt: skip
    text = b"".join(files.changes(before, found.later)).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert head[-2:] == ["All orders, earlier", "All orders, later"]
    assert [(row[0], row[-2], row[-1]) for row in rows] == [("changed", "1", "1"), ("new", "", "1"), ("new", "", "1")]


def test_what_is_yet_to_come_cannot_be_known(audience, shop):
    with pytest.raises(BadDefinition, match="as_of"):
        ask(audience, ASKED | {"as_of": (NOW + DAY).isoformat()})


def test_files_are_let_go_of(audience, lived):
    run = ask(audience)
    with clock.at(run.expires_at + DAY):
        assert running.forget(None, None)["files"] == 1
    run.refresh_from_db()
    assert (run.state, run.is_ready) == ("done", False)
