"""What campaigns claim of a sale, each for itself, follows the touches behind it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from ads.attribution import Key, credit_late, record_refund, restate
from ads.models import Credit, Event, SaleClaim
from tests import factories
from tests.factories import AT

from . import adverts

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def two(shop):
    """Ads of two campaigns for one product, and whoever clicked on the first, then on the second, and bought."""
    first, shopper = adverts.ad(shop), factories.shopper()
    second = adverts.ad(shop, advertised=first.product)
    clicks = [adverts.event(ad, shopper=shopper, at=AT - n * HOUR) for n, ad in ((3, first), (2, second))]
    line = adverts.sold("oln_1", first.product, "30")
    adverts.convert(merchant=shop, order_code="ord_1", shopper=shopper, currency="CNY", lines=[line], at=AT)
    return clicks


def claims() -> dict:
    return {claim.campaign_id: claim.token for claim in SaleClaim.objects.all()}


def test_every_campaign_with_a_touch_claims(two):
    assert claims() == {click.campaign_id: click.token for click in two}


@pytest.mark.parametrize("invalid", [0, 1])
def test_a_claim_goes_with_its_touch_whether_that_was_credited_or_not(two, invalid):
    gone, left = two[invalid], two[1 - invalid]
    Event.objects.filter(token=gone.token).update(is_valid=False, reason="velocity", rescored_at=AT + HOUR)
    for _ in range(2):
        restate([Key(gone.day, gone.token, gone.kind)], at=AT + HOUR)
        assert claims() == {left.campaign_id: left.token}


def test_a_refund_that_finds_a_late_click_lets_its_campaign_claim(shop):
    ad, shopper = adverts.ad(shop), factories.shopper()
    sold = [adverts.sold("oln_1", ad.product, "30")]
    adverts.convert(merchant=shop, order_code="ord_1", shopper=shopper, currency="CNY", lines=sold, at=AT)
    late = adverts.event(ad, shopper=shopper, at=AT - HOUR, received_at=AT + HOUR)
    record_refund(refund_code="ref_1", lines={"oln_1": Decimal(10)}, at=AT + HOUR)
    assert claims() == {late.campaign_id: late.token}


def test_the_same_finding_may_move_a_sale_twice(two):
    """Of two judgements that name the same click, the second finds a click that was reported in between."""
    first, second = two
    Event.objects.filter(token=second.token).update(is_valid=False, reason="velocity", rescored_at=AT + HOUR)
    restate([Key(second.day, second.token, second.kind)], at=AT + HOUR)
    late = adverts.event(first.ad, shopper=first.shopper, at=AT - HOUR, received_at=AT + HOUR)
    restate([Key(second.day, second.token, second.kind)], at=AT + 2 * HOUR)
    sums = Credit.objects.values("token").annotate(left=Sum("amount")).exclude(left=0).values_list("token", "left")
    assert list(sums) == [(late.token, 30)]


def test_a_later_touch_that_was_reported_late_takes_the_claim_over_in_a_new_row(two):
    first, second = two
    known = set(SaleClaim.objects.values_list("pk", flat=True))
    late = adverts.event(first.ad, shopper=first.shopper, at=AT - HOUR, received_at=AT + HOUR)
    credit_late(since=AT, at=AT + 2 * HOUR)
    assert claims() == {first.campaign_id: late.token, second.campaign_id: second.token}
    assert SaleClaim.objects.get(token=late.token).pk > max(known)
