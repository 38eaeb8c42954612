"""Campaigns made, changed and started, by people and over the API; why one does not serve; what they brought."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from ads import campaigns, performance
from ads.eligibility import obstacles
from ads.models import Campaign, CampaignDay, Charge
from ads.tracking import Report, track
from shops import tokens
from shops.models import AuditEntry, StepDone
from shops.people.rights import Right
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import owner_of, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def running(shop, goods):
    factories.fund(shop)
    made = make(shop, goods)
    campaigns.set_states(owner_of(shop), [made.code], Campaign.State.ACTIVE, at=AT)
    made.refresh_from_db()
    return made


def make(shop, goods, **values) -> Campaign:
    values = {"name": "Spring", "bid": Decimal(1), "daily_budget": Decimal(10), **values}
    return campaigns.create_campaign(owner_of(shop), at=AT, values=values, products=goods)


def edit(campaign, version=None, **changes):
    version = campaign.version if version is None else version
    arguments = {"values": {}, **changes}
    return campaigns.edit_campaign(owner_of(campaign.merchant), campaign, version=version, at=AT, **arguments)


def test_starting_the_first_campaign_ticks_the_step(running):
    assert running.state == "active"
    assert list(StepDone.objects.values_list("step", "fact")) == [("campaign", running.code)]
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["campaign.create", "campaign.active"]


def test_a_change_keeps_old_and_new_and_notices_a_second_editor(running, goods):
    edit(running, values={"bid": Decimal("1.5")}, products=goods[:1], keywords=[("dress", "exact")])
    group = f"groups.{running.groups.get().code}"
    assert AuditEntry.objects.latest("number").details["changes"] == {
        "bid": ["1", "1.5"],
        f"{group}.products": [sorted(p.code for p in goods), [goods[0].code]],
        f"{group}.keywords": [[], [["dress", "exact", None]]],
    }
    with pytest.raises(campaigns.EditConflict):
        edit(running, version=running.version - 1, values={"bid": Decimal(2)})


def test_a_product_that_returns_keeps_its_ad(running, goods):
    before = set(running.ads.values_list("pk", flat=True))
    edit(running, products=goods[:1])
    running.refresh_from_db()
    edit(running, products=goods)
    assert (set(running.ads.values_list("pk", flat=True)), running.ads.filter(state="active").count()) == (before, 2)


@pytest.mark.parametrize(("budget", "kept"), [("20", "20"), ("5", "7")])
def test_a_new_budget_counts_today_but_never_below_what_is_spent(running, budget, kept):
    CampaignDay.objects.create(campaign=running, day=AT.date(), budget=10, spent=7)
    edit(running, values={"daily_budget": Decimal(budget)})
    assert CampaignDay.objects.get().budget == Decimal(kept)


def test_an_archived_campaign_stays_archived(running, shop):
    change = [campaigns.set_states(owner_of(shop), [running.code], s, at=AT) for s in ("archived", "active")]
    assert change == [[running.code], []]


def why(campaign, at=AT):
    campaign.refresh_from_db()
    return [obstacle.value for obstacle in obstacles(campaign.merchant, [campaign], at=at)[campaign.pk]]


def test_obstacles_name_every_reason(running, goods, shop):
    assert why(running) == []
    Campaign.objects.filter(pk=running.pk).update(
        state="paused", hours="0" * 168, ends_at=AT + timedelta(days=1), starts_at=AT - timedelta(days=1)
    )
    CampaignDay.objects.create(campaign=running, day=AT.date(), budget=10, spent=10)
    for product in goods:
        product.variants.update(on_hand=0)
    assert why(running) == ["paused", "out_of_schedule", "budget_spent", "out_of_stock"]
    assert why(running, AT + timedelta(days=1)) == ["paused", "ended", "out_of_stock"]
    assert why(running, AT - timedelta(days=2)) == ["paused", "not_started", "out_of_stock"]
    running.ads.update(state="paused")
    running.merchant.__class__.objects.filter(pk=shop.pk).update(state="suspended")
    running.merchant.refresh_from_db()
    assert why(running, AT - timedelta(days=2)) == ["paused", "merchant_not_open", "not_started", "no_product"]


def test_results_add_up(shop, running):
    ad = running.ads.first()
    reports = [Report(served(ad), kind) for kind in ("impression", "impression", "click")]
    track(reports, received_at=AT, visitor=adverts.BROWSER)
    result = performance.by_campaign(shop, AT.date(), AT.date())[running.pk]
    assert (result.impressions, result.clicks, result.spend, result.ctr) == (2, 1, Decimal("0.5"), 0.5)
    days = performance.by_day(running, AT.date() - timedelta(days=1), AT.date())
    assert [(r.clicks, r.spend) for r in days.values()] == [(0, 0), (1, Decimal("0.5"))]
    assert performance.by_ad(running, AT.date(), AT.date())[ad.pk].clicks == 1


def test_the_wallet_page_pays_once_for_a_form_sent_twice(client, fay, shop, monkeypatch):
    monkeypatch.setattr("chengfeng.payments.sandbox.post", lambda body, headers: None)
    client.force_login(fay)
    body = {"amount": "80", "source": "approve", "code": "top_0000000000000000"}
    for _ in range(2):
        client.post(reverse("ads:wallet", args=[shop.code]), body)
    page = client.get(reverse("ads:wallet", args=[shop.code]))
    assert [(line.count, line.cash, line.cash_after) for line in page.context["lines"]] == [(1, 80, 80)]


@pytest.fixture
def program(client, shop, alice):
    """A program with every right: call it with method, name, arguments and body."""

    secret = tokens.issue(merchant=shop, name="test", rights=list(Right), by=alice, at=AT)[1]

    def call(method, name, *args, body=None, **headers):
        address = reverse(f"ads:api_{name}", args=args)
        headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_IDEMPOTENCY_KEY": uuid4().hex, **headers}
        answer = getattr(client, method)(address, body, content_type="application/json", **headers)
        return answer.status_code, answer.json()

    return call


def test_a_program_makes_starts_and_changes_a_campaign(program, shop, goods):
    factories.fund(shop)
    body = {"name": "API", "bid": "0.8", "daily_budget": "8", "products": [goods[0].code], "state": "active"}
    status, made = program("post", "campaigns", body=body)
    assert (status, made["state"], made["bid"], made["obstacles"]) == (201, "active", "0.8000", [])
    status, changed = program("patch", "campaign", made["code"], body={"bid": "0.9", "version": made["version"]})
    assert (status, changed["bid"], changed["version"]) == (200, "0.9000", made["version"] + 1)
    assert program("patch", "campaign", made["code"], body={"bid": "1", "version": made["version"]})[0] == 409
    assert program("get", "campaigns")[1]["results"] == [changed]


def test_a_program_is_told_what_is_wrong(program, goods, foreign_shop):
    foreign = adverts.product(foreign_shop)
    body = {"name": "API", "bid": "2", "daily_budget": "1", "products": [goods[0].code, foreign.code]}
    status, problem = program("post", "campaigns", body=body)
    assert (status, [e["field"] for e in problem["errors"]]) == (400, ["products"])
    status, problem = program("post", "campaigns", body=body | {"products": [goods[0].code]})
    assert [e["field"] for e in problem["errors"]] == ["daily_budget"]
    assert program("get", "campaign", make(foreign_shop, [foreign]).code)[0] == 404


def test_a_program_tops_up_once_per_key(program, monkeypatch):
    monkeypatch.setattr("chengfeng.payments.sandbox.post", lambda body, headers: None)
    body = {"amount": "25.50", "source": "approve"}
    answers = [program("post", "top_ups", body=body, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][1]["state"]) == (201, "done")
    assert program("post", "top_ups", body=body | {"amount": "1"}, HTTP_IDEMPOTENCY_KEY="k1")[0] == 422
    assert program("get", "wallet")[1] == {
        "currency": "CNY", "balance": "25.5000", "granted": "0.0000", "frozen": "0.0000", "pace": "0.0000",
        "days_left": None, "grants": [],
    }  # fmt: skip
    assert not Charge.objects.exists()
