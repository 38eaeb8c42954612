"""Exports: every row, no formula, the right people, and an end after seven days."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from chengfeng import jobs, sheets
from reports import exports
from reports.exports import writing
from reports.models import Export
from shops.tenancy import access_of
from shops.tokens import issue
from tests import factories

from . import world

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAYS = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}


@pytest.fixture
def sold(shop):
    product = factories.product(shop, title="=cmd|'/c calc'!A1")
    goods = factories.variant(shop, product=product)
    return [world.sell(goods, at=THEN + timedelta(hours=hour)) for hour in range(3)]


def write(shop, user, kind="orders", file_format="csv", columns=()) -> Export:
    at = timezone.now()
    made = exports.ask(access_of(user, shop, at=at), kind=kind, file_format=file_format, columns=columns, at=at, **DAYS)
    while jobs.run_due(at=timezone.now()):
        pass
    made.refresh_from_db()
    return made


def cells(export: Export) -> list[list[str]]:
    return list(csv.reader(StringIO(export.file.read().decode("utf-8-sig"))))


def test_a_csv_holds_every_order_in_the_shops_time(shop, alice, sold):
    made = write(shop, alice, columns=["total", "code", "paid_at"])
    rows = [[order.code, f"2026-03-03 1{2 + i}:00:00", "108"] for i, order in enumerate(sold)]
    assert cells(made) == [["Order", "Paid at", "Total"], *rows]
    assert (made.job.state, made.rows, made.job.progress, made.job.total) == ("done", 3, 3, 3)


def test_no_cell_is_a_formula(shop, alice, sold):
    made = write(shop, alice, kind="order_lines", columns=["title"])
    assert cells(made)[1] == ["'=cmd|'/c calc'!A1"]
    sheet = load_workbook(BytesIO(write(shop, alice, "order_lines", "xlsx", ["title"]).file.read())).active
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", "=cmd|'/c calc'!A1")


def test_an_excel_file_has_real_moments_and_numbers(shop, alice, sold):
    made = write(shop, alice, "orders", "xlsx", ["paid_at", "total"])
    rows = list(load_workbook(BytesIO(made.file.read())).active.values)
    assert rows == [("Paid at", "Total"), *((datetime(2026, 3, 3, 12 + i), 108) for i in range(3))]  # noqa: DTZ001


def test_what_no_sheet_holds_is_refused(shop, alice, sold, monkeypatch):
    monkeypatch.setattr("chengfeng.sheets.SHEET_ROWS", 3)
    made = write(shop, alice, "orders", "xlsx", ["code"])
    assert (made.job.state, bool(made.file)) == ("failed", False)


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "parquet"])
def test_batches_become_the_same_files_as_queries(db, tmp_path, file_format):
    query = "SELECT 'a' || n AS name, n * 1.5 AS number FROM generate_series(1, 3) n"
    columns, told = {"name": "Name", "number": "Number"}, []
    paths = [tmp_path / "query", tmp_path / "batches"]
    batch = pa.RecordBatch.from_pydict(
        {"number": [Decimal(n) * Decimal("1.5") for n in (1, 2, 3)], "name": ["a1", "a2", "a3"]}
    )
    common = {"file_format": file_format, "columns": columns, "told": told.append}
    rows = writing.from_query(paths[0], query=query, params={}, **common)
    assert (rows, writing.from_batches(paths[1], batches=[batch], **common)) == (3, 3)
    assert told[-1] == 3
    first, second = (content(path, file_format) for path in paths)
    assert first == second
    assert len(first) == (4 if file_format != "parquet" else 3)


def content(path, file_format) -> list:
    if file_format == "parquet":
        return pq.read_table(path).to_pylist()
    if file_format == "csv":
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    return list(load_workbook(path.open("rb")).active.values)


@pytest.mark.parametrize("kind", Export.Kind.values)
@pytest.mark.parametrize("file_format", Export.Format.values)
def test_every_kind_can_be_written(shop, alice, sold, kind, file_format):
    world.refund(sold[0], "10", at=THEN + timedelta(days=1))
    rows = {"orders": 3, "order_lines": 3, "ad_days": 0, "product_days": 2, "days": 2, "payments": 4}
    assert write(shop, alice, kind, file_format).rows == rows[kind]


def test_a_cancelled_export_writes_nothing(shop, alice, sold):
    at, access = timezone.now(), access_of(alice, shop, at=timezone.now())
    made = exports.ask(access, kind="orders", file_format="csv", at=at, **DAYS)
    assert (exports.cancel(access, made, at=at), jobs.run_due(at=timezone.now())) == (True, False)
    assert not Export.objects.get().file


def test_a_file_is_for_its_shop_and_right_and_seven_days(client, shop, alice, dana, charlie, foreign_shop, sold):
    made = write(shop, alice)
    url = reverse("reports:export_file", args=[shop.code, made.code])
    codes = []
    for user in (alice, dana, charlie):  # an ad buyer may not see orders, a stranger sees nothing
        client.force_login(user)
        codes.append(client.get(url).status_code)
    assert codes == [200, 403, 404]
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(alice)
    assert client.get(url).status_code == 404
    assert (exports.forget(None, None), bool(Export.objects.get().file)) == ({"deleted": 1}, False)


def test_a_person_asks_on_the_page_and_sees_it_through(client, shop, alice, sold):
    client.force_login(alice)
    asked = {"kind": "orders", "format": "csv", **DAYS, "columns_orders": ["code"], "columns_days": ["day"]}
    page = client.post(reverse("reports:export_new", args=[shop.code]), asked)
    made = Export.objects.get()
    assert (page.url, made.columns) == (reverse("reports:export", args=[shop.code, made.code]), ["code"])
    backwards = asked | {"first": DAYS["last"], "last": DAYS["first"]}
    assert client.post(reverse("reports:export_new", args=[shop.code]), backwards).status_code == 422


@pytest.fixture
def program(client, shop, alice):
    """Return a function that calls the API as a program of Alice's."""
    _, secret = issue(merchant=shop, name="till", rights=["reports.view", "orders.view"], by=alice, at=THEN)
    headers = {"Authorization": f"Bearer {secret}"}

    def call(method, name, *args, data=None, key="", **query):
        path = reverse(f"reports:{name}", args=args, query=query)
        extra = {"content_type": "application/json"} if data is not None else {}
        return getattr(client, method)(path, data, headers=headers | {"Idempotency-Key": key}, **extra)

    return call


def test_a_program_reads_days_and_their_summary(program, sold):
    days = program("get", "api_days", **{"from": "2026-03-01", "to": "2026-03-31"}).json()
    assert [(day["day"], day["paid_gmv"], day["paid_orders"]) for day in days["results"]] == [
        ("2026-03-03", "324.0000", 3)
    ]
    summary = program("get", "api_summary", **{"from": "2026-03-01", "to": "2026-03-31"}).json()
    assert (summary["average_order"], summary["roi"], summary["currency"]) == ("108.0000", None, "CNY")


def test_a_program_climbs_the_ladder_of_shop_and_product(program, shop, sold):
    days = {"from": "2026-03-01", "to": "2026-03-31"}
    answer = program("get", "api_ladder", **days, clock="touch").json()
    assert [rung["metric"] for rung in answer["rungs"]] == ["touch_claimed_roi", "touch_roi", "touch_net_roi", ""]
    assert [rung["roi"] for rung in answer["rungs"]] == [None] * 4
    assert [answer[name] for name in ("final_after", "refunds_final_after")] == ["2026-05-01", "2026-05-10"]
    assert program("get", "api_ladder", **days, product=sold[0].lines.get().product.code).status_code == 200
    assert program("get", "api_ladder", **days, campaign="cmp_0000000000000000").status_code == 404
    assert program("get", "api_ladder", **days, campaign="a", product="b").status_code == 400


def test_a_program_is_told_what_is_wrong_with_its_days(program):
    answer = program("get", "api_days", **{"from": "2026-03-31", "to": "2026-03-01"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "to")


def test_a_program_asks_once_and_fetches(program, sold):
    asked = {"kind": "orders", "from": "2026-03-01", "to": "2026-03-31"}
    first = program("post", "api_exports", data=asked, key="k")
    again = program("post", "api_exports", data=asked, key="k")
    assert (first.status_code, again.json()) == (201, first.json())
    assert Export.objects.count() == 1
    jobs.run_due(at=timezone.now())
    code = first.json()["code"]
    assert program("get", "api_export", code).json()["state"] == "done"
    assert b"".join(program("get", "api_export_file", code).streaming_content).count(b"\n") == 4


@pytest.mark.django_db(transaction=True)
def test_the_database_may_be_asked_while_it_writes_rows():
    told = []
    lines = sheets.csv(
        "SELECT generate_series(1, 1500)", {}, headings=["number"],
        told=lambda rows: told.append((rows, Export.objects.count())),
    )  # fmt: skip
    assert b"".join(lines).count(b"\n") == 1501
    assert told == [(1000, 0), (1500, 0)]
