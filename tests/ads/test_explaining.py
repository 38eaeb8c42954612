"""Why an order was credited as it was: the reasons say what the rule does, for any rule, device and order."""

import random
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from ads import attribution
from ads.attribution import DEFAULT, PRESETS, Why, meeting, touching
from ads.attribution.rules import Line, Model, admits, credit
from ads.models import Conversion, Credit, EventKind
from chengfeng.money import ZERO
from shops.models import Link
from tests import factories
from tests.factories import AT

from . import adverts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CHOSEN_AMONG = {Why.RANK, Why.RELEVANCE, Why.RECENCY, Why.EARLIER, Why.TIE, Why.CAMPAIGN, Why.FAINT}
RULES = [
    *PRESETS.values(),
    PRESETS["tiktok_shop_7c_1v"].with_(by_relevance=True),
    PRESETS["decay_7d"].with_(half_life=timedelta(hours=1)),
    PRESETS["criteo_30c_category_1v_sku"].with_(model=Model.LINEAR),
]


def link(device, person, *, at, evidence="login") -> None:
    number = Link.objects.filter(shopper=device).count() + 1
    Link.objects.create(shopper=device, number=number, person=person, evidence=evidence, at=at)


def sell(shop, shopper, *lines, order="ord_1"):
    adverts.convert(
        merchant=shop, order_code=order, shopper=shopper, currency="CNY", at=AT,
        lines=[adverts.sold(f"{order}_{n}", product, value) for n, (product, value) in enumerate(lines)],
    )  # fmt: skip
    return attribution.sale_of(order)


@pytest.fixture
def story(shop):
    """Sam's phone and computer; the computer was somebody else's until two days before. Two ads, one of them of it."""
    sam, phone, computer = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    link(computer, uuid.uuid4(), at=AT - 60 * DAY)
    link(computer, sam, at=AT - 2 * DAY, evidence="register")
    link(phone, sam, at=AT - DAY)
    tea, rice = (adverts.ad(shop, advertised=adverts.product(shop, brand=brand)) for brand in ("Mori", "Nami"))
    for age, ad, shopper, fields in [
        (3, tea, computer, {}), (1, rice, computer, {}), (2, tea, phone, {}), (4, tea, phone, {}),
        (5, tea, phone, {"is_valid": False, "reason": "robot"}), (8, tea, phone, {}), (-0.5, tea, phone, {}),
        (6, tea, phone, {"kind": "viewable"}), (7, tea, phone, {"kind": "impression"}),
    ]:  # fmt: skip
        adverts.event(ad, shopper=shopper, at=AT - age * DAY, **fields)
    return sell(shop, phone, (tea.product, "30"), (rice.product, "9.99"))


def reasons(sale, rule=DEFAULT) -> dict:
    """Return by age in days what is said of touches, for the first line of a sale."""
    trail = attribution.explain(sale, rule=rule)
    return {c.elapsed / DAY: str(c.verdicts[0].why) for c in trail.candidates}


def test_every_touch_is_named_with_its_reason(story):
    assert reasons(story) == {
        -0.5: "after", 1: "relevance", 2: "taken", 3: "not_theirs", 4: "recency", 5: "invalid", 6: "kind",
        7: "not_viewable", 8: "window",
    }  # fmt: skip
    trail = attribution.explain(story)
    assert (trail.amount, trail.rule.name, len(trail.credits)) == (Decimal("39.99"), "last_click_7d", 2)
    by_age = {c.elapsed / DAY: c for c in trail.candidates}
    assert by_age[8].verdicts[0].beyond == DAY
    assert [v.why for v in by_age[1].verdicts] == ["relevance", "taken"]
    assert attribution.sale_of("ord_2") is None


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("last_recency_7d", {}, {1: "taken", 2: "recency", 4: "recency"}),
        ("first_click_7d", {}, {1: "earlier", 2: "earlier", 4: "taken"}),
        ("claimed_7d", {}, {1: "taken", 2: "taken", 4: "campaign"}),
        ("walmart_14d", {}, {1: "scope", 2: "taken", 4: "recency", 8: "recency"}),
        ("iab_viewable", {}, {2: "taken", 6: "window", 8: "recency"}),
        ("gmvmax_all_orders", {}, {2: "everything", 5: "everything"}),
    ],
)
def test_other_rules_give_other_reasons(story, name, changes, said):
    found = reasons(story, PRESETS[name].with_(**changes))
    assert {age: found[age] for age in said} == said


def test_a_device_tells_by_what_it_became_the_buyers(story):
    devices = {c.elapsed / DAY: c.device for c in attribution.explain(story).candidates}
    assert (devices[1].is_buying, devices[1].is_theirs, devices[1].evidence, devices[1].linked_at) == (
        False, True, "register", AT - 2 * DAY,
    )  # fmt: skip
    assert (devices[2].is_buying, devices[2].is_theirs, devices[3].is_theirs) == (True, True, False)


def test_of_too_many_touches_those_that_may_count_are_looked_at_before_the_latest(shop, monkeypatch):
    monkeypatch.setattr(meeting, "MOST", 3)
    ad, sam = adverts.ad(shop), uuid.uuid4()
    for age, kind in [(1, "impression"), (2, "impression"), (3, "impression"), (5, "click"), (6, "click")]:
        adverts.event(ad, shopper=sam, at=AT - age * DAY, kind=kind)
    assert reasons(sell(shop, sam, (ad.product, "30"))) == {1: "not_viewable", 5: "taken", 6: "recency"}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_explained_is_what_is_posted_and_what_the_rule_credits(shop, seed):
    sale = _random_sale(shop, random.Random(seed))
    conversion = Conversion.objects.get(order_code=sale.order_code)
    posted: dict = {}
    for entry in Credit.objects.filter(line__conversion=conversion).select_related("line"):
        key = (entry.line.line_code, entry.token, entry.touch)
        posted[key] = posted.get(key, ZERO) + entry.amount
    assert _explained(sale, DEFAULT, "left") == {key: amount for key, amount in posted.items() if amount}
    for rule in RULES:
        assert _explained(sale, rule, "sold") == _credited(sale, conversion, rule), rule.name


def _explained(sale, rule, which: str) -> dict:
    """Return what a trail says of each line and touch, having compared each reason with what the engine thinks."""
    trail, told = attribution.explain(sale, rule=rule), {}
    for candidate in trail.candidates:
        for line, verdict in zip(sale.lines, candidate.verdicts, strict=True):
            touch, whole = candidate.met.touch, Line(line.goods, line.value, sale.currency)
            is_eligible = candidate.met.may_count and bool(admits(rule, touch, whole, at=sale.at))
            if rule.model is not Model.EVERYTHING:
                assert is_eligible == (verdict.why in {Why.TAKEN, *CHOSEN_AMONG})
            assert bool(verdict.share) == (verdict.why == Why.TAKEN)
            if getattr(verdict, which):
                told[line.code, touch.token, touch.kind] = getattr(verdict, which)
    return told


def _credited(sale, conversion, rule) -> dict:
    touches = touching.behind([conversion.pk], rule, days=(sale.at, sale.at))[conversion.pk] if rule.counts else []
    return {
        (line.code, share.touch.token, share.touch.kind): share.amount
        for line in sale.lines
        for share in credit(touches, Line(line.goods, line.value, sale.currency), at=sale.at, rule=rule)
        if share.touch and share.amount
    }


def _random_sale(shop, draw: random.Random):
    """An order of two lines after thirty touches on three devices of two people, one of its lines refunded in part."""
    category = factories.category("tea")
    ads = [
        adverts.ad(shop, advertised=adverts.product(shop, brand=brand, category=draw.choice([category, None])))
        for brand in ("Mori", "Mori", "")
    ]
    factories.variant(shop, product=ads[1].product)
    people, devices = [uuid.uuid4() for _ in range(2)], [uuid.uuid4() for _ in range(3)]
    for device in devices[:2]:
        for age in sorted(draw.sample(range(1, 40), draw.choice([1, 2])), reverse=True):
            link(device, draw.choice(people), at=AT - age * DAY)
    for _ in range(30):
        age = draw.choice([0, 1, 7, 14, 15, 30, draw.randrange(31)]) * DAY + draw.choice([0, 1, -3600]) * DAY / 86400
        adverts.event(
            draw.choice(ads), shopper=draw.choice(devices), at=AT - age, kind=draw.choice(EventKind.values),
            is_valid=draw.random() < 0.9,
        )  # fmt: skip
    sale = sell(shop, draw.choice(devices), (ads[0].product, "19.99"), (ads[2].product, "0.07"))
    attribution.record_refund(refund_code="ref_1", lines={sale.lines[0].code: Decimal("3.33")}, at=AT + DAY)
    return attribution.sale_of(sale.order_code)
