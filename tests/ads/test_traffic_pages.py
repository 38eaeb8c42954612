"""Traffic quality on pages and over the API: rates, credit notes, appeals and their answers."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ads import tokens
from ads.models import Appeal, Charge, CreditNote, Event, Rescore
from ads.tracking import Report, track
from ads.validity import Visitor, appeals, measuring
from shops import tokens as api_tokens
from shops.people.rights import Right
from shops.tenancy import access_of
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def ad(shop):
    """An ad with two valid clicks, of which one is free, and one by a robot."""
    factories.fund(shop, "0.6")
    made = adverts.ad(shop)
    for visitor in (BROWSER, BROWSER, Visitor(agent="")):
        track([Report(adverts.served(made), "click")], received_at=AT, visitor=visitor)
    return made


def test_quality_counts_valid_free_and_invalid_clicks_once_each(shop, ad):
    quality = measuring.measure(shop, AT.date() - timedelta(days=1), AT.date())
    whole = quality.whole
    assert (whole.valid, whole.free, whole.invalid, whole.rate) == (2, 1, 1, 1 / 3)
    assert [(day.day, share.invalid) for day, share in quality.days.items()] == [(9, 0), (10, 1)]
    assert [(campaign.pk, share.invalid) for campaign, share in quality.campaigns.items()] == [(ad.campaign_id, 1)]
    assert (quality.placements["feed"].reasons, quality.returned_sum) == ({"no_agent": 1}, 0)


def test_the_page_explains_every_rule_and_shows_what_was_found(client, shop, ad, alice):
    client.force_login(alice)
    page = client.get(reverse("ads:traffic", args=[shop.code]))
    assert (page.status_code, page.context["reasons"]) == (200, [("No user agent", 1)])
    assert b'id="rule-velocity"' in page.content
    asked = f"?campaign={ad.campaign.code}&first=2026-01-20&last=2026-03-09"
    begun = client.get(reverse("ads:traffic", args=[shop.code]) + asked).context["form"].initial
    assert begun == {"first": AT.date() - appeals.LONGEST, "last": date(2026, 3, 9), "campaign": ad.campaign}


def ask(client, shop, **fields):
    said = {"kind": "more", "first": "2026-03-09", "last": "2026-03-10", "text": "A farm in the night", **fields}
    return client.post(reverse("ads:traffic", args=[shop.code]), said)


def test_an_appeal_is_made_once_and_by_whoever_may_edit_ads(client, shop, ad, dana, fay, charlie):
    statuses = []
    for user in (charlie, fay, dana, dana):
        client.force_login(user)
        statuses.append(ask(client, shop).status_code)
    assert statuses == [404, 403, 302, 200]
    assert Appeal.objects.values_list("state", "text").get() == ("open", "A farm in the night")


@pytest.mark.parametrize(
    ("first", "last"), [("2026-02-01", "2026-03-01"), ("2026-03-10", "2026-03-11"), ("2026-03-10", "2026-03-09")]
)
def test_an_appeal_is_about_the_last_thirty_days(client, shop, alice, first, last):
    client.force_login(alice)
    assert ask(client, shop, first=first, last=last).status_code == 200
    assert not Appeal.objects.exists()


@pytest.fixture
def appeal(shop, ad, dana):
    return appeals.appeal(
        access_of(dana, shop, at=AT), kind="more", first=AT.date(), last=AT.date(), text="Look again", at=AT
    )


def test_an_answer_gives_back_the_charges_it_names(client, appeal, oscar):
    charge = Charge.objects.get()
    client.force_login(oscar)
    said = {"is_upheld": "1", "text": "You are right", "charges": charge.code}
    assert client.post(reverse("ads:appeal_answer", args=[appeal.code]), said).status_code == 302
    assert client.post(reverse("ads:appeal_answer", args=[appeal.code]), said).status_code == 200  # answered already
    appeal.refresh_from_db()
    assert (appeal.state, appeal.returned, appeal.answered_by) == ("upheld", Decimal("0.5"), oscar)
    assert CreditNote.objects.values_list("reason", "charge").get() == ("appeal", charge.pk)
    assert Event.objects.get(token=charge.token).reason == "appeal"


def test_an_answer_names_charges_of_the_merchant_and_days_only(appeal, oscar, foreign_shop):
    factories.fund(foreign_shop, "10")
    token = adverts.token(adverts.ad(foreign_shop))
    track([Report(tokens.seal(token), "click")], received_at=AT, visitor=BROWSER)
    theirs = Charge.objects.get(token=token.token).code
    for is_upheld, charges in ((True, [theirs]), (True, ["chg_none"]), (False, [Charge.objects.first().code])):
        with pytest.raises(appeals.Refused):
            appeals.answer(appeal, by=oscar, is_upheld=is_upheld, text="No", charges=charges, at=AT)
    assert (Appeal.objects.get().state, CreditNote.objects.count()) == ("open", 0)


def test_an_answer_locks_every_campaign_before_any_money(shop, ad, dana, oscar):
    """Else it would wait for the second campaign while a click on that waits for the wallet."""
    factories.fund(shop, "1")
    other = adverts.ad(shop)
    shopper = uuid.uuid4()
    track([Report(adverts.served(other, shopper=shopper), "click")], received_at=AT, visitor=BROWSER)
    adverts.convert(
        order_code="ord_1", merchant=shop, shopper=shopper, currency="CNY", at=AT,
        lines=[adverts.sold("oln_1", other.product, 50)],
    )  # fmt: skip
    asked = appeals.appeal(
        access_of(dana, shop, at=AT), kind="more", first=AT.date(), last=AT.date(), text="Farms", at=AT
    )
    charges = Charge.objects.values_list("code", flat=True)
    with CaptureQueriesContext(connection) as captured:
        returned = appeals.answer(asked, by=oscar, is_upheld=True, text="Yes", charges=charges, at=AT)
    locks = [query["sql"] for query in captured if "FOR NO KEY UPDATE" in query["sql"]]
    tables = [re.search(r'FROM "(\w+)"', lock)[1] for lock in locks]
    assert (returned, Rescore.objects.count()) == (Decimal("1"), 2)
    assert tables == ["ads_campaign", "ads_conversionline", "ads_charge", "chengfeng_account"]


def test_programs_read_the_quality_and_appeal(client, shop, ad, alice):
    _, secret = api_tokens.issue(merchant=shop, name="t", rights=[Right.ADS_VIEW, Right.ADS_EDIT], by=alice, at=AT)
    headers = {"Authorization": f"Bearer {secret}"}
    found = client.get(reverse("ads:api_traffic"), headers=headers).json()
    assert (found["valid"], found["invalid"], len(found["days"])) == (2, 1, 14)
    assert found["days"][-1]["reasons"] == [{"reason": "no_agent", "version": 1, "clicks": 1}]
    said = {"kind": "wrong", "first": "2026-03-10", "last": "2026-03-10", "text": "These were people"}
    for key, status in (("a", 201), ("a", 201), ("b", 400)):
        answer = client.post(
            reverse("ads:api_appeals"),
            said,
            content_type="application/json",
            headers=headers | {"Idempotency-Key": key},
        )
        assert answer.status_code == status
    assert [each["kind"] for each in client.get(reverse("ads:api_appeals"), headers=headers).json()] == ["wrong"]
