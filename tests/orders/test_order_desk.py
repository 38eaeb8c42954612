"""The order desk: what needs somebody comes first, everything is found, and many orders are dealt with at once."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from openpyxl import Workbook, load_workbook

from chengfeng import clock, jobs
from orders.desk import finding, paging
from orders.desk.marking import write_note
from orders.desk.parcels import running
from orders.models import Checkout, Order, OrderNote, Payment, Shipment, ShippingRow, ShippingRun
from shops.catalogue.search import index_text
from shops.models import AuditEntry, Promotion, PromotionUse
from tests import factories
from tests.factories import AT

from .conftest import buy, merchant_client, paid

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk(bob, shop):
    """Bob at Alice's desk: `get` and `post` of addresses below the orders."""
    client = Client()
    client.force_login(bob)
    client.home = f"/console/{shop.code}/orders/"
    return client


def codes(answer) -> list[str]:
    return [order.code for order in answer.context["page"].rows]


def shown(desk, query: str, *, at=AT) -> list[str]:
    with clock.at(at):
        return codes(desk.get(f"{desk.home}?{query}"))


def test_the_list_costs_the_same_for_any_number_of_orders(desk, bob, shirt, hat, django_assert_num_queries):
    for more in (1, 2):
        for _ in range(more):
            order = paid(shirt, hat)
            write_note(order, text="Fragile", by=bob, at=AT)
        desk.get(desk.home)
        with django_assert_num_queries(10):
            desk.get(desk.home)


# Finding


@pytest.fixture
def sold(shop, bob):
    """One order with something of everything to be found by, and another that shares none of it."""
    product = factories.product(shop, title="棉麻连衣裙", title_en="Linen dress", external_id="P-77")
    product.search = index_text(product)
    product.save()
    order = paid(factories.variant(shop, sku="LD-9", product=product, price="129"), external_reference="TAO-1")
    Checkout.objects.filter(pk=order.checkout_id).update(
        recipient="李小龙", phone="+86 138-0013-8000", email="Bruce@example.org", region="浙江省"
    )
    Shipment.objects.create(merchant=shop, order=order, carrier="sf", tracking="SF123", shipped_at=AT)
    write_note(order, text="客户要求加急", by=bob, at=AT)
    coupon = Promotion.objects.create(
        merchant=shop, kind="coupon", benefit="fixed", amount=5, word="SPRING", title="Spring", currency="CNY",
        starts_at=AT, created_at=AT,
    )  # fmt: skip
    PromotionUse.objects.create(
        promotion=coupon, merchant=shop, cause=order.code, shopper=order.shopper, amount=5, at=AT
    )
    paid(factories.variant(shop, price="55"))
    return order


WORDS = ["TAO-1", "李小", "138-0013-8000", "8000", "bruce@", "LD-9", "ld-9", "连衣裙", "dress", "P-77", "sf123", "加急",
         "spring", "129", "¥129.00"]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_an_order_is_found_by_anything(shop, sold, words):
    found = finding.find(shop, words)
    assert (found.keys, found.is_capped) == ({sold.pk}, False)


def test_an_order_is_found_by_the_codes_of_what_belongs_to_it(shop, sold):
    parcel, payment = Shipment.objects.get(), sold.checkout.payments.get()
    for code in (sold.code, sold.code.upper(), sold.checkout.code, payment.code, parcel.code, sold.code[:12]):
        assert finding.find(shop, code).keys == {sold.pk}, code


@pytest.mark.parametrize("words", ["nobody", "000", "LD", "1", "%", "'", "\\", "ord_", "😀"])
def test_words_that_mean_nothing_find_nothing_foreign(foreign_shop, sold, words):
    assert finding.find(foreign_shop, words).keys == set()


def test_what_is_found_is_capped_at_the_latest(shop, shirt, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 2)
    orders = [paid(shirt) for _ in range(3)]
    found = finding.find(shop, shirt.sku)
    assert (found.keys, found.is_capped) == ({order.pk for order in orders[1:]}, True)


def copies(row, changes: list[dict]) -> list:
    """Write copies of a row under new codes, each with its own changes."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in ("id", "code")}
    return type(row).objects.bulk_create(type(row)(**{**fields, **changed}) for changed in changes)


@pytest.fixture
def many_sold(sold):
    """Hundreds of orders by as many phones, which the planner knows of: where there are few, any index will do."""
    checkouts = copies(sold.checkout, [{"quote": None, "phone": f"+86 139{n:08d}"} for n in range(300)])
    copies(sold, [{"checkout_id": checkout.pk} for checkout in checkouts])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_checkout, orders_order")


def test_words_go_through_indexes(shop, many_sold):
    """With sequential scans forbidden, none is left in any plan."""
    ways = [*finding._by_orders(shop, "8000"), *finding._by_orders(shop, "bruce"), *finding._by_parts(shop, "sf123")]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = [way.values("pk")[: finding.MOST].explain() for way in ways]
    assert [plan for plan in plans if "Seq Scan" in plan] == []
    assert any("checkout_phone_backwards" in plan for plan in plans)


# Filters


FILTERS = [
    ("state=paid", 2), ("state=shipped", 0), ("first=2026-03-10&last=2026-03-10", 2), ("first=2026-03-11", 0),
    ("product=LD-9", 1), ("product=dress", 1), ("region=浙江省", 1), ("low=100", 1), ("high=100", 1),
    ("low=70&high=100", 0), ("carrier=sf", 1), ("note=on", 1), ("flag=red", 0), ("refund=on", 0), ("message=on", 0),
    ("priced=presale", 0), ("priced=flash", 0), ("priced=promotion", 0), ("q=bruce&state=paid", 1), ("low=x", 2),
    ("low=9&high=1", 2), ("state=nonsense", 2), ("after=x&before=_", 2),
]  # fmt: skip


@pytest.mark.parametrize(("query", "number"), FILTERS)
def test_filters_stay_in_the_address(desk, sold, query, number):
    assert len(shown(desk, query)) == number


def test_a_filter_in_force_is_a_chip_that_can_be_removed(desk, sold):
    answer = desk.get(f"{desk.home}?q=bruce&flag=red&note=on&state=paid")
    assert [(str(label), str(value), way) for label, value, way in answer.context["chips"]] == [
        ("Search", "bruce", "?flag=red&note=on&state=paid"),
        ("Flag", "Red", "?q=bruce&note=on&state=paid"),
        ("Has a note", "", "?q=bruce&flag=red&state=paid"),
    ]


@pytest.mark.parametrize("sort", paging.SORTS)
def test_pages_by_key_show_every_order_once_both_ways(desk, shop, sort, monkeypatch):
    monkeypatch.setattr("orders.desk.views.desk.PAGE", 2)
    cheap, dear = (factories.variant(shop, price=price, stock=99) for price in ("10", "20"))
    for variant in (cheap, dear, cheap, dear, cheap):
        paid(variant)  # ties: all at one instant
    whole = shown(desk, f"state=paid&sort={sort}&page=1") + _walk(desk, sort)
    assert sorted(set(whole)) == sorted(Order.objects.values_list("code", flat=True))
    assert len(whole) == 5


def _walk(desk, sort) -> list[str]:
    """Go through the pages after the first, and back again, which must show the same."""
    page = desk.get(f"{desk.home}?state=paid&sort={sort}").context["page"]
    pages, seen = [page], []
    while page.after:
        page = desk.get(
            f"{desk.home}?state=paid&sort={sort}", {"state": "paid", "sort": sort, "after": page.after}
        ).context["page"]
        pages.append(page)
        seen += [order.code for order in page.rows]
    for earlier in reversed(pages[:-1]):
        page = desk.get(desk.home, {"state": "paid", "sort": sort, "before": page.before}).context["page"]
        assert page.rows == earlier.rows
    assert page.before == ""
    return seen


# What needs somebody


def test_exceptions_come_first_and_say_why(desk, shop, shirt):
    late, unpaid, asked = paid(shirt), buy(shirt).orders.get(), buy(shirt)
    Payment.objects.create(checkout=asked, provider="sandbox", method="card", amount=120, currency="CNY", created_at=AT)
    asked = asked.orders.get()
    with clock.at(AT + timedelta(minutes=5)):
        answer = desk.get(f"{desk.home}?state=attention")
        assert sorted(codes(answer)) == sorted([unpaid.code, asked.code])
        assert {order.code: [str(kind.title) for kind in order.reasons] for order in answer.context["page"].rows} == {
            unpaid.code: ["Unpaid, expires soon"],
            asked.code: ["Payment unknown", "Unpaid, expires soon"],
        }
    assert shown(desk, "state=attention&why=late", at=AT + 3 * DAY) == [late.code]
    assert shown(desk, "state=attention&why=late&q=nobody", at=AT + 3 * DAY) == []


# Many at once


def test_all_that_is_found_is_flagged_across_pages(desk, shop, shirt, monkeypatch):
    monkeypatch.setattr("orders.desk.views.desk.PAGE", 1)
    orders = [paid(shirt), paid(shirt), buy(shirt).orders.get()]
    address = f"{desk.home}flag/?state=paid"
    assert desk.post(address, {"scope": "all", "flag": "red"}).url == f"{desk.home}?state=paid"
    assert [Order.objects.get(pk=order.pk).flag for order in orders] == ["red", "red", ""]
    desk.post(address, {"scope": "all", "flag": "red"})
    assert AuditEntry.objects.filter(verb="order.flag").count() == 1  # the second time nothing changed
    assert shown(desk, "flag=red&sort=old") == [orders[0].code]
    assert desk.post(address, {"scope": "all", "flag": "pink"}).status_code == 302


def test_what_is_ticked_is_printed(desk, shop, shirt, hat):
    first, second = paid((shirt, 2), hat), paid(shirt)
    answer = desk.post(f"{desk.home}print/", {"order": [first.code, second.code], "sheet": "picking"})
    picks = desk.get(answer.url).context["picks"]
    assert [(pick.variant.sku, pick.units, [o.code for o, _ in pick.orders]) for pick in picks] == [
        (shirt.sku, 3, [first.code, second.code]), (hat.sku, 1, [first.code]),
    ]  # fmt: skip
    slips = desk.get(desk.post(f"{desk.home}print/?state=paid", {"scope": "all", "sheet": "slips"}).url)
    assert [order.code for order in slips.context["orders"]] == [first.code, second.code]
    assert desk.post(f"{desk.home}print/", {}).url == desk.home


def test_no_cell_of_a_file_is_a_formula(desk, shop, sold):
    Checkout.objects.filter(pk=sold.checkout_id).update(recipient="=1+1", phone="+86 1", street="@x\x0b")
    text = b"".join(desk.get(f"{desk.home}download/csv/?q=LD-9")).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Recipient"], row["Phone"], row["Goods"], row["Total"]) == ("'=1+1", "'+86 1", "LD-9 × 1", "129.00")
    sheet = load_workbook(io.BytesIO(desk.get(f"{desk.home}download/xlsx/?q=LD-9").content)).active
    cells = list(sheet.values)
    assert (cells[1][0], cells[1][6], cells[1][21]) == (sold.code, "'=1+1", 129)


# Notes and flags of one order


def test_notes_stay_and_are_struck(desk, shop, shirt, bob):
    order = paid(shirt)
    address = f"{desk.home}{order.code}/"
    for text in ("Call first", "Call first", ""):
        desk.post(f"{address}remarks/", {"text": text})
    note = OrderNote.objects.get()
    for _ in range(2):
        desk.post(f"{address}remarks/{note.code}/strike/")
    note.refresh_from_db()
    assert (note.text, note.by, note.struck_by) == ("Call first", bob, bob)
    assert finding.find(shop, "call").keys == set()
    titles = [str(event.title) for event in desk.get(address).context["events"]]
    assert {"Note", "Note struck", "Paid", "Payment captured"} <= set(titles)


def test_the_time_line_tells_the_deeds_of_programs_in_words(desk, shop, shirt, alice):
    order, till = paid(shirt), merchant_client(shop, alice)
    desk.post(f"{desk.home}{order.code}/flag/", {"flag": "red"})
    till.post("/api/v1/deliveries", {"orders": [order.code]}, format="json")  # refused: it leaves nothing
    cancel = f"/api/v1/orders/{order.code}/cancellation"
    assert till.post(cancel, {"reason": "unavailable"}, format="json").status_code == 200
    events = desk.get(f"{desk.home}{order.code}/").context["events"]
    told = [(event.title, str(event.by), event.facts) for event in events if event.icon == "history"]
    assert told == [("Cancelled", "program “till”", "Goods unavailable"), ("Flag", "Bob", "Red")]


def test_a_parcel_with_some_units_leaves_the_rest(desk, shirt, hat):
    order = paid((shirt, 3), hat)
    lines = {line.variant_id: line.code for line in order.lines.all()}
    address = f"{desk.home}{order.code}/"
    parcel = {"carrier": "sf", "tracking": "SF1", lines[shirt.pk]: "2", lines[hat.pk]: "0"}
    assert desk.post(f"{address}ship/", parcel | {lines[shirt.pk]: "4"}).status_code == 422
    desk.post(f"{address}ship/", parcel)
    order.refresh_from_db()
    assert order.state == "partly"
    assert Shipment.objects.get().content == {lines[shirt.pk]: 2}
    desk.post(f"{address}ship/", {"carrier": "sf", "tracking": "SF2"})
    order.refresh_from_db()
    assert order.state == "shipped"
    assert sorted(Shipment.objects.values_list("tracking", flat=True)) == ["SF1", "SF2"]


# By file


def upload(desk, text: str | bytes, name: str = "parcels.csv") -> ShippingRun | list[str]:
    """Send a file; return the dry run, or the errors."""
    content = text.encode() if isinstance(text, str) else text
    answer = desk.post(f"{desk.home}parcels/", {"file": SimpleUploadedFile(name, content)})
    if answer.status_code == 422:
        return answer.context["form"].errors["file"]
    return ShippingRun.objects.get(code=answer.url.rstrip("/").rpartition("/")[2])


def rows(run: ShippingRun) -> list[tuple]:
    return list(run.rows.values_list("number", "outcome", "field", "rule"))


def carry_out(desk, run: ShippingRun) -> ShippingRun:
    answer = desk.post(f"{desk.home}parcels/{run.code}/apply/")
    while jobs.run_due(at=clock.now()):
        pass
    return ShippingRun.objects.get(code=answer.url.rstrip("/").rpartition("/")[2])


def test_a_file_is_tried_out_then_carried_out_once(desk, shop, shirt, hat):
    whole, split, unpaid = paid(shirt), paid((shirt, 2), hat), buy(shirt).orders.get()
    Checkout.objects.filter(pk=whole.checkout_id).update(external_reference="T-1")
    text = "\n".join([
        "订单号,快递公司,运单号,sku,units",
        "T-1,顺丰速运,SF1,,",
        f"{split.code},zto,Z1,{shirt.sku},1",
        f"{split.code},zto,Z1,{hat.sku},1",
        f"{split.code},zto,Z2,{shirt.sku},5",
        f"{unpaid.code},zto,Z3,,",
        "nobody,zto,Z4,,",
        f"{whole.code},,,,",
        f"{split.code},zto,Z1,{hat.sku},1",
    ])  # fmt: skip
    refused = [(5, "refused", "units", "too_many"), (6, "refused", "order", "wrong_state"),
               (7, "refused", "order", "unknown"), (8, "refused", "tracking", "required"),
               (9, "refused", "sku", "duplicate")]  # fmt: skip
    rehearsal = upload(desk, text)
    assert rows(rehearsal) == [(n, "ready", "", "") for n in (2, 3, 4)] + refused
    assert Shipment.objects.count() == 0
    real = carry_out(desk, rehearsal)
    assert rows(real) == [(n, "shipped", "", "") for n in (2, 3, 4)] + refused
    assert {p.tracking: sorted(p.content.values()) for p in Shipment.objects.all()} == {"SF1": [1], "Z1": [1, 1]}
    assert carry_out(desk, rehearsal) == real
    again = upload(desk, text)
    assert [row[1] for row in rows(again)] == ["repeated"] * 3 + ["refused"] * 4 + ["repeated"]
    assert Shipment.objects.count() == 2
    report = b"".join(desk.get(f"{desk.home}parcels/{real.code}/rows/?refused=1")).decode("utf-8-sig")
    assert [row["rule"] for row in csv.DictReader(io.StringIO(report))] == [rule for *_, rule in refused]


def test_a_run_goes_on_where_it_was_interrupted(desk, shop, shirt, monkeypatch):
    orders = [paid(shirt) for _ in range(3)]
    rehearsal = upload(desk, "order,tracking\n" + "\n".join(f"{o.code},S{n}" for n, o in enumerate(orders)))

    real_ship, shipped = running._ship, []

    def dies_at_the_second(run, parcel, access):
        if len(shipped) == 1:
            shipped.append(None)
            raise RuntimeError("killed")
        shipped.append(parcel)
        real_ship(run, parcel, access)

    monkeypatch.setattr(running, "_ship", dies_at_the_second)
    with clock.at(AT):
        desk.post(f"{desk.home}parcels/{rehearsal.code}/apply/")
    jobs.run_due(at=AT)
    assert Shipment.objects.count() == 1
    jobs.run_due(at=datetime.now(UTC) + DAY)
    run = ShippingRun.objects.get(rehearsal=rehearsal)
    assert [row[1] for row in rows(run)] == ["shipped"] * 3
    assert (Shipment.objects.count(), AuditEntry.objects.filter(verb="order.ship").count()) == (3, 3)


def test_who_lost_the_right_ships_nothing_by_file(desk, shop, shirt, bob):
    rehearsal = upload(desk, f"order,tracking\n{paid(shirt).code},S1")
    with clock.at(AT):
        desk.post(f"{desk.home}parcels/{rehearsal.code}/apply/")
    bob.memberships.update(revoked_at=AT)
    jobs.run_due(at=AT)
    run = ShippingRun.objects.get(rehearsal=rehearsal)
    assert (run.job.state, Shipment.objects.count()) == ("failed", 0)


def test_a_workbook_is_read_as_well(desk, shirt):
    order, book, file = paid(shirt), Workbook(), io.BytesIO()
    book.active.append(["order", "carrier", "tracking"])
    book.active.append([order.code, "sf", 123456789012])
    book.save(file)
    run = upload(desk, file.getvalue(), "parcels.xlsx")
    assert list(run.rows.values_list("number", "outcome", "tracking")) == [(2, "ready", "123456789012")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04nonsense", "The workbook is damaged."),
        (b"%PDF-1.7", "This is not a text file. Save the sheet as CSV (UTF-8) and send that."),
        (b"a,b\n1,2", "These columns name no parcels: a, b. Needed are order (or reference) and tracking."),
        (b"order,tracking\n" + b"x,y\n" * 5001, "The file has more than 5000 rows; split it."),
        (b"order,tracking\n" + b"x" * (5 * 2**20), "The file is larger than 5 MB."),
    ],
    ids=["damaged", "pdf", "columns", "rows", "bytes"],
)
def test_a_file_that_is_no_table_of_parcels_is_refused(desk, content, said):
    assert upload(desk, content) == [said]
    assert ShippingRow.objects.count() == 0


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_template_can_be_filled_in_and_sent(desk, shop, shirt, language):
    order = paid((shirt, 2))
    desk.cookies["django_language"] = language
    text = b"".join(desk.get(f"{desk.home}parcels/template/")).decode("utf-8-sig")
    header, line = csv.reader(io.StringIO(text))
    assert (line[0], line[-1]) == (order.code, f"{shirt.sku} × 2")
    line[1:3] = ["sf", "SF9"]
    file = io.StringIO()
    csv.writer(file).writerows([header, line])
    assert rows(upload(desk, file.getvalue())) == [(2, "ready", "", "")]


@pytest.mark.parametrize("deed", ["ship", "flag", "print"])
def test_a_deed_for_no_order_at_all_says_so(desk, deed):
    answer = desk.post(f"{desk.home}{deed}/", {"flag": "red"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Choose the orders first."]


def test_a_carrier_is_known_by_any_of_its_names(desk, shirt):
    order = paid(shirt)
    desk.post(f"{desk.home}{order.code}/ship/", {"carrier": "顺丰", "tracking": "SF1"})
    assert order.shipments.get().carrier == "sf"


def test_endless_words_find_nothing(desk, shirt):
    paid(shirt)
    assert shown(desk, f"q={'x' * 500}") == []
