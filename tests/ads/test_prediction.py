"""Predictions are trained from valid events only, each once, by one trainer; what serves is swapped and falls back."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import transaction

from ads import counts, partitions
from ads.models import Ad, AdGroup, Conversion, ConversionLine, Credit, Event, Keyword, PredictionModel
from ads.prediction import AdFacts, load, packing, training
from ads.prediction.checking import Refusal
from ads.prediction.examples import MATCHES, Catalogue, clicks, impressions
from ads.prediction.training import Kind, Step, train
from shops import tokens
from shops.people.rights import Right
from tests import factories
from tests.crowd import at_once
from tests.factories import AT

from . import adverts

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def happened(ad: Ad, *, at: datetime, kind: str = "impression", **fields) -> Event:
    """An event that is not written yet."""
    defaults = {
        "token": uuid.uuid4(), "placement": "feed", "position": 1, "bid": Decimal(1), "price": Decimal("0.5"),
        "decided_at": at, "received_at": at, "shopper": uuid.uuid4(),
    }  # fmt: skip
    return Event(
        day=at.date(), kind=kind, merchant_id=ad.merchant_id, campaign_id=ad.campaign_id, ad=ad,
        product_id=ad.product_id, at=at, **defaults | fields,
    )  # fmt: skip


def clicked(seen: Event, *, after: timedelta = timedelta(seconds=5), **fields) -> Event:
    """The click on an impression."""
    return happened(
        seen.ad, at=seen.at, kind="click", token=seen.token, shopper=seen.shopper, position=seen.position,
        placement=seen.placement, received_at=seen.received_at + after, **fields,
    )  # fmt: skip


def traffic(ads: list[Ad], *, count: int = 900, days: int = 2, seed: int = 4, valid: bool = True) -> list[Event]:
    """Impressions and clicks until noon; ads are clicked the more, the later they come in the list."""
    rng, events = random.Random(seed), []
    for number in range(count):
        place = rng.randrange(len(ads))
        at = NOON - days * DAY + number * days * 24 // count * HOUR
        more = {"is_valid": valid, "reason": "" if valid else "robot"}
        seen = happened(ads[place], at=at, placement=rng.choice(["feed", "search"]), **more)
        events.append(seen)
        if rng.random() < 0.05 + 0.4 * place / len(ads):
            events.append(clicked(seen, **more))
    return events


def write(events: list[Event]) -> None:
    partitions.ensure_days({event.day for event in events})
    Event.objects.bulk_create(events)


def credited(click: Event, *, after: timedelta, value: str = "100", reason: str = "initial") -> Credit:
    """What a purchase some time after a click credits it with."""
    order = uuid.uuid4().hex[:20]
    conversion = Conversion.objects.create(
        merchant_id=click.merchant_id, order_code=order, shopper=click.shopper, currency="CNY", value=Decimal(value),
        is_new=True, placed_at=click.at + after, at=click.at + after,
    )  # fmt: skip
    variant = click.product.variants.first() or factories.variant(click.merchant, product=click.product)
    line = ConversionLine.objects.create(
        conversion=conversion, line_code=order, product_id=click.product_id, quantity=1, value=Decimal(value),
        variant=variant, is_new_to_brand=True,
    )  # fmt: skip
    return credit(line, click, reason=reason, amount=value, at=click.at + after)


def credit(line: ConversionLine, click: Event, *, reason: str, amount: str, at: datetime) -> Credit:
    return Credit.objects.create(
        merchant_id=click.merchant_id, line=line, campaign_id=click.campaign_id, ad=click.ad, event_day=click.day,
        token=click.token, touch="click", rule="last_click_7d", reason=reason, cause=reason,
        refund=reason if reason == "refund" else "", share=reason != "refund",
        amount=Decimal(amount), is_same_product=True, touched_at=click.at, at=at, posted_at=at,
    )  # fmt: skip


@pytest.fixture
def ads(shop) -> list[Ad]:
    parent = adverts.campaign(shop)
    return [adverts.ad(shop, of=parent) for _ in range(6)]


@pytest.fixture
def lenient(monkeypatch):
    """Every model passes."""
    monkeypatch.setattr(training, "refusal", lambda metrics: None)


def everything(kind: Kind = Kind.CLICK) -> PredictionModel:
    """Train until nothing is left to learn; return the newest version."""
    while train(kind, at=NOON) in (Step.SERVING, Step.REJECTED):
        pass
    return PredictionModel.objects.filter(kind=kind).latest("version")


def learnt(model: PredictionModel) -> tuple[bytes, bytes]:
    arrays = packing.from_bytes(bytes(model.weights))
    return arrays["state_z"].tobytes(), arrays["state_n"].tobytes()


def test_an_example_is_an_impression_and_what_followed_in_time(ads):
    at, ad = NOON - 3 * HOUR, ads[2]
    keyword = Keyword.objects.create(group=AdGroup.objects.get(), text="red", match="phrase")
    seen = [
        happened(ad, at=at, placement="search", position=3, keyword_id=keyword.pk),
        happened(ad, at=at + timedelta(seconds=1), placement="search"),
        happened(ads[0], at=at + timedelta(seconds=2), placement="shop"),
    ]
    ignored = happened(ad, at=at, is_valid=False, reason="robot")
    views = [happened(ad, at=at, kind="viewable", token=seen[0].token)]
    write(
        [*seen, ignored, *views, clicked(seen[0]), clicked(seen[1], is_valid=False), clicked(seen[2], after=2 * HOUR)]
    )
    found = impressions(Catalogue.read(), at, at + HOUR)
    assert found.shown.ad.tolist() == [ad.pk, ad.pk, ads[0].pk]
    assert found.hit.tolist() == [1, 0, 0], "only the valid click that came in time"
    assert found.viewed.tolist() == [1, 0, 0]
    assert found.placement.tolist() == [1, 1, 3]
    assert found.position.tolist() == [3, 1, 1]
    assert found.hour.tolist() == [17, 17, 17], "09:00 UTC in Shanghai"
    assert [MATCHES[number] for number in found.match] == ["phrase", "topic", "none"]


def test_a_purchase_is_known_from_the_day_it_happens(ads):
    click = happened(ads[0], at=NOON - 3 * DAY, kind="click")
    write([click, happened(ads[1], at=NOON - 2 * DAY, kind="click")])
    credited(click, after=DAY)
    then = [clicks(Catalogue.read(), NOON - 4 * DAY, NOON - DAY, now) for now in (NOON - 3 * DAY + HOUR, NOON)]
    assert [found.hit.tolist() for found in then] == [[0, 0], [1, 0]]
    assert then[1].delay.tolist() == [86_400, -1]
    assert then[1].waited.tolist() == [3 * 86_400, 2 * 86_400]


def test_training_in_parts_is_training_at_once_and_learns_nothing_twice(ads):
    events = traffic(ads)
    early = [event for event in events if event.received_at < NOON - DAY]
    write(early)
    first = everything()
    write(events[len(early) :])
    last = everything()
    assert (first.examples < last.examples, train(Kind.CLICK, at=NOON)) == (True, Step.NOTHING_NEW)
    PredictionModel.objects.all().delete()
    at_once = everything()
    assert learnt(last) == learnt(at_once)
    assert last.metrics == at_once.metrics
    until = last.trained_through
    assert last.examples == sum(event.kind == "impression" and event.received_at < until for event in events)


def test_invalid_traffic_teaches_nothing(ads):
    write(traffic(ads))
    honest = learnt(everything())
    PredictionModel.objects.all().delete()
    write(traffic(ads[:1], count=400, seed=9, valid=False))
    assert learnt(everything()) == honest


def test_purchases_are_learnt_for_good_once_their_window_is_over(ads):
    events = [happened(ads[n % 6], at=NOON - timedelta(hours=5 * n), kind="click") for n in range(60)]
    write(events)
    for click in events[::3]:
        credited(click, after=HOUR)
    model = everything(Kind.PURCHASE)
    arrays = packing.from_bytes(bytes(model.weights))
    through = datetime.fromtimestamp(float(arrays["through"]), UTC)
    assert model.trained_through - through == 7 * DAY
    assert arrays["state_counts"][0] == sum(event.received_at < through for event in events)
    assert model.examples == sum(event.received_at < model.trained_through for event in events)


def test_a_new_version_is_swapped_in_and_nothing_is_read_while_nothing_changes(ads, lenient, django_assert_num_queries):
    facts = [AdFacts(ad.pk, 1, 1, ad.merchant_id, ad.product_id) for ad in ads]
    write(traffic(ads))
    counts.recount((NOON - 3 * DAY).date(), NOON.date())
    counted = load()
    everything()
    trained = load(counted)
    assert (counted.versions["click"], trained.versions["click"]) == (0, 2)
    assert (np.diff(trained.click_logits(facts)[0])[[0, 4]] > 0).all()
    assert trained.click_logits(facts).shape == (4, 6)
    assert trained.is_new(facts).tolist() == [True] * 6
    assert 0 < trained.viewable("feed") < 1
    with django_assert_num_queries(1):
        assert load(trained) is trained
    counts.recount(NOON.date(), NOON.date())
    counted_anew = load(trained)
    assert counted_anew.clicks is trained.clicks
    assert counted_anew.counted is not trained.counted


@pytest.mark.parametrize("spoil", ["rejected", "too old", "unreadable"])
def test_counts_answer_where_no_model_may(ads, lenient, spoil, caplog):
    write(traffic(ads))
    counts.recount((NOON - 3 * DAY).date(), NOON.date())
    everything()
    changes = {
        "rejected": {"state": "rejected"},
        "too old": {"trained_through": NOON - 9 * DAY},
        "unreadable": {"weights": b""},
    }
    PredictionModel.objects.filter(state="serving").update(**changes[spoil])
    predictor = load()
    assert predictor.versions == {"click": 0, "purchase": 0}
    facts = [AdFacts(ad.pk, 1, 1, ad.merchant_id, ad.product_id) for ad in ads]
    clicked, seen = predictor.evidence(facts)
    assert seen.sum() == 900
    assert predictor.click_logits(facts)[2].argmax() == (clicked / seen).argmax()
    assert predictor.click_context("feed", 3, "none") == 0


def test_what_cannot_be_read_is_learnt_anew(ads):
    write(traffic(ads))
    honest = everything()
    PredictionModel.objects.update(weights=b"PK", trained_through=NOON - 2 * DAY)
    again = everything()
    assert (learnt(again), again.examples) == (learnt(honest), honest.examples)
    assert again.version > honest.version


def test_a_rejected_version_leaves_the_old_one_serving(ads, monkeypatch):
    events = traffic(ads)
    write([event for event in events if event.received_at < NOON - DAY])
    with monkeypatch.context() as patch:
        patch.setattr(training, "refusal", lambda metrics: None)
        good = everything()
    write([event for event in events if event.received_at >= NOON - DAY])
    monkeypatch.setattr(training, "refusal", lambda metrics: Refusal.OFF_ON_AVERAGE)
    bad = everything()
    good.refresh_from_db()
    assert (good.state, bad.state, bad.note) == ("serving", "rejected", "off_on_average")
    assert bad.version > good.version


def test_what_clicks_lead_to_follows_the_product(ads, lenient):
    events = [happened(ads[n % 2], at=NOON - 20 * DAY + timedelta(minutes=n), kind="click") for n in range(40)]
    write([*events, happened(ads[0], at=NOON)])
    counts.recount((NOON - 21 * DAY).date(), NOON.date())
    for click in events[:40:2]:
        sale = credited(click, after=HOUR, value="150")
        credit(sale.line, click, reason="refund", amount="-30", at=sale.at + HOUR)
    everything(Kind.PURCHASE)
    facts = [AdFacts(ad.pk, 1, 1, ad.merchant_id, ad.product_id, price=Decimal(100)) for ad in ads[:2]]
    predictor = load()
    sold = predictor.sold
    assert (sold.clicks.sum(), sold.purchases.sum()) == (pytest.approx(40), 20)
    assert sold.rates(facts)[0] > sold.rates(facts)[1]
    assert predictor.value(facts)[0] == pytest.approx(100 * (30 + 20 * (30 + 20 * 50 / 40) / 40) / 40, rel=0.02)
    assert predictor.settled_share(facts)[0] == pytest.approx((24 + 20 * (24 + 20 * 0.95) / 50) / 50, rel=0.01)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_two_trainers_make_one_version(shop, monkeypatch, is_guarded):
    """Without the guard (the control) the slower one runs into the constraint."""
    ads = [adverts.ad(shop)]
    write(traffic(ads, count=40, days=1))
    if not is_guarded:
        monkeypatch.setattr(training, "_is_overtaken", lambda kind, last: False)
    results = at_once([lambda: train(Kind.CLICK, at=NOON)] * 2)
    expected = Step.OVERTAKEN if is_guarded else "IntegrityError"
    assert {expected, Step.REJECTED} == {getattr(result, "value", type(result).__name__) for result in results}
    assert PredictionModel.objects.count() == 1


def test_a_trainer_that_dies_leaves_everything_as_it_was(ads, lenient, monkeypatch):
    events = traffic(ads, count=200)
    write(events)
    good = everything()
    write([happened(ads[0], at=NOON + n * timedelta(minutes=5)) for n in range(40)])
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError), transaction.atomic():
        patch.setattr(training, "_forget", lambda versions, newest: 1 / 0)
        train(Kind.CLICK, at=NOON)
    assert load().versions["click"] == good.version
    after = everything()
    assert (after.version, after.examples > good.examples) == (good.version + 1, True)


def test_a_buyer_sees_how_predictions_came_true(shop, foreign_shop, ads, dana, client, lenient, noon):
    foreign = adverts.ad(foreign_shop, name="Theirs")
    at = AT - DAY
    seen = [happened(ads[n % 2], at=at + timedelta(seconds=n), pctr=0.1 if n % 2 else 0.02) for n in range(40)]
    hidden = [happened(foreign, at=at, pctr=0.3) for _ in range(9)]
    write([*seen, *hidden, *(clicked(each) for each in seen[1::10])])
    client.force_login(dana)
    page = client.get(f"/console/{shop.code}/ads/predictions/")
    assert page.status_code == 200
    [(name, title, chart)] = page.context["charts"]
    assert (name, title) == ("reliability-feed", "Feed")
    assert [series["data"] for series in chart["series"]] == [pytest.approx([0.02, 0.1]), [0, 0.2]]
    assert "Spring" in page.content.decode()
    assert "Theirs" not in page.content.decode()
    assert [each.fallback for each in page.context["standings"]] == ["none_yet", "none_yet"]


def test_an_operator_sees_every_version_and_the_worst_campaigns(shop, ads, oscar, client, noon):
    events = traffic(ads)
    write([event for event in events if event.received_at < NOON - DAY])
    everything()
    write([event for event in events if event.received_at >= NOON - DAY])
    everything()
    client.force_login(oscar)
    page = client.get("/platform/predictions/")
    assert page.status_code == 200
    click = page.context["kinds"][0]
    newest = PredictionModel.objects.filter(kind="click").latest("version")
    assert [model.version for model in click["models"]] == list(range(newest.version, 0, -1))
    assert {name for name, _, _ in click["charts"]} == {"click-reliability-feed", "click-reliability-search"}
    assert [outcome.campaign.name for outcome in page.context["outcomes"]] == ["Spring"]


def program(shop) -> dict[str, str]:
    """The headers of a program that may look at ads."""
    owner = factories.member(shop, f"owner-{shop.slug}", "owner")
    _, secret = tokens.issue(merchant=shop, name="bot", rights=[Right.ADS_VIEW], by=owner, at=AT)
    return {"Authorization": f"Bearer {secret}"}


def test_a_program_reads_its_own_calibration(shop, foreign_shop, ads, client, noon):
    write(traffic(ads))
    model = everything()
    found = client.get("/api/v1/predictions", headers=program(shop)).json()
    assert [each["version"] for each in found["models"]] == [model.version if model.state == "serving" else 0, 0]
    [judged] = found["campaigns"]
    assert judged["campaign"] == ads[0].campaign.code
    assert judged["clicks"]["observed"] >= 100
    assert judged["purchases"] is None
    assert client.get("/api/v1/predictions", headers=program(foreign_shop)).json()["campaigns"] == []
