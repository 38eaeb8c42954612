"""The pages of settlement: what a merchant sees of its money, its files, and the operators' payouts."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from chengfeng import clock
from chengfeng.models import Account
from orders.models import BankAccount, Checkout, Payout, PayoutBatch, RateChange, Settlement, Statement
from orders.settlement import payouts, statements
from shops.models import AuditEntry, Category
from shops.people.rights import Right
from tests import factories

from .conftest import merchant_client
from .settling import DUE, bank_account, delivered, give_back, settled

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def at_due():
    with clock.at(DUE):
        yield


@pytest.fixture
def olga(db):
    return factories.person("olga", is_staff=True)


def page(client, user, name, *codes, **query):
    client.force_login(user)
    return client.get(reverse(f"orders:{name}", args=codes), query)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_overview_tells_what_is_due_coming_and_under_way(client, fay, shop, shirt, django_assert_num_queries):
    made = settled(shirt)
    delivered(shirt, at=DUE - timedelta(days=1))
    give_back(made, "20")
    client.force_login(fay)
    with django_assert_num_queries(20):
        answer = client.get(reverse("orders:settlement", args=[shop.code]))
    context = answer.context
    assert (context["current"].closing, context["coming"], context["coming_orders"]) == (95, 114, 1)
    assert [amount for amount in context["chart"]["series"][0]["data"] if amount] == [114]


@pytest.mark.parametrize("name", ["settlement", "settlement_coming", "statements", "settlement_payouts"])
def test_who_serves_customers_does_not_see_the_money(client, bob, shop, name):
    assert page(client, bob, name, shop.code).status_code == 403


def test_a_waiting_order_says_when_it_falls_due(client, fay, shop, shirt):
    made = delivered(shirt, at=DUE)
    (order,) = page(client, fay, "settlement_coming", shop.code, q=made.code.lower()).context["page"].object_list
    assert (order.due_at, order.earned.net) == (DUE + WEEK, 114)


@pytest.mark.parametrize("number", [1, 3])
def test_a_statement_takes_as_many_queries_for_three_orders(
    client, fay, shop, shirt, number, django_assert_num_queries
):
    for _ in range(number):
        settled(shirt)
    statements.close_due(at=DUE + WEEK)
    address = reverse("orders:statement", args=[shop.code, Statement.objects.get().code])
    client.force_login(fay)
    with django_assert_num_queries(10):
        answer = client.get(address)
    assert len(answer.context["page"].object_list) == number


def test_lines_lead_to_their_order_and_their_transfer(client, fay, shop, shirt):
    made = settled(shirt)
    found = Settlement.objects.get()
    html = page(client, fay, "statement", shop.code, "current").content.decode()
    links = [reverse("orders:order", args=[shop.code, made.code]), _transfer(shop, found)]
    assert [html.count(f'href="{link}"') for link in links] == [1, 1]
    entries = client.get(links[1]).context["entries"]
    assert sorted((entry.account.kind, entry.amount) for entry in entries) == [
        ("commission", 6), ("payable", 114), ("sales", -120),
    ]  # fmt: skip


def _transfer(shop, settlement) -> str:
    return reverse("orders:transfer", args=[shop.code, settlement.transfer.code])


def test_lines_are_found_by_order_kind_and_day(client, fay, shop, shirt):
    made, other = settled(shirt), settled(shirt)
    give_back(made, "20", at=DUE + WEEK)

    def found(**query):
        rows = page(client, fay, "statement", shop.code, "current", **query).context["page"].object_list
        return sorted((row.order_id == made.pk, row.kind) for row in rows)

    assert found(q=other.code) == [(False, "order")]
    assert found(kind="clawback") == [(True, "clawback")]
    assert found(last=DUE.date().isoformat()) == [(False, "order"), (True, "order")]


def test_a_statement_is_a_csv_file_that_no_spreadsheet_executes(client, fay, shop, shirt):
    made = settled(shirt)
    Checkout.objects.update(external_reference="=cmd")
    give_back(made, "20")
    data = body(page(client, fay, "statement_file", shop.code, "current")).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(data))
    transfers = dict(Settlement.objects.values_list("number", "transfer__code"))
    assert [row[:4] + row[5:] for row in rows] == [
        ["2026-03-17 12:00:00", "Order", made.code, "'=cmd", "120.00", "0.00", "0.00", "0.00", "0.00", "-6.00",
         "114.00", transfers[1]],
        ["2026-03-17 12:00:00", "Claw-back", made.code, "'=cmd", "-20.00", "0.00", "0.00", "0.00", "0.00", "1.00",
         "-19.00", transfers[2]],
    ]  # fmt: skip
    assert len(head) == 13


def test_a_statement_is_an_excel_file(client, fay, shop, shirt):
    made = settled(shirt)
    data = body(page(client, fay, "statement_file", shop.code, "current", format="xlsx"))
    _head, row = load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    assert (row[2], row[11]) == (made.code, 114)


def test_a_statement_has_no_other_file(client, fay, shop):
    assert page(client, fay, "statement_file", shop.code, "current", format="pdf").status_code == 404


def test_a_bank_account_is_entered_masked_and_on_record(client, fay, shop):
    address = reverse("orders:bank_account", args=[shop.code])
    client.force_login(fay)
    wrong = client.post(address, {"holder": "Alice", "bank": "ICBC", "number": "12"})
    assert (wrong.status_code, BankAccount.objects.count()) == (422, 0)
    client.post(address, {"holder": "Alice", "bank": "ICBC", "number": "6222 0000 1111 8888"})
    html = client.get(address).content.decode()
    assert ("•••• 8888" in html, "11118888" in html) == (True, False)
    assert AuditEntry.objects.get().verb == "settlement.bank_account"


def test_an_order_page_partial_names_its_settlements(shop, shirt):
    made = settled(shirt)
    assert [s.net for s in made.settlements.select_related("transfer", "statement")] == [114]


# The operators


def test_two_operators_pay_out(client, oscar, olga, shop, shirt):
    settled(shirt)
    bank_account(shop)
    client.force_login(oscar)
    assert client.get(reverse("orders:payouts_prepare")).context["total"] == 114
    client.post(reverse("orders:payouts_prepare"), {"currency": "CNY"})
    batch = PayoutBatch.objects.get()
    approve = reverse("orders:payout_approve", args=[batch.code])
    assert (client.post(approve).status_code, Payout.objects.get().state) == (403, "prepared")
    client.force_login(olga)
    assert [client.post(approve).status_code for _ in range(2)] == [302, 409]
    assert client.get(reverse("orders:payouts")).context["page"].object_list[0].total == 114
    assert payouts.carry_out_all(at=DUE) == 1


def test_nothing_is_prepared_where_nothing_is_due(client, oscar, shop):
    Account.objects.create(kind="payable", owner=shop.code, currency="CNY")
    client.force_login(oscar)
    answer = client.post(reverse("orders:payouts_prepare"), {"currency": "CNY"})
    assert (answer.status_code, PayoutBatch.objects.count()) == (200, 0)


def test_a_withdrawn_batch_is_not_approved(client, oscar, olga, shop, shirt):
    settled(shirt)
    bank_account(shop)
    batch = payouts.prepare(currency="CNY", by=oscar, at=DUE)
    client.force_login(olga)
    client.post(reverse("orders:payout_withdraw", args=[batch.code]))
    assert client.post(reverse("orders:payout_approve", args=[batch.code])).status_code == 409


def test_a_rate_is_changed_on_record(client, oscar):
    category = factories.category()
    client.force_login(oscar)
    address = reverse("orders:commission")
    assert client.post(address, {str(category.pk): "101"}).status_code == 422
    client.post(address, {str(category.pk): "7.5"})
    client.post(address, {str(category.pk): "7.5"})
    changes = RateChange.objects.values_list("before", "after", "by__name")
    assert [tuple(map(str, change)) for change in changes] == [("0.0500", "0.0750", "Oscar")]
    assert str(Category.objects.get().commission_rate) == "0.0750"


def test_terms_are_agreed_at_the_desk(client, oscar, shop):
    client.force_login(oscar)
    said = {"merchant": shop.pk, "valid_from": "2026-03-01", "days": 3, "commission_rate": "0.02"}
    assert client.post(reverse("admin:orders_terms_add"), said).status_code == 302
    assert AuditEntry.objects.get().details == {"valid_from": "2026-03-01", "days": "3", "commission_rate": "0.02"}


# Programs


def test_programs_read_settlements_and_statements(shop, alice, shirt):
    made = settled(shirt)
    statements.close_due(at=DUE + WEEK)
    client = merchant_client(shop, alice, Right.SETTLEMENT_VIEW)
    (statement,) = client.get("/api/v1/statements").json()["results"]
    assert client.get(f"/api/v1/statements/{statement['code']}").json() == statement
    answer = client.get("/api/v1/settlements", {"statement": statement["code"], "order": made.code}).json()
    (row,) = answer["results"]
    assert (row["net"], row["statement"], row["lines"][0]["commission"]) == ("114.0000", statement["code"], "6.0000")
    assert (statement["settled"], statement["closing"]) == ("114.0000", "114.0000")


def test_a_program_without_the_right_is_refused(shop, alice):
    client = merchant_client(shop, alice, Right.ORDERS_VIEW)
    assert [client.get(f"/api/v1/{name}").status_code for name in ("settlements", "statements")] == [403, 403]
