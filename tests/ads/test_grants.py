"""Grants, rebates and frozen money: given once, expiring with a warning, all of it in the books."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail

from ads import wallet
from ads.models import AdAccount, CampaignDay, Grant
from ads.wallet import alerts, freezing, granting, grants_file, keeping, rebates
from chengfeng import clock, ledger, outbox
from chengfeng.models import Account, Job
from shops.models import AuditEntry
from tests.factories import AT, fund

from . import adverts
from .test_charging import LATER, charge, grant, left

pytestmark = pytest.mark.django_db


def test_a_grant_is_given_once_by_its_reference(shop, foreign_shop, oscar):
    gift = wallet.Gift(merchant=shop, amount=Decimal(5), reason="Sorry", expires_at=LATER, reference="fault:1")
    given = wallet.give(gift, at=AT, by=oscar)
    assert wallet.give(gift, at=AT, by=oscar) == given
    assert (left(given), AuditEntry.objects.values_list("verb", "target").get()) == ([5], ("wallet.grant", given.code))
    other = wallet.Gift(merchant=foreign_shop, amount=Decimal(5), reason="x", expires_at=LATER, reference="fault:1")
    with pytest.raises(granting.AlreadyGiven):
        wallet.give(other, at=AT)


def test_what_expires_returns_to_the_platform_once(shop):
    ending, lasting = grant(shop, "3", until=AT + timedelta(days=1)), grant(shop, "2", until=LATER)
    charge(adverts.ad(shop), "1")
    assert [granting.expire_due(at=AT + timedelta(days=n)) for n in (0, 1, 1)] == [0, 1, 0]
    assert left(ending, lasting) == [0, 2]
    assert ledger.balance(Account.objects.get(kind="given")) == -3
    assert [one.code for one in granting.live(shop, at=AT + timedelta(days=1))] == [lasting.code]


def test_owners_are_warned_30_and_15_days_ahead_of_what_is_left(shop, dana, bob):
    grant(shop, "3", until=AT + timedelta(days=40))
    grant(shop, "4", until=AT + timedelta(days=10))
    days = (0, 0, 9, 10, 10, 24, 25, 39)
    assert [alerts.warn_of_expiry(at=AT + timedelta(days=n)) for n in days] == [1, 0, 0, 1, 0, 0, 1, 0]
    outbox.relay(at=AT + timedelta(days=40))
    assert [letter.to for letter in mail.outbox] == [[dana.email]] * 3
    assert ["4.00" in letter.body for letter in mail.outbox] == [True, False, False]


def test_a_low_wallet_is_told_once_per_dip(shop, foreign_shop, fay, django_assert_num_queries):
    AdAccount.objects.create(merchant=shop, alert_balance=10)
    for merchant in (shop, foreign_shop):
        adverts.campaign(merchant)
    assert alerts.watch(at=AT) == 1
    with django_assert_num_queries(1):
        assert alerts.watch(at=AT) == 0
    fund(shop, "20")
    assert alerts.watch(at=AT) == 0
    freezing.freeze(shop, Decimal(15), reason="Check", by=None, at=AT)
    assert alerts.watch(at=AT + timedelta(seconds=1)) == 1
    with clock.at(AT):
        outbox.relay(at=AT + timedelta(minutes=1))
    assert [letter.to for letter in mail.outbox] == [[fay.email]] * 2


def test_a_wallet_that_lasts_too_few_days_is_low(shop, foreign_shop):
    fund(shop, "29")
    fund(foreign_shop, "30")
    for merchant in (shop, foreign_shop):
        day = {"day": AT.date() - timedelta(days=1), "budget": 10, "spent": 10}
        CampaignDay.objects.create(campaign=adverts.campaign(merchant), **day)
    assert alerts.watch(at=AT) == 1
    assert list(AdAccount.objects.filter(alerted_at=AT).values_list("merchant", flat=True)) == [shop.pk]


def test_frozen_money_pays_for_nothing_until_it_is_let_go(shop, oscar):
    fund(shop, "10")
    ad = adverts.ad(shop)
    for _ in range(2):
        freezing.freeze(shop, Decimal(8), reason="Check", by=oscar, at=AT, code="frz_1")
    assert wallet.standing(shop, at=AT) == wallet.Standing(Decimal(2), Decimal(0), Decimal(8))
    assert charge(ad, "3") == ["no_balance"]
    with pytest.raises(freezing.TooLittle):
        freezing.unfreeze(shop, Decimal(9), reason="Done", by=oscar, at=AT)
    freezing.unfreeze(shop, Decimal(8), reason="Done", by=oscar, at=AT)
    assert charge(ad, "3") == [""]
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["wallet.freeze", "wallet.unfreeze"]


def test_a_rebate_is_a_share_of_last_month_s_cash_once(shop, foreign_shop, oscar):
    fund(shop, "10")
    grant(shop, "1")
    charge(adverts.ad(shop), "4.33")
    month, then = date(2026, 3, 1), AT + timedelta(days=30)
    with pytest.raises(rebates.MonthNotOver):
        rebates.plan(month, percent=Decimal(10), at=AT)
    for expected in (1, 0):
        given = rebates.carry_out(month, percent=Decimal(10), expires_at=then + timedelta(days=1), at=then, by=oscar)
        assert len(given) == expected
    assert Grant.objects.filter(kind="rebate").values_list("merchant", "amount").get() == (shop.pk, Decimal("0.33"))
    (planned,) = rebates.plan(month, percent=Decimal(10), at=then)
    assert (planned.spent, planned.given) == (Decimal("3.33"), True)


def test_a_file_is_looked_through_before_anything_is_given(shop, foreign_shop, oscar):
    campaign = adverts.campaign(foreign_shop)
    text = (
        "merchant,amount,reason,last_day,campaign,kind\n"
        f"alice,5,Hello,2026-04-01,,\n{foreign_shop.code},7,Sorry,2026-04-01,{campaign.code},compensation\n"
        f"nobody,1,x,2026-04-01,,\nalice,0,x,2026-01-01,{campaign.code},\n"
    )
    rows = grants_file.look(text.encode(), at=AT)
    assert [[name for name, _ in row.problems] for row in rows] == [[], [], ["merchant"], ["amount", "campaign"]]
    good = grants_file.look("\n".join(text.splitlines()[:3]).encode(), at=AT)
    again = grants_file.look(grants_file.written(good).encode(), at=AT)
    grants_file.give_all(again, by=oscar, at=AT)
    given = Grant.objects.order_by("pk").values_list("merchant", "amount", "kind", "campaign")
    assert list(given) == [(shop.pk, 5, "grant", None), (foreign_shop.pk, 7, "compensation", campaign.pk)]
    assert [len(row.problems) for row in grants_file.look(grants_file.written(good).encode(), at=AT)] == [1, 1]


def test_a_file_without_its_columns_is_refused():
    with pytest.raises(grants_file.FileRefused, match="amount, last_day, reason"):
        grants_file.look(b"merchant\nalice\n", at=AT)


def test_the_recurring_job_keeps_wallets(shop, settings):
    settings.REBATE_PERCENT = Decimal(10)
    grant(shop, "3", until=AT + timedelta(days=1))
    with clock.at(AT + timedelta(days=2)):
        told = keeping.run(Job(), lambda *_: None) | keeping.give_rebates(Job(), lambda *_: None)
    assert told == {"expired": 1, "warned": 0, "alerted": 0, "summed": 0, "rebates": 0}
