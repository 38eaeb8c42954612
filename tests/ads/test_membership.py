"""Who is in which audience and who bought, as a process keeps it: equal to what the rows say."""

import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ads import audiences
from ads.audiences import counting
from ads.audiences.membership import load
from ads.models import AdGroup, Audience, AudienceMember, Campaign, Conversion, GroupAudience
from chengfeng import sql
from tests import factories
from tests.factories import AT

from . import adverts, crowds
from .crowds import bought, did

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TODAY = AT.date()


def use(audience: Audience, **fields) -> AdGroup:
    """A group of a running campaign that uses the audience."""
    group = adverts.ad(audience.merchant).group
    AdGroup.objects.filter(pk=group.pk).update(**fields)
    GroupAudience.objects.create(group=group, audience=audience)
    return group


def leave_out_buyers(shop, days: int) -> AdGroup:
    group = adverts.ad(shop).group
    AdGroup.objects.filter(pk=group.pk).update(exclude_buyers_days=days)
    return group


def test_somebody_is_in_the_audiences_that_running_campaigns_use(shop):
    product = adverts.product(shop)
    who = did("view", product)
    first, second, unused, paused = (crowds.audience(shop) for _ in range(4))
    use(first), use(second)
    Campaign.objects.filter(pk=use(paused).campaign_id).update(state="paused")
    for audience in (first, second, unused, paused):
        counting.recount(audience.pk, at=AT)
    known = load()
    assert (known.of(who), known.of(uuid.uuid4())) == ({first.pk, second.pk}, frozenset())


def test_a_buyer_is_one_for_as_many_days_as_each_group_asks(shop, foreign_shop):
    who = bought(adverts.product(shop), at=AT - 20 * DAY)
    bought(adverts.product(shop), at=AT - 40 * DAY)
    leave_out_buyers(shop, 30)
    known = load()
    assert [known.bought(who, shop.pk, days, on=TODAY) for days in (3, 19, 20, 30)] == [False, False, True, True]
    assert not known.bought(who, foreign_shop.pk, 30, on=TODAY)
    assert not known.bought(uuid.uuid4(), shop.pk, 30, on=TODAY)


def test_nothing_changed_costs_one_statement_and_news_comes_with_the_next(shop, django_assert_num_queries):
    leave_out_buyers(shop, 30)
    product = adverts.product(shop)
    early = bought(product, at=AT - 9 * DAY)
    known = load()
    with django_assert_num_queries(1):
        assert load(known) is known
    late = bought(product)
    bought(product, shopper=early, at=AT - 20 * DAY)
    with django_assert_num_queries(2):
        known = load(known)
    assert [known.bought(who, shop.pk, 9, on=TODAY) for who in (early, late)] == [True, True]
    leave_out_buyers(shop, 60)
    older = bought(product, at=AT - 50 * DAY)
    assert load(known).bought(older, shop.pk, 60, on=TODAY)


def test_only_audiences_with_other_people_are_read_again(shop, django_assert_num_queries):
    product = adverts.product(shop)
    audience = crowds.audience(shop)
    use(audience)
    counting.recount(audience.pk, at=AT)
    known = load()
    counting.recount(audience.pk, at=AT + timedelta(minutes=5))
    with django_assert_num_queries(1):
        assert load(known) is known
    who = did("view", product)
    counting.recount(audience.pk, at=AT + timedelta(minutes=10))
    assert load(known).of(who) == {audience.pk}
    GroupAudience.objects.all().delete()
    assert load(known).of(who) == frozenset()


def test_whoever_opts_out_is_nobody_at_the_next_load(shop):
    product = adverts.product(shop)
    leave_out_buyers(shop, 30)
    audience = crowds.audience(shop, "buy")
    use(audience)
    who, other = bought(product), bought(product)
    counting.recount(audience.pk, at=AT)
    known = load()
    audiences.opt_out(who, at=AT)
    after = load(known)
    assert [(each.of(who), each.bought(who, shop.pk, 30, on=TODAY)) for each in (known, after)] == [
        ({audience.pk}, True),
        (frozenset(), False),
    ]
    assert (after.of(other), after.bought(other, shop.pk, 30, on=TODAY)) == ({audience.pk}, True)


PLAIN_MEMBERS = "SELECT audience_id FROM ads_audiencemember WHERE shopper = %s"
PLAIN_BOUGHT = """
SELECT EXISTS (
    SELECT FROM ads_conversion
    WHERE shopper = %s AND merchant_id = %s AND (at AT TIME ZONE 'UTC')::date BETWEEN %s AND %s
)
"""
PEOPLE = [uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128) for number in range(1, 7)]
PERSON = st.integers(0, len(PEOPLE) - 1)


@pytest.fixture
def used(shop, foreign_shop):
    """Three audiences that running campaigns use, while groups of both shops leave their buyers out."""
    made = [crowds.audience(shop) for _ in range(3)]
    for audience in made:
        use(audience)
    for each in (shop, foreign_shop):
        leave_out_buyers(each, 30)
    return made


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    members=st.sets(st.tuples(st.integers(0, 2), PERSON)),
    steps=st.lists(st.lists(st.tuples(PERSON, st.booleans(), st.integers(0, 100))), min_size=1, max_size=3),
)
def test_it_answers_as_plain_statements_do(shop, foreign_shop, used, members, steps):
    shops, known = [shop, foreign_shop], None
    sql.run("DELETE FROM ads_audiencemember"), sql.run("DELETE FROM ads_conversion")
    AudienceMember.objects.bulk_create(AudienceMember(audience=used[a], shopper=PEOPLE[p]) for a, p in members)
    for step in steps:
        Conversion.objects.bulk_create(
            Conversion(
                merchant=shops[is_foreign], order_code=f"ord_{next(factories.numbers)}", shopper=PEOPLE[person],
                currency="CNY", value=1, is_new=True, placed_at=AT - timedelta(hours=7 * hours),
                at=AT - timedelta(hours=7 * hours),
            )
            for person, is_foreign, hours in step
        )  # fmt: skip
        known = load(known)
    for who in PEOPLE:
        assert known.of(who) == {row[0] for row in sql.rows(PLAIN_MEMBERS, [who])}
        for each in shops:
            for days in (0, 3, 7, 15, 28):
                plain = sql.row(PLAIN_BOUGHT, [who, each.pk, TODAY - days * DAY, TODAY])[0]
                assert known.bought(who, each.pk, days, on=TODAY) == plain
