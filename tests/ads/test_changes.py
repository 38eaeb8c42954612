"""Changes of campaigns: rules, history and undo, bulk edit, approval above a limit, and the review of headlines."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.core.exceptions import PermissionDenied

from ads.campaigns import (
    Illegal,
    WaitsForApproval,
    account,
    bulk,
    changes,
    changing,
    create_campaign,
    creatives,
    dry_run,
    edit_campaign,
    groups,
    proposals,
    set_states,
)
from ads.campaigns.bulk import Action, BulkEdit, Edit
from ads.campaigns.changes import UndoRefused
from ads.campaigns.members import Span
from ads.models import AdAccount, AdGroup, Campaign, CampaignDay, CampaignTotal, Change, Proposal
from shops.models import AuditEntry
from tests.factories import AT

from . import adverts

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


@pytest.fixture
def made(buyer, goods):
    return make(buyer, products=goods)


def make(access, *, products=(), **values) -> Campaign:
    lists = {name: values.pop(name) for name in ("notes", "keywords", "modifiers", "promotion_days") if name in values}
    values = {"name": "Spring", "bid": Decimal(1), "daily_budget": Decimal(10), **values}
    return create_campaign(access, at=AT, values=values, products=products, **lists)


def edit(access, campaign, **values):
    lists = {n: values.pop(n) for n in ("keywords", "modifiers", "promotion_days", "products") if n in values}
    return edit_campaign(access, campaign, version=campaign.version, at=AT, values=values, **lists)


def last() -> Change:
    return Change.objects.latest("pk")


# Rules


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"objective": "live"}, ["objective"]),
        ({"objective": "new_customers", "bid_mode": "target_roi", "target_roi": Decimal(2)}, ["bid_mode"]),
        ({"objective": "seeding", "placements": ["product"]}, ["placements"]),
        ({"bid_mode": "cpc", "bid": None}, ["bid"]),
        ({"bid_mode": "target_cost", "bid": None}, ["target_cost"]),
        ({"bid_mode": "target_cost", "target_cost": Decimal(11)}, ["daily_budget"]),
        ({"bid_mode": "target_roi", "target_roi": Decimal("100.01")}, ["target_roi"]),
        ({"bid_mode": "target_roi", "target_roi": Decimal("0.001")}, ["target_roi"]),
        ({"bid": Decimal(11)}, ["daily_budget"]),
        ({"bid_mode": "cpm", "bid": Decimal(11)}, []),
        ({"keywords": [("dress", "exact", Decimal(11))]}, ["daily_budget"]),
        ({"keywords": [("d" * 81, "exact")]}, ["keywords"]),
        ({"total_budget": Decimal(-1)}, ["total_budget"]),
        ({"placements": []}, ["placements"]),
        ({"hours": "0" * 168}, ["hours"]),
        ({"ends_at": AT}, ["ends_at"]),
        ({"frequency_cap": 0}, ["frequency_cap"]),
        ({"modifiers": {"feed": -100}}, ["modifiers"]),
        ({"modifiers": {"feed": 900, "shop": -99}}, []),
        ({"promotion_days": [Span(TODAY, TODAY), Span(TODAY, TODAY)]}, ["promotion_days"]),
        ({"name": " "}, ["name"]),
    ],
)
def test_a_rule_names_the_field_that_breaks_it(buyer, values, wrong):
    try:
        make(buyer, **values)
        found = []
    except Illegal as error:
        found = sorted(error.errors)
    assert found == wrong


def test_seeding_advertises_notes_only(shop, buyer, goods):
    with pytest.raises(Illegal) as refused:
        make(buyer, objective="seeding", bid_mode="cpm", placements=["feed"], products=goods)
    assert list(refused.value.errors) == ["products"]


def test_an_objective_fits_what_is_advertised_and_brings_its_placements(buyer, made):
    with pytest.raises(Illegal) as refused:
        edit(buyer, made, objective="seeding", placements=["feed"])
    assert list(refused.value.errors) == ["objective"]
    assert make(buyer, objective="seeding").placements == ["feed", "search", "shop"]


def test_a_promotion_day_has_a_budget_of_its_own(buyer, made):
    CampaignDay.objects.create(campaign=made, day=TODAY, budget=10, spent=4)
    edit(buyer, made, promotion_days=[Span(TODAY, TODAY, bid_percent=20, budget_percent=50)])
    assert CampaignDay.objects.get().budget == 15
    edit(buyer, made, promotion_days=[Span(TODAY, TODAY, budget_percent=-99)])
    assert CampaignDay.objects.get().budget == 4


def test_a_total_budget_counts_what_was_spent_before_it(buyer, made):
    CampaignDay.objects.create(campaign=made, day=TODAY - timedelta(days=1), budget=10, spent=7)
    with pytest.raises(Illegal) as refused:
        edit(buyer, made, total_budget=Decimal(6))
    assert list(refused.value.errors) == ["total_budget"]
    edit(buyer, made, total_budget=Decimal(8))
    assert CampaignTotal.objects.values_list("budget", "spent").get() == (8, 7)


# History and undo


def test_undo_gives_back_what_was_and_can_be_undone(buyer, made, goods):
    edit(buyer, made, bid=Decimal(2), products=goods[:1], keywords=[("dress", "exact", Decimal("1.5"))])
    back = changes.undo(buyer, last(), at=AT)
    made.refresh_from_db()
    assert (made.bid, made.ads.filter(state="active").count(), made.groups.get().keywords.count()) == (1, 2, 0)
    changes.undo(buyer, back, at=AT)
    made.refresh_from_db()
    assert (made.bid, made.ads.filter(state="active").count()) == (2, 1)
    assert list(made.groups.get().keywords.values_list("text", "bid")) == [("dress", Decimal("1.5"))]
    assert list(changes.history(made).values_list("source", flat=True)) == ["undo", "undo", "page", "page"]


def test_undo_is_refused_when_the_same_was_changed_since(buyer, made):
    first = (edit(buyer, made, bid=Decimal(2), daily_budget=Decimal(20)), last())[1]
    edit(buyer, made, bid=Decimal(3))
    with pytest.raises(UndoRefused) as refused:
        changes.undo(buyer, first, at=AT)
    assert (refused.value.reason, refused.value.members, refused.value.later) == ("changed_since", ["bid"], [last()])
    changes.undo(buyer, last(), at=AT)
    changes.undo(buyer, first, at=AT)
    with pytest.raises(UndoRefused, match="undone_already"):
        changes.undo(buyer, first, at=AT)
    made.refresh_from_db()
    assert (made.bid, made.daily_budget) == (1, 10)


def test_undoing_a_budget_never_goes_below_what_is_spent(buyer, made):
    edit(buyer, made, daily_budget=Decimal(20))
    CampaignDay.objects.create(campaign=made, day=TODAY, budget=20, spent=15)
    changes.undo(buyer, last(), at=AT)
    assert CampaignDay.objects.get().budget == 15


def test_what_a_change_made_is_put_away_by_undo(buyer, made):
    group = groups.create_group(buyer, made, at=AT, values={"name": "Second"}, keywords=[("silk", "broad")])
    changes.undo(buyer, last(), at=AT)
    group.refresh_from_db()
    assert (group.state, group.keywords.count()) == ("archived", 1)


def test_a_change_of_a_group_is_a_change_of_its_campaign(buyer, made):
    group, version = made.groups.get(), made.version
    groups.edit_group(buyer, group, at=AT, values={"bid": Decimal(3)}, negatives=[("free", "exact")])
    made.refresh_from_db()
    assert (group.bid, made.version) == (3, version + 1)
    assert last().after == {f"groups.{group.code}.bid": "3", f"groups.{group.code}.negatives": [["free", "exact"]]}
    with pytest.raises(Illegal) as refused:
        groups.edit_group(buyer, group, at=AT, values={"bid": Decimal(11)})
    assert list(refused.value.errors) == ["daily_budget"]


# Bulk


def test_bulk_does_what_its_diff_showed_and_is_undone_whole(buyer, goods, monkeypatch):
    ones = [make(buyer, daily_budget=Decimal(budget), products=goods) for budget in (10, 30)]
    step = BulkEdit((Edit("daily_budget", Action.RAISE, 15), Edit("placements", Action.REMOVE, ["shop"])))
    diffs = bulk.plan(buyer, ones, step, at=AT)
    assert [diff.after["daily_budget"] for diff in diffs] == ["11.5", "34.5"]
    done = bulk.carry_out(buyer, {d.campaign.code: d.version for d in diffs}, step, at=AT)
    assert [result.change.after for result in done.results] == [diff.after for diff in diffs]
    assert AuditEntry.objects.latest("number").details == {"campaigns": [one.code for one in ones]}
    with monkeypatch.context() as patch:
        patch.setattr(changing, "record", dying_at(2, changing.record))
        with pytest.raises(KeyboardInterrupt):
            changes.undo_batch(buyer, done.batch, at=AT)
    assert list(Campaign.objects.order_by("pk").values_list("daily_budget", flat=True)) == [10, Decimal("34.5")]
    undone = changes.undo_batch(buyer, done.batch, at=AT)
    assert [each.refusal for each in undone] == [None]
    assert list(Campaign.objects.order_by("pk").values_list("daily_budget", flat=True)) == [10, 30]


def test_groups_of_several_campaigns_change_together_or_say_which_did(buyer, made, goods, monkeypatch):
    other = make(buyer, products=goods)
    codes = [one.groups.get().code for one in (made, other)]
    with monkeypatch.context() as patch:
        patch.setattr(changing, "judge", lambda campaign, *_, **__: {"name": "x"} if campaign == other else {})
        with pytest.raises(Illegal) as refused:
            groups.set_group_states(buyer, codes, "paused", at=AT)
    assert (refused.value.changed, [g.state for g in AdGroup.objects.order_by("pk")]) == (
        [made.code], ["paused", "active"],
    )  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(changing, "record", dying_at(1, changing.record))
        with pytest.raises(KeyboardInterrupt):
            groups.set_group_states(buyer, codes, "archived", at=AT)
    assert [g.state for g in AdGroup.objects.order_by("pk")] == ["paused", "active"]
    assert groups.set_group_states(buyer, codes, "archived", at=AT) == codes


def dying_at(time: int, act):
    """Return what does the same, and dies when it is called for that time."""
    times = count(1)

    def do(*args, **details):
        if next(times) == time:
            raise KeyboardInterrupt
        return act(*args, **details)

    return do


def test_bulk_moves_amounts_by_the_coins_of_the_currency(buyer):
    edit = BulkEdit((Edit("bid", Action.RAISE, 10), Edit("target_roi", Action.RAISE, 10)))
    known = {"bid": "33.4", "target_roi": "3.33"}
    found = [bulk.wanted_of(known, edit, currency) for currency in ("CNY", "JPY")]
    assert found == [{"bid": "36.74", "target_roi": "3.66"}, {"bid": "37", "target_roi": "3.66"}]


def test_bulk_leaves_alone_what_changed_meanwhile_and_what_is_illegal(buyer):
    ones = [make(buyer), make(buyer), make(buyer, bid=Decimal(9))]
    step = BulkEdit((Edit("daily_budget", Action.LOWER, 20),))
    versions = {one.code: one.version for one in ones}
    edit(buyer, ones[0], bid=Decimal(2))
    results = bulk.carry_out(buyer, versions, step, at=AT).results
    found = [(bool(r.change), r.is_conflict, list(r.errors)) for r in results]
    assert found == [(False, True, []), (True, False, []), (False, False, ["daily_budget"])]


@pytest.mark.parametrize(
    "step", [Edit("name", Action.SET, "x"), Edit("state", Action.RAISE, 5), Edit("bid", "raise", 0)]
)
def test_bulk_refuses_what_makes_no_sense(buyer, made, step):
    with pytest.raises(Illegal):
        bulk.plan(buyer, [made], BulkEdit((step,)), at=AT)


# Approval


@pytest.fixture
def limit(shop):
    return AdAccount.objects.create(merchant=shop, approval_limit=50)


def raised_by_form(access, campaign):
    edit(access, campaign, daily_budget=Decimal(60))


def raised_in_bulk(access, campaign):
    step = BulkEdit((Edit("daily_budget", Action.SET, Decimal(60)),))
    result = bulk.carry_out(access, {campaign.code: campaign.version}, step, at=AT).results[0]
    if result.proposal:
        raise WaitsForApproval(result.proposal)


def raised_by_promotion(access, campaign):
    edit(access, campaign, promotion_days=[Span(TODAY, TODAY, budget_percent=900)])


def raised_by_undo(access, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(daily_budget=60)
    campaign.refresh_from_db()
    edit(access, campaign, daily_budget=Decimal(10))
    changes.undo(access, last(), at=AT)


def raised_bid(access, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(daily_budget=100)
    campaign.refresh_from_db()
    edit(access, campaign, bid=Decimal(30), modifiers={"feed": 100})


def started_above(access, campaign):
    dear = make(access, daily_budget=Decimal(60))
    set_states(access, [dear.code], "active", at=AT)


WAYS = [raised_by_form, raised_in_bulk, raised_by_promotion, raised_by_undo, raised_bid, started_above]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_around_the_limit(buyer, made, limit, way):
    with pytest.raises(WaitsForApproval) as waits:
        way(buyer, made)
    proposal = waits.value.proposal
    campaign = Campaign.objects.get(pk=proposal.campaign_id)
    assert (proposal.state, proposal.version) == ("waiting", campaign.version)
    assert campaign.state == "paused"


def test_a_second_person_approves(buyer, owner, made, limit):
    with pytest.raises(WaitsForApproval) as waits:
        edit(buyer, made, daily_budget=Decimal(60), name="Grand")
    proposal = waits.value.proposal
    with pytest.raises(proposals.NotYours):
        proposals.approve(buyer, proposal, at=AT)
    change = proposals.approve(owner, proposal, at=AT)
    made.refresh_from_db()
    assert (made.daily_budget, made.name, change.after) == (60, "Grand", {"daily_budget": "60", "name": "Grand"})
    assert set_states(buyer, [made.code], "active", at=AT) == [made.code]
    with pytest.raises(proposals.ProposalOver, match="approved"):
        proposals.approve(owner, proposal, at=AT)


def test_a_proposal_is_outdated_by_any_change(buyer, owner, made, limit):
    with pytest.raises(WaitsForApproval) as waits:
        edit(buyer, made, daily_budget=Decimal(60))
    edit(buyer, made, name="Other")
    with pytest.raises(proposals.ProposalOver, match="outdated"):
        proposals.approve(owner, waits.value.proposal, at=AT)
    assert Proposal.objects.get().state == "outdated"


def test_an_ad_buyer_cannot_lift_the_limit(buyer, owner, limit):
    with pytest.raises(PermissionDenied):
        account.edit_account(buyer, values={"approval_limit": None}, at=AT)
    assert account.edit_account(buyer, values={"approval_limit": Decimal(40)}, at=AT).approval_limit == 40
    assert account.edit_account(owner, values={"approval_limit": None}, at=AT).approval_limit is None


# Review


def test_a_headline_is_reviewed_rejected_and_appealed(buyer, made, goods, oscar):
    ad = made.ads.first()
    creatives.edit_ad(buyer, ad, headline="Best of all", at=AT)
    assert ad.review == "pending"
    creatives.review_ad(oscar, ad, headline="Best of all", reason="Superlative", at=AT)
    assert (ad.review, ad.review_reason) == ("rejected", "Superlative")
    creatives.edit_ad(buyer, ad, headline="Best of all", at=AT)
    assert (ad.review, ad.review_reason) == ("pending", "")
    creatives.edit_ad(buyer, ad, headline="Soft and light", at=AT)
    with pytest.raises(creatives.ReviewOver):
        creatives.review_ad(oscar, ad, headline="Best of all", at=AT)
    creatives.review_ad(oscar, ad, headline="Soft and light", at=AT)
    assert ad.review == "approved"


def test_a_review_outdates_no_proposal(buyer, owner, made, limit, oscar):
    ad = creatives.edit_ad(buyer, made.ads.first(), headline="Soft", at=AT)
    made.refresh_from_db()
    with pytest.raises(WaitsForApproval) as waits:
        edit(buyer, made, daily_budget=Decimal(60))
    creatives.review_ad(oscar, ad, headline="Soft", at=AT)
    assert proposals.approve(owner, waits.value.proposal, at=AT)


# The dry run


def test_a_dry_run_writes_nothing(buyer, made, limit):
    tried = dry_run.estimate(buyer, campaign=made, values={"daily_budget": Decimal(60)}, at=AT)
    assert (tried.before, tried.after, tried.waits) == ({"daily_budget": "10"}, {"daily_budget": "60"}, True)
    wrong = dry_run.estimate(buyer, values={"name": "N", "bid": Decimal(2), "daily_budget": Decimal(1)}, at=AT)
    assert list(wrong.errors) == ["daily_budget"]
    assert (Campaign.objects.count(), Proposal.objects.count(), Change.objects.count()) == (1, 0, 1)


def test_a_foreign_campaign_is_not_changed(buyer, foreign_shop):
    foreign = adverts.campaign(foreign_shop)
    assert bulk.carry_out(buyer, {foreign.code: 1}, BulkEdit((Edit("state", "set", "paused"),)), at=AT).results == []
