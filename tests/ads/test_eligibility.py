"""Why campaigns, groups and ads do not serve: every reason at once, the same statements for many, changes told."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ads import watching
from ads.eligibility import findings
from ads.models import AccountDay, Ad, AdAccount, Campaign, CampaignTotal, Steering
from chengfeng.models import OutboxMessage
from shops.models import Note
from tests import factories
from tests.factories import AT

from . import adverts

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad(shop):
    factories.fund(shop)
    return adverts.ad(shop)


def found(ad: Ad):
    campaign = Campaign.objects.select_related("merchant").get(pk=ad.campaign_id)
    return findings([campaign], at=AT)[campaign.pk]


def set_(row, **values) -> None:
    type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("break_", "reasons"),
    [
        (lambda ad: None, []),
        (lambda ad: set_(ad.campaign, objective="live"), ["objective_not_open"]),
        (lambda ad: set_(ad.campaign.merchant, currency="XAF"), ["currency_not_traded", "no_balance"]),
        (lambda ad: set_(ad.group, state="paused"), ["group_paused"]),
        (lambda ad: set_(ad.group, state="archived"), ["no_product"]),
        (lambda ad: set_(ad, state="paused"), ["no_product"]),
        (lambda ad: set_(ad, review="pending"), ["review_pending"]),
        (lambda ad: set_(ad, review="rejected", review_reason="x"), ["review_rejected"]),
        (lambda ad: set_(ad.product, state="draft"), ["not_on_sale"]),
        (lambda ad: ad.product.variants.update(is_active=False), ["price_missing", "out_of_stock"]),
        (lambda ad: ad.product.variants.update(reserved=10), ["out_of_stock"]),
    ],
)
def test_each_fact_has_its_reason(ad, break_, reasons):
    break_(ad)
    assert found(ad).campaign == reasons


def test_budgets_of_the_campaign_and_of_the_account(ad):
    set_(ad.campaign, total_budget=50)
    CampaignTotal.objects.create(campaign=ad.campaign, budget=50, spent=50)
    AdAccount.objects.create(merchant=ad.merchant, daily_budget=20)
    AccountDay.objects.create(merchant=ad.merchant, day=AT.date(), budget=20, spent=20)
    assert found(ad).campaign == ["total_spent", "account_spent"]


def test_keywords_need_search_results(ad):
    ad.group.keywords.create(text="dress")
    set_(ad.campaign, placements=["feed", "shop"])
    assert found(ad).groups == {ad.group_id: ["placement_mismatch"]}
    ad.group.categories.add(factories.category())
    assert found(ad).groups == {ad.group_id: []}


def test_one_ad_that_serves_is_enough(ad, shop):
    note = Note.objects.create(merchant=shop, title="N", author="A", created_at=AT)
    other = adverts.ad(shop, of=ad.campaign)
    set_(other, note=note, review="pending")
    why = found(ad)
    assert (why.campaign, why.ads) == ([], {ad.pk: [], other.pk: ["note_not_published", "review_pending"]})


def test_what_holds_back_is_a_caution(ad):
    set_(ad.campaign, bid_mode="target_roi", target_roi=Decimal(2))
    Steering.objects.create(campaign=ad.campaign, phase="failed", phase_since=AT, updated_at=AT)
    assert (found(ad).campaign, found(ad).cautions) == ([], ["learning_failed"])


def test_many_cost_the_statements_of_one(ad, shop, foreign_shop, django_assert_num_queries):
    for merchant in (shop, foreign_shop):
        adverts.ad(merchant)
    everything = list(Campaign.objects.select_related("merchant"))
    for chosen in (everything[:1], everything):
        with django_assert_num_queries(7):
            findings(chosen, at=AT)


def test_a_change_is_told_once(ad):
    later = AT + timedelta(minutes=1)
    told = [watching.look(at=AT), watching.look(at=AT)]
    ad.product.variants.update(on_hand=0)
    told += [watching.look(at=later), watching.look(at=later)]
    assert told == [0, 0, 1, 0]
    message = OutboxMessage.objects.get(topic="ads.campaign.eligibility_changed")
    assert message.payload == {
        "merchant": ad.merchant.code, "campaign": ad.campaign.code, "obstacles": ["out_of_stock"], "was": [],
        "at": later.isoformat(),
    }  # fmt: skip


def test_an_archived_campaign_is_told_of_and_then_forgotten(ad, django_assert_num_queries):
    watching.look(at=AT)
    set_(ad.campaign, state="archived")
    assert watching.look(at=AT) == 1
    with django_assert_num_queries(1):
        watching.look(at=AT)
