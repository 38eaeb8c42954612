"""Search terms: what searches brought, and how they become keywords or are left out."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from ads import partitions
from ads.campaigns import EditConflict
from ads.campaigns.changes import undo
from ads.models import AdGroup, AuctionRecord, Keyword, SearchTerm
from ads.search_terms import number
from ads.search_terms.choosing import add, exclude
from ads.search_terms.report import report
from ads.search_terms.suggesting import suggest
from ads.tracking import Report, track
from chengfeng.periods import local_date
from tests import factories
from tests.ads import adverts
from tests.factories import AT

pytestmark = pytest.mark.django_db
SAM = uuid.UUID(int=7)
TODAY = local_date(AT, "Asia/Shanghai")


@pytest.fixture
def ad(shop):
    factories.fund(shop, 100)
    made = adverts.ad(shop, advertised=adverts.product(shop, title="红色连衣裙", title_en="Red silk dress"))
    words = ("red dress", "blue hat")
    SearchTerm.objects.bulk_create(SearchTerm(number=number(text), text=text, first_at=AT) for text in words)
    return made


def click(ad, text: str, *, shopper=SAM, **fields) -> None:
    """Somebody saw the ad on a search and clicked on it, for 0.50."""
    token = adverts.served(ad, shopper=shopper, group_id=ad.group_id, term=number(text), **fields)
    track([Report(token, "impression"), Report(token, "click")], received_at=AT, visitor=adverts.BROWSER)


def facts(row) -> tuple:
    result = row.result
    return row.text, result.impressions, result.clicks, result.spend, result.orders, result.sales


def test_searches_are_told_with_what_they_brought(ad, shop):
    click(ad, "red dress")
    click(ad, "Blue  HAT", shopper=uuid.UUID(int=8))
    click(ad, "never written", shopper=uuid.UUID(int=9))
    line = adverts.sold("oln_1", ad.product, "80")
    adverts.convert(
        merchant=shop, order_code="ord_1", shopper=SAM, currency="CNY", lines=[line], at=AT + timedelta(hours=1)
    )
    half, none = Decimal("0.5"), Decimal(0)
    rows = report(ad.campaign, TODAY, TODAY)
    assert sorted(map(facts, rows)) == [
        ("", 1, 1, half, 0, none), ("blue hat", 1, 1, half, 0, none), ("red dress", 1, 1, half, 1, Decimal(80)),
    ]  # fmt: skip
    assert [facts(row)[0] for row in report(ad.campaign, TODAY, TODAY, words="DRESS")] == ["red dress"]
    assert report(ad.campaign, TODAY, TODAY, words="100%") == []
    assert report(ad.campaign, TODAY - timedelta(days=1), TODAY - timedelta(days=1)) == []


def test_a_search_becomes_a_keyword_or_is_left_out_and_can_be_undone(ad, shop):
    owner = adverts.owner_of(shop)
    Keyword.objects.create(group=ad.group, text="silk", match="broad", bid=Decimal(2))
    add(owner, ad.group, ["Red  Dress", "red dress", "x" * 81], at=AT)
    ad.group.campaign.refresh_from_db()
    change = exclude(owner, ad.group, ["blue hat"], at=AT)
    assert set(ad.group.keywords.values_list("text", "match", "bid")) == {
        ("silk", "broad", Decimal(2)), ("red dress", "exact", None),
    }  # fmt: skip
    assert list(ad.group.negatives.values_list("text", "match")) == [("blue hat", "exact")]
    click(ad, "red dress")
    row = report(ad.campaign, TODAY, TODAY)[0]
    assert (row.is_keyword, row.is_excluded) == (True, False)
    undo(owner, change, at=AT)
    assert not ad.group.negatives.exists()


def test_two_choices_at_once_lose_nothing(ad, shop):
    owner = adverts.owner_of(shop)
    stale = type(ad.group).objects.select_related("campaign").get(pk=ad.group_id)
    add(owner, ad.group, ["red dress"], at=AT)
    with pytest.raises(EditConflict):
        add(owner, stale, ["blue hat"], at=AT)
    assert list(ad.group.keywords.values_list("text", flat=True)) == ["red dress"]


def test_suggestions_name_the_goods_and_nobody(ad):
    partitions.ensure(AT.date(), AT.date())
    for text, people in (("red dress", 5), ("blue hat", 5), ("silk", 4)):
        SearchTerm.objects.get_or_create(number=number(text), defaults={"text": text, "first_at": AT})
        AuctionRecord.objects.bulk_create(
            AuctionRecord(
                day=AT.date(), number=uuid.uuid4(), at=AT - timedelta(minutes=1), placement="search", slots=1,
                term=number(text), shopper=uuid.UUID(int=person), draw=0, weight=10,
            )
            for person in range(people)
        )  # fmt: skip
    [(group, suggestions)] = suggest([ad.group], at=AT)
    assert (group, [(told.text, told.searches) for told in suggestions]) == (ad.group, [("red dress", 50)])
    Keyword.objects.create(group=ad.group, text="Red Dress")
    assert suggest([ad.group], at=AT) == []


def test_the_page_chooses_with_one_click(noon, ad, shop, alice, client):
    click(ad, "red dress")
    client.force_login(alice)
    page = f"/console/{shop.code}/ads/{ad.campaign.code}/search-terms/"
    assert "red dress" in client.get(page).content.decode()
    told = client.post(f"{page}choose/", {"verb": "add", "term": f"{ad.group.code} red dress"}, follow=True)
    assert "1 search is a keyword now." in told.content.decode()
    assert "ran everywhere" in told.content.decode()
    assert "at least one search" in client.post(f"{page}choose/", {"verb": "add"}, follow=True).content.decode()
    assert ad.group.keywords.get().text == "red dress"
    assert client.post(f"{page}choose/", {"verb": "burn"}).status_code == 400


def test_searches_of_two_groups_are_chosen_at_once(noon, ad, shop, alice, client):
    other = AdGroup.objects.create(merchant=shop, campaign=ad.campaign, name="Hats", created_at=AT)
    client.force_login(alice)
    terms = [f"{ad.group.code} red dress", f"{other.code} blue hat"]
    client.post(f"/console/{shop.code}/ads/{ad.campaign.code}/search-terms/choose/", {"verb": "add", "term": terms})
    assert set(Keyword.objects.values_list("group", "text")) == {(ad.group_id, "red dress"), (other.pk, "blue hat")}
