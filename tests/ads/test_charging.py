"""Charging: what pays, in which order, what each budget bears, and how it all comes back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from ads import charging, wallet
from ads.models import AccountDay, AdAccount, CampaignDay, CampaignTotal, Charge, CreditNote, PromotionDays
from ads.wallet import granting
from chengfeng import ledger
from chengfeng.models import Account, Transfer
from tests.factories import AT, fund

from . import adverts

pytestmark = pytest.mark.django_db
SOON, LATER = AT + timedelta(days=1), AT + timedelta(days=9)


def grant(shop, amount, *, until=LATER, **fields):
    gift = wallet.Gift(merchant=shop, amount=Decimal(amount), reason="Welcome", expires_at=until, **fields)
    return wallet.give(gift, at=AT)


def left(*grants):
    return [ledger.balance(granting.pot(one)) for one in grants]


def charge(ad, *prices, at=AT, **fields):
    """Charge an ad some prices; return why each is free, or an empty text."""
    tokens = [adverts.token(ad, price=price)._replace(bid=Decimal(9), **fields) for price in prices]
    with transaction.atomic():
        verdicts = charging.charge(tokens, charging.lock_campaigns([ad.campaign_id]), at=at)
    return [verdicts[token.token] for token in tokens]


def test_grants_pay_first_and_the_next_to_expire_before_others(shop):
    fund(shop, "10")
    late, soon = grant(shop, "2"), grant(shop, "1.5", until=SOON)
    assert charge(adverts.ad(shop), "1", "2", "1") == ["", "", ""]
    assert (left(late, soon), wallet.balance(shop)) == ([0, 0], Decimal("9.5"))
    assert list(Charge.objects.order_by("pk").values_list("amount", "granted")) == [(1, 1), (2, 2), (1, Decimal("0.5"))]


def test_a_grant_pays_only_for_what_it_is_meant_for(shop):
    ad, sibling = adverts.ad(shop), adverts.ad(shop, objective="seeding")
    of_campaign, of_objective = grant(shop, "1", campaign=ad.campaign), grant(shop, "1", objective="seeding")
    assert charge(ad, "1", "1") == ["", "no_balance"]
    assert left(of_campaign, of_objective) == [0, 1]
    assert charge(sibling, "1", "0.5") == ["", "no_balance"]


def test_grants_pay_within_their_time_only(shop):
    coming, over = grant(shop, "1", starts_at=SOON), grant(shop, "1", until=SOON)
    ad = adverts.ad(shop)
    assert charge(ad, "2") == ["no_balance"]
    assert charge(ad, "1", "1", at=SOON) == ["", "no_balance"]
    assert left(coming, over) == [0, 1]


def test_what_is_spendable_is_what_can_be_charged(shop, foreign_shop):
    fund(shop, "5")
    ad, sibling, foreign = adverts.ad(shop), adverts.ad(shop, objective="seeding"), adverts.ad(foreign_shop)
    grant(shop, "1", campaign=ad.campaign)
    grant(shop, "2", objective="seeding")
    grant(shop, "4", starts_at=SOON)
    campaigns = [ad.campaign_id, sibling.campaign_id, foreign.campaign_id]
    assert wallet.spendable(campaigns, at=AT) == dict(zip(campaigns, (6, 7, 0), strict=True))
    assert wallet.spendable(campaigns, at=SOON) == dict(zip(campaigns, (10, 11, 0), strict=True))


def test_a_total_budget_counts_what_was_spent_before_it(shop):
    fund(shop, "100")
    ad = adverts.ad(shop)
    charge(ad, "3")
    ad.campaign.total_budget = Decimal(5)
    ad.campaign.save()
    assert charge(ad, "1", "1.5", "1") == ["", "no_total_budget", ""]
    assert CampaignTotal.objects.values_list("budget", "spent").get() == (5, 5)
    ad.campaign.total_budget = None
    ad.campaign.save()
    assert charge(ad, "2") == [""]
    assert CampaignTotal.objects.values_list("budget", "spent").get() == (None, 7)


def test_an_account_s_day_counts_all_campaigns_and_what_was_spent_before_it(shop):
    fund(shop, "100")
    ad, sibling = adverts.ad(shop), adverts.ad(shop)
    charge(ad, "3")
    account = AdAccount.objects.create(merchant=shop, daily_budget=5)
    assert charge(sibling, "1", "1.5") == ["", "no_account_budget"]
    assert AccountDay.objects.values_list("budget", "spent").get() == (5, 4)
    AdAccount.objects.filter(pk=account.pk).update(daily_budget=None)
    assert charge(ad, "9") == [""]
    AdAccount.objects.filter(pk=account.pk).update(daily_budget=14)
    assert charge(ad, "1", "1") == ["", "no_account_budget"]
    assert AccountDay.objects.values_list("budget", "spent").get() == (14, 14)


def test_a_promotion_day_has_its_own_per_cent_of_the_budget(shop):
    fund(shop, "100")
    ad = adverts.ad(shop, budget="10")
    PromotionDays.objects.create(campaign=ad.campaign, first_day=AT.date(), last_day=AT.date(), budget_percent=50)
    charge(ad, "1")
    assert CampaignDay.objects.values_list("budget", "spent").get() == (15, 1)


def test_viewable_impressions_are_charged_where_they_are_priced(shop):
    fund(shop, "1")
    ad = adverts.ad(shop)
    shown = adverts.token(ad)._replace(pricing="cpm")
    asked = [charging.is_charged(token, kind) for token in (shown, adverts.token(ad)) for kind in ("click", "viewable")]
    assert asked == [False, True, True, False]
    charge(ad, "0.0123", pricing="cpm")
    assert Charge.objects.values_list("kind", "amount").get() == ("viewable", Decimal("0.0123"))


def test_what_is_given_back_returns_to_where_it_came_from_once(shop):
    fund(shop, "10")
    lasting, ending = grant(shop, "1"), grant(shop, "1", until=SOON)
    charge(adverts.ad(shop), "3")
    notes = charging.give_back(dict.fromkeys(Charge.objects.all(), "robot"), at=SOON)
    assert [(note.amount, note.reason) for note in notes] == [(3, "robot")]
    assert (left(lasting, ending), wallet.balance(shop)) == ([1, 0], 10)
    assert charging.give_back(dict.fromkeys(Charge.objects.all(), "robot"), at=SOON) == []
    assert (CreditNote.objects.count(), CampaignDay.objects.get().spent) == (1, 3)
    assert ledger.balance(Account.objects.get(kind="given")) == -1  # of two given one is back, as its grant is over


def test_charges_of_a_batch_share_a_transfer_and_are_given_back_one_by_one(shop):
    fund(shop, "10")
    granted, ads = grant(shop, "2.5"), [adverts.ad(shop), adverts.ad(shop)]
    prices = ("1", "0.9999", "0.0001", "1", "2", "3")
    tokens = [adverts.token(ads[n % 2], price=price)._replace(bid=Decimal(9)) for n, price in enumerate(prices)]
    campaigns = charging.lock_campaigns([ad.campaign_id for ad in ads])
    assert {*charging.charge(tokens, campaigns, at=AT).values()} == {""}
    assert sorted(Charge.objects.values_list("amount", "granted")) == [
        (Decimal("0.0001"), Decimal("0.0001")), (Decimal("0.9999"), Decimal("0.9999")), (1, Decimal("0.5")), (1, 1),
        (2, 0), (3, 0),
    ]  # fmt: skip
    shared = Transfer.objects.filter(kind="charge")
    assert [sorted(one.entries.values_list("amount", flat=True)) for one in shared.order_by("pk")] == [
        [Decimal("-1.0001"), Decimal("1.0001")], [Decimal("-0.9999"), Decimal("0.9999")],
        [Decimal("-0.5"), Decimal("-0.5"), 1], [-2, 2], [-3, 3],
    ]  # fmt: skip
    for one in Charge.objects.exclude(amount__gt=1):
        charging.give_back({one: "robot"}, at=AT)
    assert (left(granted), wallet.balance(shop)) == ([Decimal("2.5")], 5)
    assert ledger.balance(Account.objects.get(kind="ad_revenue")) == 5


def test_a_batch_costs_the_same_statements_however_long(shop, django_assert_num_queries):
    fund(shop, "100")
    grant(shop, "1")
    ads = [adverts.ad(shop) for _ in range(3)]
    campaigns = charging.lock_campaigns([ad.campaign_id for ad in ads])
    charging.charge([adverts.token(ad) for ad in ads], campaigns, at=AT)
    for number in (1, 3):
        with django_assert_num_queries(7):  # one of them for the account of revenue, known once committed
            charging.charge([adverts.token(ad) for ad in ads[:number]], campaigns, at=AT)
