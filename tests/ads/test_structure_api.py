"""The structure of campaigns over the API: groups, ads, history, bulk edits, proposals, dry runs, settings."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ads import watching
from ads.models import AdAccount, AuctionHour, Campaign, TopUp
from shops import tokens
from shops.people.rights import Right
from tests.factories import AT

from . import adverts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def program(client, shop, dana):
    """A program with every right: call it with method, name, arguments and body."""
    secret = tokens.issue(merchant=shop, name="test", rights=list(Right), by=dana, at=AT)[1]

    def call(method, name, *args, body=None, **query):
        address = reverse(f"ads:api_{name}", args=args, query=query)
        headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_IDEMPOTENCY_KEY": f"{name}{body}"[:80]}
        answer = getattr(client, method)(address, body, content_type="application/json", **headers)
        return answer.status_code, answer.json()

    return call


@pytest.fixture
def made(program, goods):
    body = {"name": "API", "bid": "0.8", "daily_budget": "8", "products": [goods[0].code]}
    return program("post", "campaigns", body=body)[1]


def test_everything_said_of_a_campaign_is_shown_again(program, goods):
    body = {
        "name": "API", "objective": "product_sales", "bid_mode": "target_roi", "target_roi": "2.50",
        "roi_on": "settled", "daily_budget": "80.0000", "total_budget": "900.0000", "pacing": "fast",
        "placements": ["feed", "search"], "frequency_cap": 3, "modifiers": {"feed": 20},
        "promotion_days": [
            {"first_day": "2026-06-01", "last_day": "2026-06-18", "bid_percent": 25, "budget_percent": 100}
        ],
        "negatives": [{"text": "free", "match": "phrase"}], "products": sorted(p.code for p in goods),
        "keywords": [{"text": "dress", "match": "exact", "bid": "1.5000"}],
    }  # fmt: skip
    status, shown = program("post", "campaigns", body=body)
    assert (status, {name: shown[name] for name in body}) == (201, body)


def test_groups_and_ads(program, made, goods):
    body = {"name": "Second", "bid": "0.5", "keywords": [{"text": "silk"}]}
    status, group = program("post", "campaign_groups", made["code"], body=body)
    assert (status, group["bid"], group["ads"]) == (201, "0.5000", [])
    status, ad = program("post", "ad_group_ads", group["code"], body={"product": goods[1].code, "headline": "Soft"})
    assert (status, ad["review"], ad["product"]) == (201, "pending", goods[1].code)
    assert program("post", "ad_group_ads", group["code"], body={"product": goods[1].code})[0] == 400
    status, paused = program("patch", "ad", ad["code"], body={"state": "paused", "headline": ""})
    assert (status, paused["state"], paused["review"]) == (200, "paused", "approved")
    status, edited = program("patch", "ad_group", group["code"], body={"name": "Silk", "version": group["version"]})
    assert (status, edited) == (409, edited)
    status, found = program("get", "campaign_eligibility", made["code"])
    assert [each["obstacles"] for each in found["groups"]] == [[], ["no_product"]]


def test_history_undo_and_its_refusal(program, made):
    for bid in ("1", "2"):
        program("patch", "campaign", made["code"], body={"bid": bid})
    newest, older, _ = program("get", "campaign_changes", made["code"])[1]["results"]
    status, refused = program("post", "change_undo", older["code"])
    assert (status, refused["reason"], refused["members"], refused["later"]) == (
        409, "changed_since", ["bid"], [newest["code"]],
    )  # fmt: skip
    status, undone = program("post", "change_undo", newest["code"])
    assert (status, undone["undoes"], undone["after"]) == (201, newest["code"], {"bid": "1"})


def test_a_bulk_edit_is_planned_carried_out_once_and_undone(program, made):
    edits = [{"member": "daily_budget", "action": "raise", "value": 25}, {"member": "state", "action": "set",
              "value": "active"}]  # fmt: skip
    status, [diff] = program("post", "bulk_plans", body={"campaigns": [made["code"]], "edits": edits})
    assert (status, diff["after"]) == (200, {"daily_budget": "10", "state": "active"})
    body = {"versions": {made["code"]: diff["version"]}, "edits": edits}
    answers = [program("post", "bulk_edits", body=body) for _ in range(2)]
    assert answers[0] == answers[1]
    assert [result["outcome"] for result in answers[0][1]["results"]] == ["changed"]
    status, [undone] = program("post", "batch_undo", answers[0][1]["batch"])
    assert (status, undone["change"]["after"]) == (200, {"daily_budget": "8", "state": "paused"})


def test_each_campaign_of_a_bulk_edit_has_a_result_of_its_own(program, made, foreign_shop):
    theirs = adverts.campaign(foreign_shop).code
    edits = [{"member": "daily_budget", "action": "raise", "value": 25}]
    status, diffs = program("post", "bulk_plans", body={"campaigns": [theirs, made["code"], "x"], "edits": edits})
    assert (status, [(diff["campaign"], list(diff["errors"]), diff["after"]) for diff in diffs]) == (
        200, [(theirs, ["campaign"], {}), (made["code"], [], {"daily_budget": "10"}), ("x", ["campaign"], {})],
    )  # fmt: skip
    body = {"versions": {theirs: 1, made["code"]: made["version"], "x": 1}, "edits": edits}
    outcomes = {each["campaign"]: each["outcome"] for each in program("post", "bulk_edits", body=body)[1]["results"]}
    assert outcomes == {theirs: "not_found", made["code"]: "changed", "x": "not_found"}
    assert program("post", "bulk_plans", body={"campaigns": [theirs], "edits": edits})[0] == 404
    assert program("post", "bulk_edits", body={"versions": {theirs: 1}, "edits": edits})[0] == 404


@pytest.mark.parametrize(
    "edit",
    [
        {"member": "daily_budget", "action": "raise", "value": "much"},
        {"member": "daily_budget", "action": "set", "value": "much"},
        {"member": "daily_budget", "action": "set", "value": "NaN"},
        {"member": "target_roi", "action": "set", "value": [1]},
        {"member": "ends_at", "action": "set", "value": "tomorrow"},
        {"member": "starts_at", "action": "set", "value": None},
        {"member": "hours", "action": "set", "value": 7},
        {"member": "placements", "action": "set", "value": None},
        {"member": "placements", "action": "add", "value": ["moon"]},
        {"member": "modifiers", "action": "set", "value": ["feed"]},
        {"member": "modifiers", "action": "set", "value": {"feed": "x"}},
        {"member": "promotion_days", "action": "set", "value": [{"first_day": "x"}]},
        {"member": "promotion_days", "action": "set", "value": [{"first_day": "x", "last_day": "y"}]},
        {"member": "frequency_cap", "action": "set", "value": "x"},
        {"member": "state", "action": "set", "value": None},
    ],
)
def test_a_senseless_value_is_refused_by_its_field(program, made, edit):
    status, answer = program("post", "bulk_plans", body={"campaigns": [made["code"]], "edits": [edit]})
    wrong = answer[0]["errors"] if status == 200 else {each["field"]: each for each in answer["errors"]}
    assert list(wrong) == [edit["member"]]


def test_above_the_limit_a_program_waits_and_withdraws(program, shop, made):
    AdAccount.objects.create(merchant=shop, approval_limit=50)
    status, waiting = program("patch", "campaign", made["code"], body={"daily_budget": "60"})
    assert (status, waiting["daily_budget"]) == (202, "8.0000")
    assert [p["code"] for p in program("get", "proposals")[1]["results"]] == [waiting["proposal"]]
    assert program("post", "proposal_withdraw", waiting["proposal"])[1]["state"] == "withdrawn"
    assert program("post", "proposal_withdraw", waiting["proposal"])[0] == 409
    status, refused = program("patch", "ad_account", body={"approval_limit": "900"})
    assert (status, refused["code"], bool(refused["title"])) == (403, "permission_denied", True)
    assert program("patch", "ad_account", body={"daily_budget": "0"})[0] == 400


def test_a_dry_run_tells_errors_and_both_sides(program, made):
    body = {"campaign": made["code"], "bid": "9", "daily_budget": "8.5"}
    status, tried = program("post", "campaign_estimates", body=body)
    assert (status, list(tried["errors"]), tried["after"]) == (
        200,
        ["daily_budget"],
        {"bid": "9", "daily_budget": "8.5"},
    )
    assert Campaign.objects.get().bid != 9


def test_the_table_of_objectives(program):
    table = {row["objective"]: row for row in program("get", "objectives")[1]}
    assert (table["seeding"]["bid_modes"], table["live"]["is_open"]) == (["cpm", "cpc"], False)


def test_searches_are_chosen_group_by_group(program, made):
    (group,) = program("get", "campaign_groups", made["code"])[1]
    terms = [{"group": group["code"], "text": text} for text in ("Silk dress", "linen")]
    terms.append({"group": "grp_none", "text": "silk"})
    results = [
        [
            each["outcome"]
            for each in program("post", "search_terms", made["code"], body={"verb": verb, "terms": terms})[1]
        ]
        for verb in ("add", "add", "exclude")
    ]
    assert results == [["changed", "not_found"], ["unchanged", "not_found"], ["changed", "not_found"]]
    chosen = program("get", "ad_group", group["code"])[1]
    assert [[word["text"] for word in chosen[name]] for name in ("keywords", "negatives")] == [
        ["linen", "silk dress"]
    ] * 2


def test_programs_see_which_campaigns_began_or_stopped_serving(program, shop, made):
    for at in (AT - timedelta(hours=2), AT - timedelta(hours=1)):
        watching.look(at=at)
        Campaign.objects.update(state="archived")
    (changed,) = program("get", "eligibility_changes", since=(AT - timedelta(hours=1)).isoformat())[1]["results"]
    assert (changed["campaign"], changed["obstacles"][0], changed["since"]) == (
        made["code"], "archived", "2026-03-10T03:00:00Z",
    )  # fmt: skip
    assert program("get", "eligibility_changes", since=AT.isoformat())[1]["count"] == 0


def test_what_a_shop_lost_and_what_became_of_a_top_up(program, shop, made):
    campaign, hour = Campaign.objects.get(), AT.replace(minute=0)
    for outcome, auctions in (("won", 30), ("budget", 10)):
        AuctionHour.objects.create(
            merchant=shop, campaign=campaign, hour=hour, placement="feed", outcome=outcome, auctions=auctions
        )
    told = program("get", "auction_insight")[1]
    assert (told["whole"]["share"], [(each["campaign"], each["won"]) for each in told["campaigns"]]) == (
        0.75, [(made["code"], 30)],
    )  # fmt: skip
    top_up = TopUp.objects.create(merchant=shop, amount=5, currency="CNY", requested_at=AT)
    assert program("get", "top_up", top_up.code)[1]["state"] == top_up.state
