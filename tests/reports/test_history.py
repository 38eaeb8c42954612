"""History: closed days in files, exactly once, whole or not at all, and forgetful of those who ask for it."""

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ads import partitions
from ads.models import Event
from chengfeng import clock, jobs
from chengfeng.models import Job, OutboxMessage
from orders.models import Order
from reports.history import closing, copying, covering, erasing, exporting, files, verifying
from reports.history.logs import EVENTS, LINES, LOGS, Bounds, Log
from reports.history.models import HistoryDay
from reports.history.writing import Busy, only_writer
from shops.models import Link
from tests import factories, killed
from tests.reports import world

DAY = timedelta(days=1)
COMMITTED = pytest.mark.django_db(transaction=True)
SAM = uuid.UUID(int=1)
ALL = Bounds()


def lived(shop, at: datetime) -> None:
    """Three days of clicks: the first with a sale, the second with a refund and a fraud found; the last is open."""
    world.fund(shop, at=at - 3 * DAY)
    ad = world.campaign(shop, factories.product(shop, brand="North"), at=at - 3 * DAY)
    shoes = factories.variant(shop)
    for days in (2, 1, 0):
        world.click(ad, at=at - days * DAY, shopper=SAM)
    order = world.sell(shoes, at=at - 2 * DAY + timedelta(hours=1), shopper=SAM)
    world.refund(order, "30", at=at - DAY)
    world.give_up(world.place(shoes, at=at - DAY), at=at - DAY + timedelta(hours=1))
    clicked = Event.objects.filter(kind="click").order_by("at").first()
    Event.objects.filter(pk=clicked.pk).update(is_valid=False, reason="velocity", rescored_at=at - DAY)
    Link.objects.create(shopper=SAM, number=1, person=uuid.UUID(int=9), evidence="login", at=at - DAY)


@pytest.fixture
def history(shop, at):
    lived(shop, at)
    return exporting.export(at=at)


def rows(log: Log, bounds: Bounds = ALL) -> list[dict]:
    """Rows as PostgreSQL tells them."""
    connection.ensure_connection()
    return [row for batch in copying.batches(log, bounds, using=connection.connection) for row in batch.to_pylist()]


def kept(log: Log) -> list[dict]:
    """Rows as the files tell them."""
    return [row for path in sorted(files.folder(log).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def everything() -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() for path in Path(files.folder(EVENTS)).parents[1].glob("**/*") if path.is_file()
    }


def manifest() -> list[tuple]:
    return list(HistoryDay.objects.order_by("log", "day").values_list("log", "day", "rows", "sha256"))


@pytest.mark.django_db
@pytest.mark.parametrize("log", [log for log in LOGS.values() if log is not EVENTS], ids=lambda log: log.name)
def test_rows_of_a_day_are_found_by_an_index(at, log):
    partitions.ensure(at.date(), at.date())
    for part in log.parts:
        day = f"{part.at} >= '{at}' AND {part.at} < '{at + DAY}'"
        told = " ".join(plan(f"SELECT FROM {part.table} WHERE {day} AND {part.where}"))
        assert re.search(rf"Index Cond: [^:]*{part.at.split('.')[1]} >=", told)


@pytest.mark.django_db
def test_events_of_a_day_are_found_in_the_partitions_of_their_decisions(at):
    partitions.ensure(at.date() - 9 * DAY, at.date() + 9 * DAY)
    query = copying.statement(EVENTS.sorted_query(), Bounds.of(at.date()), using=connection.connection)
    read = {name for line in plan(query) for name in re.findall(r" on ads_event_(\d+)", line)}
    assert read == {f"{at.date() + n * DAY:%Y%m%d}" for n in (-3, -2, -1, 0, 1)}


def plan(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query}")
        return [line for (line,) in cursor.fetchall()]


@pytest.mark.django_db
def test_an_event_is_logged_as_it_was_received_and_the_judgement_by_itself(shop, at):
    lived(shop, at)
    received = rows(EVENTS, Bounds.of((at - 2 * DAY).date()))
    assert [(row["kind"], row["is_valid"], row["reason"]) for row in received] == [
        ("click", True, None), ("impression", True, None), ("viewable", True, None),
    ]  # fmt: skip
    (judged,) = rows(LOGS["judgements"])
    assert (judged["kind"], judged["reason"], judged["recorded"]) == ("click", "velocity", micros(at - DAY))


def micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


@pytest.mark.django_db
def test_a_line_is_logged_with_the_goods_as_they_were_when_it_was_placed(shop, at):
    shoes = factories.variant(shop, product=factories.product(shop, brand="North"), price="12.5")
    order = world.place(shoes, 2, at=at + DAY, shopper=SAM)
    order.checkout.__class__.objects.update(region="Zhejiang")
    order.lines.update(cost=4)
    shoes.product.__class__.objects.update(brand="South", updated_at=at + 2 * DAY)
    (row,) = rows(LINES)
    assert row == {
        "recorded": micros(at + DAY), "line": order.lines.get().pk, "orders": order.code, "merchant": shop.pk,
        "currency": "CNY", "unit": 100, "shopper": SAM.hex, "product": shoes.product_id, "sku": shoes.pk,
        "brand": "North", "category": None, "region": "Zhejiang", "quantity": 2, "value": 250_000,
        "cost": 80_000,
    }  # fmt: skip


@COMMITTED
def test_closed_days_are_written_once_and_tell_what_postgresql_tells(history, at):
    midnight = datetime.combine(at.date(), datetime.min.time(), tzinfo=at.tzinfo)
    for log in LOGS.values():
        assert kept(log) == rows(log, Bounds(until=midnight))
    before = everything()
    assert exporting.export(at=at) == {"days": 0}
    assert everything() == before
    assert pq.read_metadata(files.path(EVENTS, (at - DAY).date())).schema.to_arrow_schema().metadata[b"schema"] == b"1"


def test_memory_holds_a_group_of_rows_however_many_come(tmp_path):
    held, kept_by_others = [], pa.total_allocated_bytes()

    def many() -> Iterator[pa.RecordBatch]:
        for number in range(200):
            rows = [{"recorded": number, "token": uuid.UUID(int=number).hex, "reason": "x" * 90}] * 5000
            yield pa.RecordBatch.from_pylist(rows, copying.schema(LOGS["judgements"]))
            held.append(pa.total_allocated_bytes() - kept_by_others)

    with (tmp_path / "many").open("wb") as sink:
        assert files.write(LOGS["judgements"], many(), sink) == 1_000_000
    group = 1.2 * files.GROUP_ROWS * 200
    assert max(held) < 4 * group < 1_000_000 * 140


@COMMITTED
def test_a_day_without_rows_is_known_to_have_none_and_has_no_file(history, at):
    assert HistoryDay.objects.get(log="paid", day=(at - DAY).date()).rows == 0
    assert not files.path(LOGS["paid"], (at - DAY).date()).exists()


@COMMITTED
def test_a_day_is_closed_ten_minutes_after_its_end_and_not_while_a_transaction_of_it_is_open(at):
    midnight = datetime(2026, 3, 10, tzinfo=at.tzinfo)
    assert closing.last_closed(at=midnight + timedelta(minutes=9)) == date(2026, 3, 8)
    assert closing.last_closed(at=midnight + timedelta(minutes=10)) == date(2026, 3, 9)
    today = clock.now()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        assert closing.last_closed(at=today + 3 * DAY) == today.date() - DAY
        cursor.execute("ROLLBACK")
    other.close()
    assert closing.last_closed(at=today + 3 * DAY) >= today.date() + DAY


@COMMITTED
def test_the_job_reports_and_rests_while_months_are_lived_through(shop, at, settings):
    lived(shop, at)
    told = []
    with clock.at(at):
        settings.SIMULATION = True
        assert exporting.run(Job(), lambda *each: told.append(each)) == {}
        settings.SIMULATION = False
        done = exporting.run(Job(), lambda *each: told.append(each))["days"]
    assert told == [*((n, done) for n in range(done)), (done, done)]


@COMMITTED
def test_killed_at_any_commit_and_run_again_it_leaves_the_same_files(shop, at):
    lived(shop, at)
    at_most = (at - 2 * DAY).date()
    exporting.export(at=at)
    whole, known = everything(), manifest()
    HistoryDay.objects.filter(day__gt=at_most).delete()
    for number, moment in ((1, killed.BEFORE), (1, killed.AFTER), (2, killed.BEFORE), (3, killed.AFTER)):
        died, _ = killed.die_at(number, moment, lambda: exporting.export(at=at))
        assert died
    exporting.export(at=at)
    assert (everything(), manifest()) == (whole, known)


@COMMITTED
def test_two_at_once_write_every_day_once(shop, at):
    lived(shop, at)

    def export() -> int:
        try:
            return exporting.export(at=at)["days"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in [pool.submit(export) for _ in range(2)]]
    assert sum(done) + exporting.export(at=at)["days"] == HistoryDay.objects.filter(rows__gt=0).count()
    assert set(HistoryDay.objects.values_list("version", flat=True)) == {1}
    assert list(verifying.verify(at=at)) == []


@COMMITTED
def test_what_comes_to_a_closed_day_after_all_is_written_by_the_next_run(history, shop, at):
    order = Order.objects.exclude(state="cancelled").get()
    world.move(order, "paid", "cancelled", at - DAY)
    assert exporting.export(at=at) == {"days": 1}
    assert HistoryDay.objects.get(log="cancelled", day=(at - DAY).date()).version == 2
    assert list(verifying.verify(at=at)) == []


@COMMITTED
def test_files_that_are_not_as_they_should_be_are_named_and_repaired(history, at):
    spoilt = files.path(EVENTS, (at - DAY).date())
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"?")
    gone = files.path(LINES, (at - DAY).date())
    gone.unlink()
    stray = files.path(EVENTS, date(2020, 1, 1))
    stray.write_bytes(b"")
    HistoryDay.objects.filter(log="refunds").delete()
    HistoryDay.objects.filter(log="links").update(rows=7)
    found = {str(fault) for fault in verifying.verify(at=at)}
    assert found == {
        f"{spoilt}: the checksum is another",
        f"{gone}: the file is gone",
        f"{stray}: no day of the manifest",
        f"{files.path(LOGS['refunds'], (at - DAY).date())}: missing",
        f"{files.path(LOGS['links'], (at - DAY).date())}: it has 1 rows, the manifest 7",
    }
    printed = StringIO()
    with clock.at(at), pytest.raises(SystemExit):
        call_command("verify_history", stdout=printed, no_color=True)
    assert set(printed.getvalue().splitlines()) == found
    with clock.at(at):
        call_command("verify_history", "--repair", stdout=printed)
        call_command("verify_history", stdout=printed)
    assert not stray.exists()


@COMMITTED
def test_days_with_other_columns_are_written_anew_and_the_old_ones_go(history, at):
    (day,) = HistoryDay.objects.filter(log="lines", rows__gt=0).values_list("day", flat=True)[:1]
    old = files.folder(LINES).parent / "v1" / files.path(LINES, day).name
    old.parent.mkdir()
    files.path(LINES, day).rename(old)
    HistoryDay.objects.filter(log="lines").update(schema=1)
    assert f"{files.path(LINES, day)}: missing" in {str(fault) for fault in verifying.verify(at=at)}
    assert exporting.export(at=at)["days"] > 0
    assert (old.exists(), list(verifying.verify(at=at))) == (False, [])
    old.write_bytes(b"")
    assert [str(fault) for fault in verifying.verify(at=at)] == [f"{old}: no day of the manifest"]


@COMMITTED
def test_rows_that_only_postgresql_has_are_found(history, shop, at):
    ad = world.campaign(shop, factories.product(shop), at=at - 3 * DAY)
    world.event(ad, "click", at=at - DAY, shopper=SAM, token=uuid.uuid4())
    assert [fault.why for fault in verifying.verify(at=at)] == ["it has 3 rows, PostgreSQL 4"]


@COMMITTED
def test_nobody_writes_beside_a_writer(history, at):
    with only_writer():
        assert exporting.export(at=at + DAY) == {"days": 0}
        with clock.at(at), pytest.raises(CommandError):
            call_command("verify_history", "--repair", stdout=StringIO())
        with pytest.raises(Busy), only_writer():
            pass


@COMMITTED
def test_who_is_erased_stands_in_no_file(history, at):
    new = {SAM: uuid.uuid4(), uuid.UUID(int=9): uuid.uuid4()}
    payload = {"shoppers": {str(SAM): str(new[SAM])}, "person": {str(uuid.UUID(int=9)): str(new[uuid.UUID(int=9)])}}
    others = [{**row, "shopper": None} for row in kept(EVENTS)]
    with clock.at(at):
        erasing.on_erased(OutboxMessage(topic="person.erased", payload=payload))
        assert jobs.run_due(at=at)
    job = Job.objects.get(kind="erase_history")
    assert (job.state, job.params) == ("done", {})
    assert {row["shopper"] for row in kept(EVENTS)} == {new[SAM].hex}
    assert [{**row, "shopper": None} for row in kept(EVENTS)] == others
    assert [(row["shopper"], row["person"]) for row in kept(LOGS["links"])] == [
        tuple(each.hex for each in new.values())
    ]
    assert list(verifying.verify(at=at)) == []


@COMMITTED
def test_erasing_that_is_killed_goes_on(history, at):
    replacements = {SAM.hex: uuid.UUID(int=2).hex}
    call = lambda: erasing.erase(replacements, at=at, report=lambda *each: None)  # noqa: E731
    for number, moment in ((1, killed.BEFORE), (1, killed.AFTER), (2, killed.BEFORE)):
        assert killed.die_at(number, moment, call)[0]
    call()
    assert {row["shopper"] for row in kept(EVENTS)} == {uuid.UUID(int=2).hex}
    assert list(verifying.verify(at=at)) == []
    assert call() == 0


@COMMITTED
def test_erasing_writes_anew_from_postgresql_what_it_cannot_read(history, at):
    spoilt, gone = files.path(EVENTS, (at - DAY).date()), files.path(LINES, (at - DAY).date())
    spoilt.write_bytes(b"PAR1")
    gone.unlink()
    assert erasing.erase({uuid.uuid4().hex: uuid.uuid4().hex}, at=at, report=lambda *each: None) == 2
    assert list(verifying.verify(at=at)) == []


@pytest.mark.django_db
def test_rows_are_in_a_file_or_in_a_gap_and_never_in_both(at):
    first = date(2026, 3, 1)
    for number in (1, 2, 4):
        HistoryDay.objects.create(
            log="events", day=first + DAY * number, schema=1, rows=1, bytes=1, sha256="0" * 64, written_at=at
        )
    HistoryDay.objects.create(log="events", day=first + DAY * 3, schema=1, rows=0, bytes=0, written_at=at)

    def covered(**bounds: datetime) -> tuple[list[int], list[tuple]]:
        found = covering.cover(EVENTS, Bounds(**bounds))
        return [int(path.stem[-2:]) for path in found.files], [(gap.since, gap.until) for gap in found.gaps]

    def of(day: int, hour: int = 0) -> datetime:
        return datetime(2026, 3, day, hour, tzinfo=at.tzinfo)

    assert covered() == ([2, 3, 5], [(None, of(2)), (of(6), None)])
    assert covered(since=of(3, 5), until=of(5, 7)) == ([3, 5], [])
    assert covered(since=of(1, 5), until=of(2, 7)) == ([2], [(of(1, 5), of(2))])
    assert covered(since=of(5, 5), until=of(9)) == ([5], [(of(6), of(9))])
    assert covered(since=of(7), until=of(8)) == ([], [(of(7), of(8))])
    assert covered(since=of(8), until=of(8)) == ([], [])
