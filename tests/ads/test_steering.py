"""Steering: what the job reads, moves and writes; phases and resets by their published rules."""

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ads import partitions
from ads.bidding.target import Reason
from ads.models import AuctionRecord, CampaignDay, PromotionDays, Steering, SteeringStep
from ads.steering import history, initial, newcomers, running
from ads.steering.controlling import Pace, control
from ads.steering.explaining import sentences
from ads.steering.facts import Facts, Memory, Window
from ads.steering.phases import Reset, advance, reset_of
from ads.steering.reading import read
from ads.steering.summary import summary
from ads.steering.tallying import Tally
from chengfeng.periods import local_date
from tests.factories import AT

from . import adverts

TODAY = local_date(AT, "Asia/Shanghai")
COST = {"bid_mode": "target_cost", "target_cost": Decimal(20)}
pytestmark = pytest.mark.django_db


def facts(**fields) -> Facts:
    given = {
        "campaign": 1, "merchant": 1, "mode": "target_cost", "target": 20.0, "daily_budget": 1000.0, "budget": 1000.0,
        "spent": 0.0, "day": TODAY, "now": 0.5, "at": AT,
    }  # fmt: skip
    return Facts(**given | fields)


def memory(**fields) -> Memory:
    given = {"multiplier": 1.0, "since": AT, "began": AT, "mode": "target_cost", "target": 20.0}
    return Memory(**given | fields)


def steered(campaign, **fields) -> Steering:
    defaults = {"phase_since": AT - timedelta(days=1), "updated_at": AT - timedelta(minutes=30)}
    return Steering.objects.create(campaign=campaign, **defaults | fields)


def clicks(ad, number: int, *, price: str = "1", pcvr: float = 0.05) -> None:
    for n in range(number):
        adverts.event(ad, shopper=uuid.uuid4(), at=AT - timedelta(days=2, minutes=n), price=Decimal(price), pcvr=pcvr)


def after(*moves: Facts) -> list:
    """The moves that follow one another from nothing."""
    known, made = memory(mode=moves[0].mode, target=moves[0].target), []
    for each in moves:
        move = control(each, known)
        known = move.memory
        made.append(move)
    return made


def test_a_campaign_begins_where_the_auction_starts_it(shop):
    campaign = adverts.ad(shop, **COST).campaign
    assert running.steer(at=AT) == {"campaigns": 1, "steps": 1}
    row = Steering.objects.get(campaign=campaign)
    assert (row.phase, row.updated_at) == ("learning", AT)
    assert initial(mode="target_cost", daily_budget=Decimal(100), rate=Decimal(1)) == 1
    assert initial(mode="max_conversions", daily_budget=Decimal(100), rate=Decimal(2)) == 20


def test_once_a_minute(shop):
    adverts.ad(shop, **COST)
    running.steer(at=AT)
    assert running.steer(at=AT + timedelta(seconds=59)) == {"campaigns": 0, "steps": 0}
    assert running.steer(at=AT + timedelta(seconds=60))["campaigns"] == 1


def test_reads_what_clicks_cost_and_brought(shop):
    ad = adverts.ad(shop, **COST)
    clicks(ad, 3, price="2")
    CampaignDay.objects.create(campaign=ad.campaign, day=TODAY, budget=100, spent=30)
    [(found, known)] = read(at=AT)
    assert known is None
    assert (found.window.clicks, found.window.cost, found.spent, found.budget) == (3, 6.0, 30.0, 100.0)
    assert found.window.predicted == pytest.approx(0.15)
    assert found.now == pytest.approx(0.5)


def test_spending_ahead_of_the_day_takes_part_in_less_and_behind_in_more():
    manual = {"mode": "cpc", "target": None}
    ahead = after(facts(now=0.25, **manual), facts(now=0.5, spent=600, **manual))
    assert (ahead[-1].reason, ahead[-1].multiplier) == (Pace.LESS, 1)
    assert ahead[-1].participation == pytest.approx(400 / (600 / 0.25 * 0.5))
    calm = control(facts(now=0.75, spent=610, **manual), ahead[-1].memory)
    assert (calm.reason, calm.participation) == (Pace.ALL, 1)


def test_a_fast_pace_is_never_throttled():
    manual = {"mode": "cpc", "target": None, "is_fast": True}
    assert after(facts(now=0.25, **manual), facts(now=0.5, spent=600, **manual))[-1].participation == 1


def test_automatic_bids_fall_ahead_of_the_plan_and_rise_behind():
    most = {"mode": "max_conversions", "target": None}
    begun = facts(now=0.5, spent=500, **most)
    ahead = after(begun, facts(now=0.55, spent=700, **most))
    behind = after(begun, facts(now=0.55, spent=500, **most))
    assert ahead[1].multiplier < ahead[0].multiplier < behind[1].multiplier


def test_few_orders_move_little():
    expected = Window(clicks=100, cost=200, predicted=10, due=10, orders=10)
    level = control(facts(window=expected), memory()).multiplier
    none = control(facts(window=Window(clicks=10, cost=20, predicted=1, due=1)), memory()).multiplier
    many = control(facts(window=replace(expected, cost=2000, predicted=100, due=100, orders=50)), memory()).multiplier
    assert none / level > 0.8 > 0.7 > many / level


def test_bids_go_by_what_came_of_predictions_and_what_was_paid_of_bids():
    """Three of four predicted orders came, six tenths of the bids were paid, and seven days are at their target."""
    window = Window(clicks=10_000, cost=6000, bid=10_000, predicted=400, due=400, orders=300)
    assert control(facts(window=window), memory()).multiplier == pytest.approx(350 / 450 / 0.6, rel=1e-3)
    lucky = replace(window, cost=4800, bid=8000)
    assert control(facts(window=lucky), memory()).judgement.made_up == pytest.approx(305 * 20 / 4900)


def test_dear_orders_are_never_bid_more_for():
    dear = Window(clicks=100, cost=1000, predicted=25, due=25, orders=25)
    moves = after(*(facts(now=0.4 + n / 100, spent=n, window=dear) for n in range(9)))
    bids = [move.multiplier for move in moves]
    assert bids == sorted(bids, reverse=True)
    assert {move.reason for move in moves[1:]} <= {"target", "dear"}


def test_a_spent_budget_keeps_the_bid_for_the_next_day():
    moves = after(facts(now=0.5, spent=100), facts(now=0.6, spent=1000), facts(now=0.1, day=TODAY + timedelta(days=1)))
    assert [move.reason for move in moves][1] == "spent"
    assert moves[1].multiplier == moves[0].multiplier > 0


def test_a_promotion_day_relaxes_the_target(shop):
    campaign = adverts.ad(shop, **COST).campaign
    PromotionDays.objects.create(campaign=campaign, first_day=TODAY, last_day=TODAY, bid_percent=50, budget_percent=100)
    [(found, _)] = read(at=AT)
    assert (found.promotion, found.budget) == (1.5, 200)
    dear = Window(clicks=100, cost=750, predicted=30, due=30, orders=30)
    plain, promoted = (control(replace(found, promotion=p, window=dear), memory()) for p in (1.0, 1.5))
    assert promoted.multiplier > plain.multiplier


def test_the_log_of_auctions_tells_what_a_multiplier_would_spend(shop):
    campaign = adverts.ad(shop, **COST).campaign
    partitions.ensure(AT.date(), AT.date())
    mine = {"campaign": campaign.pk, "merchant": shop.pk, "pctr": 0.01, "pcvr": 0.05, "quality": 100, "score": 1}
    rival = {"campaign": 0, "merchant": 0, "outcome": "won", "score": 0.01 * 1e8 * 100 * 10_000}  # one yuan a click
    AuctionRecord.objects.bulk_create(
        AuctionRecord(
            day=AT.date(), number=uuid.uuid4(), at=AT - timedelta(hours=1), placement="feed", slots=1,
            shopper=uuid.uuid4(), draw=0, weight=3, candidates=[rival, mine | {"outcome": outcome}],
        )
        for outcome in ["outranked"] * 200 + ["schedule"] * 5
    )  # fmt: skip
    [(found, _)] = read(at=AT)
    found = history.landscapes([found], at=AT)[campaign.pk]
    assert (found.spend.max(), found.multipliers.max()) == (pytest.approx(200 * 3 * 0.01), pytest.approx(1 / 0.05))


def test_phases():
    seen = {n: facts(window=Window(orders=n)) for n in (0, 9, 10, 19, 20)}
    later = AT + timedelta(days=7)

    def phase(facts: Facts, **known) -> str:
        return advance(facts, control(facts, memory(**known))).phase

    assert phase(seen[19]) == "learning"
    assert phase(seen[20]) == "learned"
    assert phase(replace(seen[19], at=later)) == "failed"
    assert phase(seen[10], phase="learned") == "learned"
    assert phase(seen[9], phase="learned") == "learning"
    assert phase(replace(seen[20], at=later), phase="failed") == "learned"
    assert phase(replace(seen[20], spent=960), phase="learned") == "limited"
    assert phase(seen[20], phase="limited", limited_on=TODAY - timedelta(days=2)) == "learned"
    assert phase(facts(mode="cpc", target=None), phase="learned", mode="cpc") == "learned"
    dear = facts(window=Window(clicks=900, cost=2000, bid=2500, predicted=40, due=40, orders=20))
    assert (phase(dear), phase(replace(dear, at=later))) == ("learned", "failed")


def test_resets():
    known = memory(updated_at=AT - timedelta(days=6))
    assert reset_of(facts(target=24), known) is None
    assert reset_of(facts(target=24.1), known) is Reset.TARGET
    assert reset_of(facts(mode="target_roi"), known) is Reset.MODE
    assert reset_of(facts(), replace(known, updated_at=AT - timedelta(days=7, minutes=1))) is Reset.PAUSE


def test_a_new_target_begins_learning_anew(shop):
    campaign = adverts.ad(shop, **COST).campaign
    kept = {"mode": "target_cost", "target": 40.0, "demand": 70, "began": (AT - timedelta(days=9)).isoformat()}
    steered(campaign, phase="learned", multiplier=0.3, state=kept)
    running.steer(at=AT)
    row, step = Steering.objects.get(), SteeringStep.objects.get()
    assert (row.phase, row.phase_since, row.state["demand"]) == ("learning", AT, None)
    assert (step.details["reset"], step.details["phase_before"]) == ("target", "learned")


def test_a_look_goes_on_from_sums_as_if_it_read_seven_days(shop):
    ad = adverts.ad(shop, bid_mode="target_cost", target_cost=Decimal(20))
    clicks(ad, 5, price="2")
    running.steer(at=AT - timedelta(minutes=30))
    adverts.event(ad, shopper=uuid.uuid4(), at=AT - timedelta(minutes=9), price=Decimal(1), pcvr=0.05)
    with CaptureQueriesContext(connection) as look:
        [(found, _)] = read(at=AT)
    assert (found.window.clicks, found.window.cost, found.tally.clicks) == (6, 11.0, 5)
    assert len([query for query in look if "FROM unnest" in query["sql"] and "ads_event" in query["sql"]]) == 1
    [(later, _)] = read(at=AT + timedelta(minutes=31))
    Steering.objects.update(state={})
    [(whole, _)] = read(at=AT + timedelta(minutes=31))
    assert (whole.tally, whole.window) == (later.tally, later.window)
    Steering.objects.all().delete()
    [(anew, _)] = read(at=AT)
    assert found.window.due == pytest.approx(anew.window.due)


def test_of_predicted_orders_only_those_of_newcomers_count(shop):
    """Of twenty orders five were by newcomers: predictions and bids go by that share, drawn to a half."""
    tally = Tally(since=AT, until=AT, mode="cpc", rate=1, orders=20, newcomers=5)
    rows = [
        {"id": 1, "merchant_id": 1, "objective": "new_customers"},
        {"id": 2, "merchant_id": 1, "objective": "product_sales"},
    ]
    found = newcomers.shares(rows, {1: tally, 2: replace(tally, newcomers=20)})
    everywhere = (25 + 10) / 60
    of_shop = (25 + 20 * everywhere) / 60
    assert found == {1: pytest.approx((5 + 20 * of_shop) / 40)}
    whole, part = (control(facts(share=share), memory()).multiplier for share in (1.0, 0.25))
    assert part == pytest.approx(whole / 4)


def test_statements_do_not_grow_with_campaigns(shop, django_assert_num_queries):
    adverts.ad(shop, **COST)
    running.steer(at=AT)
    for bidding in ({"bid_mode": "target_roi", "target_roi": 4}, {}, {"bid_mode": "max_conversions"}):
        adverts.ad(shop, **bidding)
    with CaptureQueriesContext(connection) as few:
        running.steer(at=AT + timedelta(minutes=1))
    for _ in range(3):
        adverts.ad(shop, bid_mode="target_roi", target_roi=4)
    with django_assert_num_queries(len(few)):
        running.steer(at=AT + timedelta(minutes=2))


@pytest.mark.parametrize("reason", [*Reason, *Pace])
def test_every_reason_is_told_with_its_numbers(reason):
    details = {
        "mode": "cpc" if reason in list(Pace) else "target_roi", "budget": 100.0, "passed": 0.5, "cost": 0.25,
        "allowed": 0.2, "observed": 10.0, "expected": 20.0, "demand": 300.0, "phase_before": "learning", "came": 0.9,
        "paid": 0.8, "made_up": 1.1,
    }  # fmt: skip
    step = SteeringStep(
        reason=reason, phase="learned", spent=40, planned=50, conversions=21, predicted_conversions=20.5,
        multiplier_before=1, multiplier_after=0.9, participation_after=0.4, details=details,
    )  # fmt: skip
    said = sentences(step, "CNY")
    assert "%(" not in "".join(said) and all(said)
    assert (len(said), said[-1]) == (5 if reason in ("target", "dear") else 3, "Phase: from “Learning” to “Learned”.")


def test_sentences_carry_the_numbers():
    details = {"mode": "target_roi", "cost": 0.25, "allowed": 0.2, "came": 0.9, "paid": 0.8, "made_up": 0.64}
    step = SteeringStep(
        reason="dear", phase="learned", spent=0, planned=0, conversions=21, predicted_conversions=20.5,
        multiplier_before=1, multiplier_after=0.9, details=details,
    )  # fmt: skip
    assert sentences(step, "CNY") == [
        "Bids fall by 10%: from 1 to 0.9 times the predicted worth.",
        "The last seven days are dearer than the target: judged as ROI 4.00, allowed is ROI 5.00 (21 orders, 20.5 "
        "predicted). Less is bid until that is made up for.",
        "Of what is predicted, 90% is counted on; clicks cost 80% of what is bid.",
        "They are dearer than the target, so 36% less is bid.",
    ]


@pytest.mark.usefixtures("noon")
def test_the_page_shows_steps_progress_and_rules(client, shop, alice, charlie):
    campaign = adverts.ad(shop, **COST).campaign
    address = reverse("ads:steering", args=[shop.code, campaign.code])
    client.force_login(alice)
    assert client.get(address).status_code == 200
    running.steer(at=AT)
    page = client.get(address)
    assert (page.context["summary"].progress, len(page.context["page"])) == ("0 of 20 orders in seven days", 1)
    client.force_login(charlie)
    assert client.get(address).status_code == 404


@pytest.mark.usefixtures("noon")
def test_a_failed_campaign_is_told_what_to_do(shop):
    campaign = adverts.ad(shop, **COST).campaign
    steered(campaign, phase="failed")
    assert len(summary(campaign).advice) == 3
    SteeringStep.objects.create(
        merchant=shop, campaign=campaign, at=AT, reason="dear", phase="failed", spent=0, planned=0, conversions=21,
        predicted_conversions=20, value=0, multiplier_before=1, multiplier_after=0.5, details={"made_up": 0.5},
    )  # fmt: skip
    assert len(summary(campaign).advice) == 2
