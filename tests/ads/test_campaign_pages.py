"""The ads pages of the console: the list, the form with its dry run, bulk edits, history, approvals, review."""

import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from ads import campaigns
from ads.campaigns import changes
from ads.forms.words import parse_keywords, parse_negatives
from ads.models import Ad, AdAccount, AdGroup, Campaign, CampaignDay, Change, Proposal
from ads.performance import Result
from ads.views.goals import reached
from shops.models import AuditEntry, Note
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import event, owner_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def goods(shop):
    return [adverts.product(shop) for _ in range(2)]


@pytest.fixture
def running(shop, goods):
    factories.fund(shop)
    made = make(shop, goods)
    campaigns.set_states(owner_of(shop), [made.code], Campaign.State.ACTIVE, at=AT)
    made.refresh_from_db()
    return made


@pytest.fixture
def buyer(client, dana):
    """Dana's browser."""
    client.force_login(dana)
    return client


def make(shop, goods, **values) -> Campaign:
    values = {"name": "Spring", "bid": Decimal(1), "daily_budget": Decimal(10), **values}
    return campaigns.create_campaign(owner_of(shop), at=AT, values=values, products=goods)


def address(name, *codes) -> str:
    return reverse(f"ads:{name}", args=codes)


def fields(goods, **changes) -> dict:
    return {
        "name": "Autumn", "objective": "product_sales", "bid_mode": "cpc", "bid": "1.20", "daily_budget": "50",
        "placements": ["feed", "search"], "starts_at": "2026-03-10T12:00", "products": [p.code for p in goods],
        "keywords": "[dress]", "hours": [0, 167], **changes,
    }  # fmt: skip


def test_keywords_are_written_one_a_line():
    text = 'red dress\n\n"silk scarf"\n[linen] = 1.5\n“连衣裙” ＝ 2\nred dress = 0.75'
    assert parse_keywords(text) == [
        ("red dress", "broad", Decimal("0.75")), ("silk scarf", "phrase", None), ("linen", "exact", Decimal("1.5")),
        ("连衣裙", "phrase", Decimal(2)),
    ]  # fmt: skip
    for written, wrong in ((f"a\n{'b' * 81}", "Line 2"), ("a = 0", "Line 1"), ("a\n[linen] 1.2", "Line 2")):
        with pytest.raises(ValidationError, match=wrong):
            parse_keywords(written)
    with pytest.raises(ValidationError, match="Line 1"):
        parse_negatives("-[free]")
    with pytest.raises(ValidationError, match="no bid"):
        parse_negatives("cheap = 1")


def test_the_form_makes_and_changes_a_campaign(buyer, shop, goods):
    promotion = {
        "days-TOTAL_FORMS": "2", "days-INITIAL_FORMS": "0", "days-0-first_day": "2026-03-20", "days-0-last_day": "",
        "days-0-bid_percent": "40", "days-0-budget_percent": "100", "days-1-first_day": "",
    }  # fmt: skip
    more = {"modifier_search": "30", "negatives": "[cheap]", "exclude_buyers_days": "30", **promotion}
    buyer.post(address("campaign_new", shop.code), fields(goods, **more))
    made = Campaign.objects.get()
    assert (made.bid, made.state, made.hours, made.starts_at) == (Decimal("1.2"), "paused", f"1{'0' * 166}1", AT)
    assert campaigns.described(made) | {"hours": "", "starts_at": ""} == {
        "name": "Autumn", "objective": "product_sales", "bid_mode": "cpc", "bid": "1.2", "target_cost": None,
        "target_roi": None, "roi_on": "paid", "daily_budget": "50", "total_budget": None, "pacing": "even",
        "placements": ["feed", "search"], "frequency_cap": None, "state": "paused", "starts_at": "", "ends_at": None,
        "hours": "", "modifiers": {"search": 30}, "negatives": [["cheap", "exact"]],
        "promotion_days": [
            {"first_day": "2026-03-20", "last_day": "2026-03-20", "bid_percent": 40, "budget_percent": 100}
        ],
        **of_group(made, products=sorted(p.code for p in goods), keywords=[["dress", "exact", None]]),
    }  # fmt: skip
    assert made.groups.get().exclude_buyers_days == 30
    edit = address("campaign_edit", shop.code, made.code)
    assert buyer.get(edit).text.count('checked aria-label="') == 2
    buyer.post(edit, fields(goods, name="Winter", version=made.version))
    made.refresh_from_db()
    assert (made.name, made.groups.get().exclude_buyers_days) == ("Winter", None)


def of_group(campaign, **members) -> dict:
    empty = {name: [] for name in ("categories", "products", "notes", "keywords", "negatives", "audiences")}
    return {f"groups.{campaign.groups.get().code}.{name}": value for name, value in (empty | members).items()}


def test_a_second_editor_sees_three_values_and_saves_only_what_is_theirs(buyer, shop, goods, running):
    edit, version = address("campaign_edit", shop.code, running.code), running.version
    read = buyer.get(edit).context["form"]
    typed = {name: read[name].value() for name in ("name", "daily_budget", "starts_at", "seen")}
    typed = fields(goods, **typed, bid="2", pacing="even", placements=read["placements"].value(), keywords="")
    typed |= {"hours": range(168), "starts_at": "2026-03-10T12:00"}
    values = {"bid": Decimal(3), "daily_budget": Decimal(20)}
    campaigns.edit_campaign(owner_of(shop), running, version=version, at=AT, values=values)
    conflict = buyer.post(edit, typed | {"version": version})
    told = [
        (side.label, side.was, side.theirs and side.theirs.after, side.mine and side.mine.after)
        for side in conflict.context["sides"]
    ]
    assert told == [("Bid", "CN¥1.00", "CN¥3.00", "CN¥2.00"), ("Daily budget", "CN¥10.00", "CN¥20.00", None)]
    over = re.search(r'name="version" value="(\d+)">Save mine over it', conflict.text)[1]
    buyer.post(edit, typed | {"version": over})
    assert changes.history(running)[0].after == {"bid": "2"}
    assert (Campaign.objects.get().bid, Campaign.objects.get().daily_budget) == (2, 20)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"daily_budget": "1"}, "at least one click"),
        ({"ends_at": "2026-03-10T12:00"}, "after the start"),
        ({"products": []}, "at least one product"),
        ({"hours": []}, "at least one hour"),
        ({"placements": []}, "at least one placement"),
        ({"bid": ""}, "needs a bid"),
        ({"bid_mode": "target_roi"}, "which ROI"),
        ({"bid_mode": "target_roi", "target_roi": "101"}, "between 0.01 and 100"),
        ({"objective": "new_customers", "bid_mode": "target_roi", "target_roi": "3"}, "cannot be bid for in this way"),
        ({"objective": "seeding"}, "at least one note"),
        ({"objective": "live"}, "Live rooms have no pages"),
        ({"modifier_feed": "-100"}, "from −99 to 900"),
        ({"bid": "0"}, "At least CN¥0.01."),
        ({"days-TOTAL_FORMS": "1", "days-INITIAL_FORMS": "0", "days-0-bid_percent": "9"}, "Say from when"),
    ],
)
def test_the_form_names_what_is_wrong(buyer, shop, goods, change, complaint):
    assert complaint in buyer.post(address("campaign_new", shop.code), fields(goods, **change)).text
    assert not Campaign.objects.exists()


def test_what_does_not_apply_is_ignored(buyer, shop, goods):
    note = Note.objects.create(merchant=shop, title="N", author="A", state="published", created_at=AT, published_at=AT)
    note.tags.create(product=goods[0])
    seeding = fields(
        goods, objective="seeding", bid_mode="cpm", bid="30", target_roi="3", target_cost="5", notes=[note.code]
    )
    page = buyer.post(address("campaign_new", shop.code), {**seeding, "placements": ["product"]}).text
    assert "not shown on one of these placements" in page
    buyer.post(address("campaign_new", shop.code), seeding)
    made = Campaign.objects.get()
    assert (made.target_roi, made.target_cost, list(made.ads.values_list("note", flat=True))) == (None, None, [note.pk])


def test_a_dry_run_writes_nothing(buyer, shop, goods, running):
    before = Change.objects.count()
    page = buyer.post(address("campaign_new", shop.code), fields(goods, check="1")).text
    assert "Nothing stands against it" in page
    edit = address("campaign_edit", shop.code, running.code)
    page = buyer.post(edit, fields(goods, bid="1.70", check="1", version=running.version))
    bid = next(line for line in page.context["lines"] if line.label == "Bid")
    assert (bid.before, bid.after) == ("CN¥1.00", "CN¥1.70")
    assert (Campaign.objects.count(), Change.objects.count()) == (1, before)


def test_looking_for_products_keeps_what_was_typed(buyer, shop, goods):
    sought = adverts.product(shop, title="Linen shirt")
    look = fields(goods[:1], look="1", find="LINEN", name="")
    page = buyer.post(address("campaign_new", shop.code), look).text
    assert f'value="{goods[0].code}" checked' in page
    assert f'value="{sought.code}"' in page
    assert f'value="{goods[1].code}"' not in page
    assert "This field is required" not in page


def pages_of(shop, campaign) -> list[str]:
    of_shop = [address(name, shop.code) for name in ("campaigns", "approvals", "campaign_new", "ads_account")]
    of_it = [address(name, shop.code, campaign.code) for name in ("campaign", "campaign_edit", "group_new")]
    group, ad = campaign.groups.get().code, campaign.ads.first().code
    parts = [address("group", shop.code, campaign.code, group), address("ad", shop.code, campaign.code, ad)]
    return [*of_shop, *of_it, *parts, address("campaign_amount", shop.code, campaign.code, "bid")]


def test_pages_open_for_those_with_the_right_only(client, shop, running, alice, bob, charlie):
    answers = {}
    for person in (alice, bob, charlie):
        client.force_login(person)
        answers[person.name] = {client.get(page).status_code for page in pages_of(shop, running)}
    assert answers == {"Alice": {200}, "Bob": {403}, "Charlie": {404}}


def test_an_analyst_sees_no_button(client, shop, running):
    client.force_login(factories.member(shop, "ana", "analyst"))
    lists = ("campaigns", "approvals", "traffic", "audiences", "insight", "predictions")
    shown = [*(address(name, shop.code) for name in lists), *tabs(shop, running)]
    shown += [address(name, shop.code, running.code) for name in ("search_terms", "steering", "campaign_insight")]
    forms = {
        form for page in shown for form in re.findall(r'<form[^>]*action="(/console/[^"]*)"', client.get(page).text)
    }
    assert forms == {address("campaign_columns", shop.code)}
    assert client.post(address("campaigns_bulk", shop.code), {"campaign": running.code}).status_code == 403


def tabs(shop, campaign) -> list[str]:
    names = ("groups", "ads", "keywords", "placements", "schedule", "history", "proposals")
    return [f"{address('campaign', shop.code, campaign.code)}?tab={name}&by=hour" for name in names]


@pytest.mark.parametrize("tab", range(7))
def test_every_tab_opens_in_both_languages(buyer, shop, running, tab):
    for language in ("en", "zh-hans"):
        assert buyer.get(tabs(shop, running)[tab], headers={"accept-language": language}).status_code == 200


def test_the_list_costs_the_same_queries_for_one_and_three(buyer, shop, goods, django_assert_num_queries):
    factories.fund(shop)
    for more in (1, 2):
        for _ in range(more):
            make(shop, goods)
        with django_assert_num_queries(QUERIES):
            buyer.get(address("campaigns", shop.code))


QUERIES = 22


def test_the_list_is_narrowed_sorted_and_summed(buyer, shop, goods, running):
    calm = make(shop, goods[:1], name="Calm")
    CampaignDay.objects.create(campaign=calm, day=AT.date(), budget=10, spent=4)
    for _ in range(2):
        event(running.ads.first(), shopper=factories.shopper(), kind="impression")

    def shown(query=""):
        page = buyer.get(address("campaigns", shop.code) + query)
        return [row.campaign.name for row in page.context["page"].object_list], page

    assert shown()[0] == ["Spring", "Calm"]
    assert shown("?sort=name")[0] == shown("?sort=-today")[0] == shown("?sort=impressions")[0] == ["Calm", "Spring"]
    assert shown("?state=paused")[0] == shown("?q=cal")[0] == ["Calm"]
    assert shown("?state=archived&sort=nonsense&days=x")[0] == []
    totals = {cell.name: cell.text for cell in shown("?days=1")[1].context["totals"]}
    assert (totals["impressions"], totals["ctr"], totals["roi"]) == ("2", "0%", "–")


def test_the_list_remembers_columns_by_objective(buyer, shop, goods, running):
    def shown(query=""):
        headings = buyer.get(address("campaigns", shop.code) + query).context["headings"]
        return [heading.name for heading in headings][4:]

    standard, seeding = shown(), shown("?objective=seeding")
    said = {"objective": "seeding", "column": ["cpm", "spend", "roi", "x"], "rows": "50"}
    buyer.post(address("campaign_columns", shop.code), said)
    assert (shown(), shown("?objective=seeding")) == (standard, ["spend", "cpm"])
    assert buyer.get(address("campaigns", shop.code)).context["page"].paginator.per_page == 50
    buyer.post(address("campaign_columns", shop.code), said | {"standard": "1"})
    assert shown("?objective=seeding") == seeding


@pytest.mark.parametrize(
    ("goal", "result", "mark"),
    [
        ({"bid_mode": "target_roi", "target_roi": Decimal(4)}, (9, 900), "few"),
        ({"bid_mode": "target_roi", "target_roi": Decimal(4)}, (10, 400), "met"),
        ({"bid_mode": "target_roi", "target_roi": Decimal(4)}, (10, 399), "below"),
        ({"bid_mode": "target_cost", "target_cost": Decimal(9)}, (10, 0), "above"),
    ],
)
def test_a_goal_is_marked(goal, result, mark):
    orders, sales = result
    campaign = Campaign(objective="product_sales", **goal)
    assert reached(campaign, Result(spend=Decimal(100), orders=orders, sales=Decimal(sales))).mark == mark


def test_an_amount_is_changed_on_the_spot_unless_it_has_changed(buyer, shop, running):
    spot, version = address("campaign_amount", shop.code, running.code, "daily_budget"), running.version
    saved = buyer.post(spot, {"amount": "25", "version": version}, headers={"HX-Request": "true"})
    assert (saved.status_code, "CN¥25.00" in saved.text) == (200, True)
    conflict = buyer.post(spot, {"amount": "30", "version": version}).text
    assert ('value="30"' in conflict, "It is CN¥25.00 now" in conflict) == (True, True)
    assert "at least one click" in buyer.post(spot, {"amount": "0.5", "version": version + 1}).text
    assert Campaign.objects.get().daily_budget == 25
    assert buyer.get(address("campaign_amount", shop.code, running.code, "name")).status_code == 404


def test_a_bulk_edit_is_shown_carried_out_and_undone(buyer, shop, goods, running):
    other = make(shop, goods, name="Other", bid=None, bid_mode="max_conversions")
    body = {"campaign": [running.code, other.code], "do": "bid_raise", "percent": "50"}
    shown = buyer.post(address("campaigns_bulk", shop.code), body)
    diffs = {row["diff"].campaign.name: row["diff"].after for row in shown.context["diffs"]}
    assert diffs == {"Other": {}, "Spring": {"bid": "1.5"}}
    versions = {f"version_{each.code}": each.version for each in (running, other)}
    done = buyer.post(address("campaigns_bulk", shop.code), {**body, **versions, "carry_out": "1"})
    assert outcomes(done) == {"Spring": "changed", "Other": "unchanged"}
    late = buyer.post(address("campaigns_bulk", shop.code), {**body, **versions, "carry_out": "1"})
    assert outcomes(late) == {"Spring": "conflict", "Other": "unchanged"}
    undone = buyer.post(address("batch_undo", shop.code, done.context["batch"]))
    assert (outcomes(undone), Campaign.objects.get(pk=running.pk).bid) == ({"Spring": "changed"}, 1)
    again = buyer.post(address("batch_undo", shop.code, undone.context["batch"]))
    assert (outcomes(again), Campaign.objects.get(pk=running.pk).bid) == ({"Spring": "changed"}, Decimal("1.5"))


def outcomes(page) -> dict[str, str]:
    return {row["campaign"].name: row["outcome"].value for row in page.context["rows"]}


WAYS = [
    ({"do": "pause"}, {"state": "paused"}),
    ({"do": "budget_set", "amount": "20"}, {"daily_budget": "20"}),
    ({"do": "total_set", "amount": "200"}, {"total_budget": "200"}),
    ({"do": "pacing", "pacing": "fast"}, {"pacing": "fast"}),
    ({"do": "placements_remove", "placements": ["feed", "shop"]}, {"placements": ["search", "product"]}),
    ({"do": "modifiers", "placements": ["feed"], "change": "-20"}, {"modifiers": {"feed": -20}}),
    ({"do": "cap", "number": "3"}, {"frequency_cap": 3}),
    ({"do": "ends", "moment": "2026-03-11T08:00"}, {"ends_at": "2026-03-11T00:00:00+00:00"}),
    (
        {"do": "promotion", "first_day": "2026-06-18", "bid_percent": "20"},
        {"promotion_days": [
            {"first_day": "2026-06-18", "last_day": "2026-06-18", "bid_percent": 20, "budget_percent": 0}
        ]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("said", "after"), WAYS)
def test_each_way_of_bulk_editing(buyer, shop, running, said, after):
    shown = buyer.post(address("campaigns_bulk", shop.code), {"campaign": [running.code], **said})
    assert [row["diff"].after for row in shown.context["diffs"]] == [after]
    assert shown.context["diffs"][0]["lines"]


def test_bulk_asks_for_what_it_needs_and_for_campaigns_of_the_shop(buyer, shop, running, foreign_shop):
    asked = {"campaign": [running.code], "do": "budget_raise"}
    assert "diffs" not in buyer.post(address("campaigns_bulk", shop.code), asked).context
    foreign = make(foreign_shop, [adverts.product(foreign_shop)])
    assert buyer.post(address("campaigns_bulk", shop.code), {"campaign": [foreign.code]}).status_code == 302


def test_history_reads_before_and_after_and_is_undone(buyer, shop, running):
    budget = {"daily_budget": Decimal(30)}
    campaigns.edit_campaign(owner_of(shop), running, version=running.version, at=AT, values=budget)
    page = buyer.get(tabs(shop, running)[5])
    told = [(entry["title"], [(line.label, line.before, line.after) for line in entry["lines"]])
            for entry in page.context["page"].object_list[:2]]  # fmt: skip
    assert told == [
        ("Changed", [("Daily budget", "CN¥10.00", "CN¥30.00")]), ("Started", [("State", "Paused", "Active")])
    ]  # fmt: skip
    latest = changes.history(running)[0]
    for said in ("Undone.", "undone already"):
        assert said in buyer.post(address("change_undo", shop.code, latest.code), follow=True).text
    assert Campaign.objects.get().daily_budget == 10


def test_a_second_person_approves(client, shop, running, dana, alice):
    AdAccount.objects.create(merchant=shop, approval_limit=50)
    client.force_login(dana)
    spot = address("campaign_amount", shop.code, running.code, "daily_budget")
    assert (
        "waits for a second person" in client.post(spot, {"amount": "90", "version": running.version}, follow=True).text
    )
    proposal = Proposal.objects.get()
    decide = address("approval_decide", shop.code, proposal.code)
    assert "Another person" in client.post(decide, {"decision": "approve"}, follow=True).text
    client.force_login(alice)
    assert "Approved and carried out" in client.post(decide, {"decision": "approve"}, follow=True).text
    assert "no longer waits" in client.post(decide, {"decision": "refuse", "reason": "x"}, follow=True).text
    assert Campaign.objects.get().daily_budget == 90
    assert "CN¥90.00" in client.get(address("approvals", shop.code) + "?show=decided").text


def test_raising_the_limit_is_for_who_manages_people(client, shop, dana, alice):
    limits = address("ads_account", shop.code)
    for person, limit in ((alice, "100"), (dana, "50"), (dana, "500"), (alice, "700")):
        client.force_login(person)
        client.post(limits, {"approval_limit": limit, "daily_budget": ""})
    assert AdAccount.objects.get().approval_limit == 700
    trail = [[str(side) for side in pair] for pair in shop_limits(shop)]
    assert trail == [["None", "100"], ["100", "50"], ["50", "700"]]


def shop_limits(shop) -> list:
    entries = AuditEntry.objects.filter(merchant=shop, verb="ads.account").order_by("number")
    return [entry.details["changes"]["approval_limit"] for entry in entries]


def test_groups_are_made_changed_and_paused(buyer, shop, goods, running):
    new = {"name": "Fans", "bid": "2", "products": [goods[0].code], "keywords": "[linen] = 1.5", "version": 2}
    buyer.post(address("group_new", shop.code, running.code), {**new, "version": running.version})
    group = AdGroup.objects.get(name="Fans")
    running.refresh_from_db()
    page = address("group", shop.code, running.code, group.code)
    stale = buyer.post(page, {**new, "name": "Late", "version": running.version - 1})
    assert "Somebody else" in stale.text
    buyer.post(page, {**new, "name": "Friends", "bid": "", "version": running.version})
    group.refresh_from_db()
    assert (group.name, group.bid, group.keywords.get().bid) == ("Friends", None, Decimal("1.5"))
    buyer.post(address("group_states", shop.code, running.code), {"group": group.code, "state": "paused"})
    group.refresh_from_db()
    assert group.state == "paused"
    assert 'href="' + page in buyer.get(address("campaign_edit", shop.code, running.code)).text


def test_a_headline_is_reviewed_rejected_and_sent_again(client, shop, running, dana, oscar):
    ad = running.ads.first()
    page = address("ad", shop.code, running.code, ad.code)
    client.force_login(dana)
    client.post(page, {"headline": "The best!", "version": running.version})
    client.force_login(oscar)
    assert "The best!" in client.get(address("ad_review")).text
    verdict = address("ad_verdict", ad.code)
    client.post(verdict, {"headline": "The best!", "reject": "1", "reason": ""})
    client.post(verdict, {"headline": "Another", "approve": "1"})
    assert Ad.objects.get(pk=ad.pk).review == "pending"
    client.post(verdict, {"headline": "The best!", "reject": "1", "reason": "Superlative"})
    client.force_login(dana)
    assert "Superlative" in client.get(page).text
    running.refresh_from_db()
    client.post(page, {"headline": "A good one", "version": running.version})
    client.force_login(oscar)
    client.post(verdict, {"headline": "A good one", "approve": "1"})
    ad.refresh_from_db()
    assert (ad.review, ad.headline) == ("approved", "A good one")
