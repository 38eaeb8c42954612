"""Keeping promotions: made, changed, started and ended on pages and by programs; used ones keep what they promised."""

from datetime import timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from shops.models import AuditEntry, Delegation, Promotion, PromotionUse
from shops.people.rights import Right
from shops.promotions import managing, wording
from shops.promotions.keepers import MerchantKeeper
from shops.promotions.phases import Phase, counts, phase_of
from shops.tenancy import access_of
from shops.tokens import issue
from tests import factories
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

DAY = timedelta(days=1)
SPEND_AND_SAVE = {
    "title": "满200减30", "benefit": "fixed", "amount": "30", "threshold": "200", "starts_at": "2026-03-10T12:00",
    "limit": "500",
}  # fmt: skip


@pytest.fixture
def keeper(shop, alice):
    return MerchantKeeper(access_of(alice, shop, at=AT))


@pytest.fixture
def desk(client, alice, shop):
    """Alice at her desk; `desk("new/?kind=…", {…})` posts, without values it looks."""
    client.force_login(alice)

    def call(path="", values=None):
        address = f"/console/{shop.code}/promotions/{path}"
        return client.get(address) if values is None else client.post(address, values)

    return call


def use(promotion, merchant, *, amount="10", at=AT, state="live", basket=""):
    number = next(factories.numbers)
    return PromotionUse.objects.create(
        promotion=promotion, merchant=merchant, cause=f"ord_{number}", basket=basket or f"chk_{number}",
        shopper=factories.shopper(), amount=Decimal(amount), state=state, at=at,
    )  # fmt: skip


def test_a_new_promotion_is_paused_and_leaves_a_trail(desk, shop):
    answer = desk("new/?kind=threshold", SPEND_AND_SAVE)
    made = Promotion.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"../{made.code}/")
    assert (made.state, made.kind, made.amount, made.threshold, made.limit) == ("paused", "threshold", 30, 200, 500)
    entry = AuditEntry.objects.get(merchant=shop)
    assert (entry.verb, entry.target, entry.details["amount"]) == ("promotion.create", made.code, "30")


@pytest.mark.parametrize(
    ("kind", "changed", "field", "message"),
    [
        ("threshold", {"threshold": "0"}, "threshold", "Enter from which value of goods it counts."),
        ("threshold", {"amount": "201"}, "amount", "It would take off more than must be spent."),
        ("threshold", {"amount": ""}, "amount", "Enter an amount above zero."),
        ("threshold", {"amount": "1.005"}, "amount", "There is no coin this small."),
        ("threshold", {"benefit": "percent"}, "percent", "Enter a percentage above zero."),
        ("threshold", {"ends_at": "2026-03-10T12:00"}, "ends_at", "The end must be after the start."),
        ("threshold", {"budget": "29"}, "budget", "The budget must pay for at least one use."),
        ("coupon", {"word": "50 % off"}, "word", "Letters, digits, “-” and “_” only."),
        ("bundle", {"benefit": "price"}, "products", "Choose what belongs together: at least two pieces."),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(desk, kind, changed, field, message):
    answer = desk(f"new/?kind={kind}", SPEND_AND_SAVE | changed)
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [message]})
    assert Promotion.objects.count() == 0


def test_the_rule_is_previewed_in_words_and_nothing_is_stored(desk):
    answer = desk("new/?kind=threshold", SPEND_AND_SAVE | {"look": "1", "title": ""})
    assert answer.context["form"].preview() == "Spend CN¥200, save CN¥30; at most 500 times."
    assert (answer.status_code, Promotion.objects.count()) == (200, 0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"repeats": True}, "Save CN¥10 for every CN¥100 spent."),
        ({"benefit": "percent", "amount": None, "percent": Decimal(10), "cap": Decimal(50)},
         "Spend CN¥100, get 10% off, at most CN¥50."),
        ({"benefit": "shipping", "amount": None}, "Free shipping from CN¥100."),
        ({"kind": "coupon", "threshold": Decimal(0), "word": "HI", "per_shopper": 1, "new_customers_only": True},
         "CN¥10 off; with the word HI; for new customers; once per shopper."),
        ({"budget": Decimal(500)}, "Spend CN¥100, save CN¥10; until CN¥500 is given away."),
    ],
)  # fmt: skip
def test_rules_in_words(shop, fields, said):
    assert wording.whole(factories.promotion(shop, **fields)) == said


def test_a_bundle_counts_its_pieces(desk, shop):
    sheet, case = factories.product(shop), factories.product(shop)
    bundle = {"title": "Bed", "benefit": "price", "amount": "180", "starts_at": "2026-03-10T12:00"}
    chosen = {"products": [sheet.code, case.code], f"units_{case.code}": "2"}
    desk("new/?kind=bundle", bundle | chosen)
    made = Promotion.objects.get()
    assert managing.described(made)["products"] == {sheet.code: 1, case.code: 2}
    assert "3 pieces together for CN¥180." in desk(f"{made.code}/").content.decode()


def test_a_promotion_is_for_products_of_its_own_shop(desk, foreign_shop):
    foreign = factories.product(foreign_shop)
    answer = desk("new/?kind=threshold", SPEND_AND_SAVE | {"products": [foreign.code]})
    assert list(answer.context["form"].errors) == ["products"]


def test_of_a_used_promotion_only_title_end_limit_and_budget_change(keeper, shop):
    promotion = factories.promotion(shop, limit=5, used=1, spent=Decimal(10))
    use(promotion, shop)
    for field, value in (("amount", Decimal(20)), ("per_shopper", 1), ("starts_at", AT - DAY)):
        with pytest.raises(managing.Refused, match=field):
            managing.edit(keeper, promotion, version=1, at=AT, values={field: value})
    with pytest.raises(managing.Refused, match="products"):
        managing.edit(keeper, promotion, version=1, at=AT, values={}, products={factories.product(shop): 1})
    values = {"title": "Now", "ends_at": AT + DAY, "limit": 9, "budget": Decimal(90)}
    edited = managing.edit(keeper, promotion, version=1, at=AT, values=values)
    assert (edited.title, edited.limit, edited.budget, edited.version) == ("Now", 9, 90, 2)


def test_a_limit_is_never_below_what_was_used_and_counts_from_the_beginning(keeper, shop):
    promotion = factories.promotion(shop)
    for basket, state in (("chk_1", "live"), ("chk_1", "live"), ("chk_2", "live"), ("chk_3", "released")):
        use(promotion, shop, basket=basket, state=state)
    with pytest.raises(managing.Refused, match="limit"):
        managing.edit(keeper, promotion, version=1, at=AT, values={"limit": 1})
    edited = managing.edit(keeper, promotion, version=1, at=AT, values={"limit": 2})
    assert (edited.used, edited.spent) == (2, 30)


def test_the_second_editor_is_told(desk, shop):
    promotion = factories.promotion(shop)
    values = SPEND_AND_SAVE | {"version": "1"}
    first, second = desk(f"{promotion.code}/edit/", values), desk(f"{promotion.code}/edit/", values)
    assert (first.status_code, second.status_code) == (302, 409)
    assert "Somebody else has changed it" in second.content.decode()


def test_a_word_belongs_to_one_promotion_until_that_ends(desk, keeper, shop):
    first = factories.promotion(shop, kind="coupon", word="SPRING")
    coupon = SPEND_AND_SAVE | {"word": "spring"}
    assert desk("new/?kind=coupon", coupon).context["form"].errors == {
        "word": ["Another promotion that has not ended uses this word."]
    }
    managing.set_state(keeper, first, Promotion.State.ENDED, at=AT)
    assert desk("new/?kind=coupon", coupon).status_code == 302


def test_states_lead_on_until_the_end(keeper, shop):
    promotion = factories.promotion(shop, state="paused")
    for state in ("active", "active", "paused", "ended", "ended"):
        managing.set_state(keeper, promotion, Promotion.State(state), at=AT)
    with pytest.raises(managing.WrongState):
        managing.set_state(keeper, promotion, Promotion.State.ACTIVE, at=AT)
    verbs = AuditEntry.objects.filter(merchant=shop).order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["promotion.active", "promotion.paused", "promotion.ended"]


def test_one_that_is_over_is_not_started(keeper, shop):
    promotion = factories.promotion(shop, state="paused", starts_at=AT - DAY, ends_at=AT)
    with pytest.raises(managing.Refused, match="ends_at"):
        managing.set_state(keeper, promotion, Promotion.State.ACTIVE, at=AT)


def test_a_copy_is_paused_unused_and_lasts_as_long(keeper, shop):
    goods = factories.product(shop)
    first = factories.promotion(
        shop, goods, kind="coupon", word="HI", starts_at=AT - 5 * DAY, ends_at=AT - DAY, limit=3, used=3
    )
    twin = managing.copy(keeper, first, at=AT)
    assert (twin.state, twin.used, twin.word, twin.limit, twin.ends_at) == ("paused", 0, "", 3, AT + 4 * DAY)
    assert managing.described(twin)["products"] == {goods.code: 1}


def test_phases(shop):
    made = [
        factories.promotion(shop), factories.promotion(shop, starts_at=AT + DAY),
        factories.promotion(shop, state="paused"), factories.promotion(shop, state="ended"),
        factories.promotion(shop, starts_at=AT - DAY, ends_at=AT),
    ]  # fmt: skip
    assert [phase_of(promotion, at=AT) for promotion in made] == ["running", "planned", "paused", "ended", "ended"]
    assert counts(Promotion.objects.all(), at=AT) == {
        Phase.RUNNING: 1, Phase.PLANNED: 1, Phase.PAUSED: 1, Phase.ENDED: 2
    }  # fmt: skip


def test_a_promotion_tells_what_it_gave_by_day_in_the_shops_time(desk, shop):
    promotion = factories.promotion(shop, starts_at=AT - 2 * DAY)
    use(promotion, shop, at=AT - timedelta(hours=13))  # 23:00 the day before in Shanghai
    use(promotion, shop, amount="5")
    use(promotion, shop, state="released")
    page = desk(f"{promotion.code}/")
    chart, shown = page.context["chart"], page.context["promotion"]
    assert [series["data"] for series in chart["series"]] == [[0, 10, 5], [0, 1, 1]]
    assert (shown.given.uses, shown.given.amount, page.context["page"].paginator.count) == (2, 15, 3)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_long(desk, shop, django_assert_num_queries, rows):
    for _ in range(rows):
        use(factories.promotion(shop, factories.product(shop), limit=5), shop)
    with django_assert_num_queries(10):
        assert len(desk().context["page"].object_list) == rows


def test_a_manager_acts_for_the_shop_within_her_delegation(client, shop, kai, alice):
    Delegation.objects.create(
        merchant=shop, delegate=kai, kind="ka", rights=["promotions.view", "promotions.edit"], granted_by=alice,
        starts_at=AT - DAY, expires_at=AT + DAY,
    )  # fmt: skip
    client.force_login(kai)
    answer = client.post(f"/console/{shop.code}/promotions/new/?kind=threshold", SPEND_AND_SAVE)
    assert (answer.status_code, AuditEntry.objects.get(merchant=shop).delegation.delegate) == (302, kai)


def test_the_operator_keeps_those_of_the_platform_and_sees_who_was_subsidised(client, oscar, shop, foreign_shop):
    client.force_login(oscar)
    client.post("/platform/promotions/new/?kind=coupon", SPEND_AND_SAVE | {"currency": "CNY"})
    made = Promotion.objects.get()
    assert (made.merchant, made.currency, made.created_by) == (None, "CNY", oscar)
    use(made, shop, amount="7", basket="chk_x")
    use(made, foreign_shop, amount="3", basket="chk_x")
    page = client.get(f"/platform/promotions/{made.code}/")
    rows = [(row["merchant__slug"], row["uses"], row["amount"]) for row in page.context["by_merchant"]]
    assert rows == [("alice", 1, 7), ("charlie", 1, 3)]
    assert page.context["promotion"].given.uses == 1


# Programs


@pytest.fixture
def program(shop, alice):
    _, secret = issue(merchant=shop, name="erp", rights=list(Right), by=alice, at=AT)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}", HTTP_IDEMPOTENCY_KEY="k")

    def call(method, path="", body=None):
        return getattr(client, method)(f"/api/v1/promotions{path}", body, format="json")

    return call


def test_a_program_makes_and_starts_a_promotion_once(program):
    body = {"kind": "threshold", "title": "T", "benefit": "fixed", "amount": "30", "threshold": "200",
            "state": "active"}  # fmt: skip
    first, again = program("post", body=body), program("post", body=body)
    assert (first.status_code, first.json()) == (201, again.json())
    assert (first.json()["phase"], first.json()["rule"]) == ("running", "Spend CN¥200, save CN¥30.")
    assert program("get", "?phase=running").json()["count"] == 1


def test_a_program_is_told_field_and_rule(program):
    answer = program("post", body={"kind": "bundle", "title": "B", "benefit": "shipping", "cap": "1"})
    wrong = [(error["field"], error["rule"]) for error in answer.json()["errors"]]
    assert wrong == [("benefit", "not_of_this_kind"), ("products", "too_few")]


def test_a_program_changes_a_part_and_meets_the_same_refusals(program, shop):
    promotion = factories.promotion(shop)
    assert program("patch", f"/{promotion.code}", {"limit": 4, "version": 1}).json()["version"] == 2
    assert program("patch", f"/{promotion.code}", {"limit": 5, "version": 1}).status_code == 409
    use(promotion, shop)
    refused = program("patch", f"/{promotion.code}", {"amount": "11"}).json()
    assert [(e["field"], e["rule"]) for e in refused["errors"]] == [("amount", "used")]
    assert program("patch", f"/{promotion.code}", {"state": "ended"}).json()["phase"] == "ended"
    assert program("patch", f"/{promotion.code}", {"state": "active"}).json()["code"] == "ended"
