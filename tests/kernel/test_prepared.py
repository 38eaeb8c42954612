"""Prepared queries answer as the query that they were composed of, with the values of each time."""

import pytest
from django.db.models import BigIntegerField, F, QuerySet, TextField

from chengfeng.prepared import Given, OneOf, Prepared
from shops.models import Variant
from tests import factories

pytestmark = pytest.mark.django_db


def described(variant: Variant) -> tuple:
    return (
        variant.pk, variant.options, variant.merchant.slug, variant.product.title, variant.product.category,
        variant.spare, variant._state.adding,
    )  # fmt: skip


def queryset() -> QuerySet[Variant]:
    related = Variant.objects.select_related("merchant", "product__category")
    return related.annotate(spare=F("on_hand") - F("reserved")).order_by("-pk")


@pytest.fixture
def variants(shop):
    return [factories.variant(shop, options={"size": str(number)}) for number in range(3)]


def test_it_answers_as_the_query_does_with_the_values_of_each_time(variants, django_assert_num_queries):
    by_code = Prepared(lambda: queryset().filter(code=Given("code", TextField())))
    for variant in variants:
        with django_assert_num_queries(1):
            found = [described(each) for each in by_code(code=variant.code)]
        assert found == [described(queryset().get(pk=variant.pk))]
    assert by_code(code="sku_0") == []


def test_it_finds_any_number_of_rows_and_is_composed_once(variants):
    composed = []

    @Prepared
    def some():
        composed.append(1)
        return queryset().filter(OneOf("pk", "keys", BigIntegerField()))

    for number in (2, 0, 3):
        wanted = variants[:number]
        assert some(keys=[variant.pk for variant in wanted]) == wanted[::-1]
    assert composed == [1]


def test_a_value_must_be_given(variants):
    with pytest.raises(KeyError):
        Prepared(lambda: queryset().filter(code=Given("code", TextField())))()
