"""The wallet's pages and programs: who sees what, forms that refuse, files that are complete."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook

from ads import wallet
from ads.models import Grant, TopUp
from ads.wallet import rebates
from chengfeng import payments
from chengfeng.payments import Outcome, Page, sandbox
from shops import tokens
from shops.people.rights import Right
from tests.factories import AT, fund

from . import adverts
from .test_charging import LATER, charge, grant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def entered(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def spent(shop):
    """A wallet with 10 in cash and 1 granted, of which ads cost 3."""
    fund(shop, "10")
    grant(shop, "1")
    charge(adverts.ad(shop), "2", "1")


class Paged:
    """A provider with a page that is paid while somebody looks at it."""

    outcome = Outcome("pending")

    def open_page(self, *, reference, amount, currency, title, return_to, at):
        self.return_to = return_to
        return Page(f"https://pay.example/{reference}?{return_to}", f"cs_{reference}")

    def is_page(self, known):
        return known.startswith("cs_")

    def page(self, known):
        return f"https://pay.example/{known}"

    def find(self, reference, *, known="", since=None):
        return type(self).outcome

    def close_page(self, known):
        return Outcome("failed", failure="expired")


@pytest.fixture
def paged(settings, monkeypatch):
    monkeypatch.setattr(payments, "provider", lambda name: Paged() if name == "stripe" else sandbox.Sandbox())
    monkeypatch.setattr(Paged, "outcome", Outcome("pending"))
    settings.TOP_UPS_BY = ["stripe"]


def test_a_merchant_sees_cash_grants_and_what_moved(shop, dana, spent):
    page = entered(dana).get(f"/console/{shop.code}/wallet/").content.decode()
    assert ["CN¥8.00" in page, "Welcome" in page, 'id="chart-course"' in page, "Top up" in page] == [
        True, False, True, False,
    ]  # fmt: skip


def test_only_who_may_fund_tops_up_and_sets_alarms(shop, dana, fay):
    for address in ("", "alerts/"):
        assert entered(dana).post(f"/console/{shop.code}/wallet/{address}").status_code == 403
    said = {"alert_balance": "12.50", "alert_days": "5"}
    assert entered(fay).post(f"/console/{shop.code}/wallet/alerts/", said).status_code == 302
    assert 'value="12.50"' in entered(fay).get(f"/console/{shop.code}/wallet/").content.decode()


def test_a_top_up_is_paid_on_the_provider_s_page(shop, fay, paged, monkeypatch):
    client, address = entered(fay), f"/console/{shop.code}/wallet/"
    code = "top_0123456789ABCDEF"
    answer = client.post(address, {"amount": "50", "code": code, "page": "1"})
    assert answer.url.startswith(f"https://pay.example/{code}?")
    assert answer.url.endswith(f"{address}?back={code}")
    assert client.post(f"{address}top-ups/{code}/", {"go_on": "1"}).url == f"https://pay.example/cs_{code}"
    monkeypatch.setattr(Paged, "outcome", Outcome("succeeded", "pi_1"))
    for _ in range(2):
        client.get(f"{address}?back={code}")
    assert (TopUp.objects.get().state, wallet.balance(shop)) == ("done", 50)


def test_a_page_can_be_given_up(shop, fay, paged):
    client, code = entered(fay), "top_0123456789ABCDEF"
    client.post(f"/console/{shop.code}/wallet/", {"amount": "50", "code": code, "page": "1"})
    client.post(f"/console/{shop.code}/wallet/top-ups/{code}/", {"give_up": "1"})
    assert (TopUp.objects.get().state, wallet.balance(shop)) == ("failed", 0)


def test_nobody_tops_up_by_a_provider_that_is_not_offered(shop, fay, paged):
    said = {"amount": "50", "code": "top_0123456789ABCDEF", "source": "approve"}
    entered(fay).post(f"/console/{shop.code}/wallet/", said)
    assert list(TopUp.objects.values_list("provider", flat=True)) == ["stripe"]


def test_the_statement_is_complete_in_every_form(shop, dana, spent):
    client, address = entered(dana), f"/console/{shop.code}/wallet/statement/"
    text = b"".join(client.get(f"{address}file/?by=line").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    kinds = ["Top-up", "Grant", "Charge", "Charge"]
    assert [(row[1], *map(Decimal, row[4:8])) for row in rows] == [
        ("Top-up", 10, 0, 10, 0), ("Grant", 0, 1, 10, 1), ("Charge", -1, -1, 9, 0), ("Charge", -1, 0, 8, 0),
    ]  # fmt: skip
    book = b"".join(client.get(f"{address}file/?by=line&format=xlsx").streaming_content)
    assert [row[1] for row in load_workbook(io.BytesIO(book)).active.iter_rows(min_row=2, values_only=True)] == kinds
    summed = wallet.statement(shop, by_day=True)
    assert [(line.kind, line.count, line.cash, line.cash_after) for line in summed] == [
        ("charge", 2, -2, 8), ("grant", 1, 0, 10), ("top_up", 1, 10, 10),
    ]  # fmt: skip
    assert "× 2" in client.get(address).content.decode()
    assert len(wallet.statement(shop, kind="charge")) == 2
    assert len(wallet.statement(shop, last=AT.date() - timedelta(days=1))) == 0
    assert len(wallet.statement(shop, first=AT.date())) == 4
    assert len(wallet.statement(shop, first=AT.date() + timedelta(days=1))) == 0
    assert len(wallet.statement(shop, first=date.min, last=date.max)) == 4


def test_a_program_reads_wallet_and_statement(shop, alice, spent):
    rights = [Right.WALLET_VIEW, Right.WALLET_FUND]
    secret = tokens.issue(merchant=shop, name="t", rights=rights, by=alice, at=AT)[1]
    client = Client(headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "1"})
    told = client.get("/api/v1/wallet").json()
    assert (told["balance"], told["granted"], told["frozen"], told["grants"]) == ("8.0000", "0.0000", "0.0000", [])
    lines = client.get("/api/v1/wallet/statement?kind=charge").json()
    after = [(line["cash"], line["cash_after"]) for line in lines["results"]]
    assert after == [("-1.0000", "8.0000"), ("-1.0000", "9.0000")]
    asked = [{"amount": "5"}, {"amount": "5", "provider": "sandbox"}]
    refused = [client.post("/api/v1/wallet/top-ups", body, "application/json").status_code for body in asked]
    assert refused == [422, 400]


def test_an_operator_gives_grants_one_by_one_and_from_a_file(shop, oscar):
    client = entered(oscar)
    said = {"merchant": "alice", "kind": "grant", "amount": "5", "reason": "Hi", "last_day": "2026-03-01"}
    assert client.post("/platform/grants/new/", said).status_code == 422
    assert client.post("/platform/grants/new/", said | {"last_day": "2026-03-10"}).url == "/platform/grants/"
    sheet = "merchant,amount,reason,last_day\nalice,7,Sorry,2026-03-12\n"
    looked = client.post("/platform/grants/file/", {"file": io.StringIO(sheet)})
    assert Grant.objects.count() == 1
    client.post("/platform/grants/file/", {"text": looked.context["text"], "give": "1"})
    given = Grant.objects.order_by("pk").values_list("amount", "given_by", "expires_at")
    assert [(amount, by) for amount, by, _ in given] == [(5, oscar.pk), (7, oscar.pk)]
    assert given[0][2] == AT + timedelta(hours=12)  # the end of the merchant's day
    assert client.get("/platform/grants/").status_code == 200


def test_an_operator_freezes_and_gives_rebates(shop, oscar, monkeypatch, spent):
    client, said = entered(oscar), {"merchant": shop.code, "what": "freeze", "amount": "9", "reason": "Check"}
    code = {"code": "frz_0123456789ABCDEF"}
    assert client.post("/platform/grants/freeze/", said | code).status_code == 422
    assert client.post("/platform/grants/freeze/", said | code | {"amount": "8"}).status_code == 302
    assert wallet.standing(shop, at=AT).frozen == 8
    asked = "/platform/grants/rebates/?month=2026-03&percent=10&days=30"
    assert client.get(asked).status_code == 422
    monkeypatch.setattr(rebates, "midnight", lambda *_: AT)
    assert "CN¥0.20" in client.get(asked).content.decode()
    client.post("/platform/grants/rebates/", {"month": "2026-03", "percent": "10", "days": "30"})
    assert Grant.objects.get(kind="rebate").expires_at == AT + timedelta(days=30) != LATER
