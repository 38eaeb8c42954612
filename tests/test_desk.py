"""The operator's desk: every table is there, opens quickly, and money is only looked at."""

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.urls import reverse

from ads.models import AuctionRecord, AudienceMember, Behaviour, Event
from chengfeng import ledger
from chengfeng.admin import ReadOnlyAdmin
from chengfeng.models import Account, Entry, Job, OutboxMessage, Transfer
from orders.models import Order, Payment, Refund
from shops.models import AuditEntry, Merchant, StockMove
from tests.factories import AT, fund
from tests.routes import codes_of_alice

pytestmark = pytest.mark.django_db
ROOMS = ("chengfeng", "shops", "ads", "orders", "reports")
WITHOUT_A_PAGE = {Event, Behaviour, AuctionRecord, AudienceMember}  # keys of several parts: the desk opens none
MOST_QUERIES = 12


@pytest.fixture
def desk(client, oscar):
    client.force_login(oscar)
    return client


def page(model, name="changelist", *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def act(desk, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    assert desk.post(page(type(rows[0])), data).status_code == 302


def test_every_table_has_a_page():
    tables = {model for room in ROOMS for model in apps.get_app_config(room).get_models()}
    assert tables - set(site._registry) == WITHOUT_A_PAGE


def test_every_page_opens_is_searched_and_shows_its_rows(desk, shop, alice, django_assert_max_num_queries):
    codes_of_alice(shop, alice)
    fund(shop)
    for model in site._registry:
        with django_assert_max_num_queries(MOST_QUERIES):
            assert desk.get(page(model), {"q": "x"}).status_code == 200
        row = model._default_manager.first()
        if row:
            assert desk.get(page(model, "change", row.pk)).status_code == 200, model


@pytest.mark.parametrize("model", [Account, Transfer, Entry, Order, Payment, Refund, StockMove, AuditEntry])
def test_money_and_the_trail_are_only_looked_at(desk, model):
    assert isinstance(site._registry[model], ReadOnlyAdmin)
    assert desk.get(page(model, "add")).status_code == 403


def test_a_row_to_look_at_is_not_deleted(desk, shop):
    row = fund(shop)
    assert desk.post(page(Account, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert desk.post(page(Account, "change", row.pk), {"owner": "x"}).status_code == 403
    assert ledger.balance(row) == 1000


def test_a_merchant_is_suspended_and_opened_on_record(desk, shop, oscar):
    for action, state in (("suspend", "suspended"), ("suspend", "suspended"), ("reopen", "open")):
        act(desk, action, shop)
        assert Merchant.objects.get().state == state
    entries = AuditEntry.objects.order_by("number").values_list("verb", "actor__name")
    assert list(entries) == [("merchant.suspend", "Oscar"), ("merchant.open", "Oscar")]


def test_dead_letters_are_revived_and_failed_jobs_tried_again(desk):
    letter = OutboxMessage.objects.create(topic="t", key="k", due_at=AT, dead_at=AT, attempts=9)
    job = Job.objects.create(kind="export", state="failed", due_at=AT, finished_at=AT, attempts=3, error="x")
    act(desk, "revive", letter)
    act(desk, "retry", job)
    letter.refresh_from_db()
    job.refresh_from_db()
    assert (letter.dead_at, letter.attempts) == (None, 0)
    assert (job.state, job.attempts, job.error, job.finished_at) == ("queued", 0, "", None)
