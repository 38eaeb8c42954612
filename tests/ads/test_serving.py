"""Ads as browsers and programs meet them: the slot, the click, decisions and events."""

import pytest
from django.urls import reverse

from ads import tokens
from ads.auction import refresh
from ads.models import Ad, Charge, Event
from shops.models import Note
from shops.shopper import seal
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
AGENT = {"HTTP_USER_AGENT": BROWSER.agent}


@pytest.fixture
def ad(shop):
    factories.fund(shop)
    return adverts.ad(shop)


def post(client, name, body, **headers):
    return client.post(reverse(f"ads:api_{name}"), body, content_type="application/json", **AGENT | headers)


def test_a_decision_names_the_ad_and_seals_who_asked(client, ad):
    sam = factories.shopper()
    answer = post(client, "decisions", {"placement": "feed", "slots": 3}, HTTP_X_SHOPPER=seal(sam)).json()
    token = tokens.unseal(answer["ads"][0].pop("token"))
    assert (token.ad_id, token.shopper, token.placement, token.decided_at) == (ad.pk, sam, "feed", AT)
    assert token.price <= token.bid == ad.campaign.bid
    answer["ads"][0].pop("click_url")
    assert answer == {
        "ads": [
            {
                "position": 1,
                "headline": "",
                "note": None,
                "product": {
                    "code": ad.product.code, "title": ad.product.title, "title_en": "", "price": "100.0000",
                    "currency": "CNY", "image": None, "merchant": {"slug": "alice", "name": "Alice & Co"},
                },
            }
        ],
        "reason": None,
    }  # fmt: skip


def test_decisions_over_http_read_no_row(client, ad, monkeypatch, django_assert_num_queries):
    index = refresh.load()
    monkeypatch.setattr("ads.auction.current", lambda: index)
    with django_assert_num_queries(0):
        assert (
            len(post(client, "decisions", {"placement": "search", "slots": 3, "query": "product"}).json()["ads"]) == 1
        )
        assert ad.product.title in client.get(reverse("ads:slot"), {"placement": "feed", "slots": 3}).text


def test_an_empty_decision_says_why(client, db):
    assert post(client, "decisions", {"placement": "feed", "slots": 1}).json() == {"ads": [], "reason": "no_candidates"}


def test_a_page_of_several_auctions_is_decided_together(client, ad, shop):
    other = adverts.ad(shop)
    auction = {"placement": "feed", "slots": 1}
    answers = post(client, "decisions", {"auctions": [auction, auction, auction]}).json()["auctions"]
    shown = [[tokens.unseal(one["token"]).ad_id for one in answer["ads"]] for answer in answers]
    assert sorted(shown[0] + shown[1]) == [ad.pk, other.pk]
    assert (shown[2], answers[2]["reason"]) == ([], "no_candidates")


def test_what_the_quick_reader_leaves_to_the_framework_is_answered_alike(client, ad):
    said = {"placement": "feed", "slots": "1", "query": " "}
    assert len(post(client, "decisions", said).json()["ads"]) == 1
    page = client.post(
        reverse("ads:api_decisions"), ' { "auctions" : [{"placement":"feed","slots":1}]}', "application/json", **AGENT
    )
    assert len(page.json()["auctions"][0]["ads"]) == 1


BAD_PAGES = [
    {},
    [1],
    {"placement": "moon", "slots": 1},
    {"placement": "feed", "slots": 13},
    {"placement": "feed", "slots": 1, "query": "a\0b"},
    {"auctions": []},
    {"auctions": [{"placement": "feed", "slots": 1}] * 6},
    {"auctions": [{"placement": "feed", "slots": 9}] * 5},
]


@pytest.mark.parametrize("body", BAD_PAGES)
def test_a_malformed_page_is_refused(client, body):
    answer = post(client, "decisions", body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_every_event_of_a_batch_has_its_result(client, ad):
    token = served(ad)
    events = [
        {"token": token, "kind": "impression"},
        {"token": token, "kind": "click"},
        {"token": token, "kind": "click"},
        {"token": "x", "kind": "click"},
        {"token": token, "kind": "glance"},
        {"token": token, "kind": "viewable", "at": "noon"},
        7,
    ]
    assert post(client, "events", {"events": events}).json()["results"] == [
        {"status": "accepted"}, {"status": "accepted"}, {"status": "duplicate"},
        {"status": "rejected", "reason": "bad_token"}, *[{"status": "rejected", "reason": "malformed"}] * 3,
    ]  # fmt: skip
    assert Charge.objects.count() == 1


@pytest.mark.parametrize("body", [{}, [], {"events": []}, {"events": [1] * 1001}])
def test_what_is_no_batch_is_refused(client, body):
    assert post(client, "events", body).status_code == 400


def test_a_click_is_recorded_and_leads_to_the_product(client, ad):
    token = served(ad)
    address = reverse("ads:click", args=[token])
    assert client.head(address, **AGENT).status_code == 302
    assert not Event.objects.exists()
    for _ in range(2):
        assert client.get(address, **AGENT).url == f"{reverse('shops:product', args=[ad.product.code])}#ad={token}"
    assert [(e.kind, e.is_valid) for e in Event.objects.all()] == [("click", True)]
    assert client.get(reverse("ads:click", args=["x" * tokens.LENGTH])).status_code == 404


def test_staff_and_prefetch_click_for_nothing(client, ad, alice):
    client.get(reverse("ads:click", args=[served(ad)]), HTTP_SEC_PURPOSE="prefetch", **AGENT)
    client.force_login(alice)
    client.get(reverse("ads:click", args=[served(ad)]), **AGENT)
    assert sorted(Event.objects.values_list("reason", flat=True)) == ["prefetch", "staff"]


def test_a_slot_shows_the_card_and_records_nothing(client, ad):
    page = client.get(reverse("ads:slot"), {"placement": "feed", "slots": 2}, **AGENT)
    assert page.text.count("data-token=") == 1
    assert not Event.objects.exists()
    assert client.get(reverse("ads:slot"), {"placement": "moon"}).status_code == 400


def test_a_note_is_shown_in_place_of_its_product_and_leads_to_itself(client, shop):
    factories.fund(shop)
    note = Note.objects.create(merchant=shop, title="Three days in linen", author="A", state="published", created_at=AT)
    ad = adverts.ad(shop)
    Ad.objects.filter(pk=ad.pk).update(note=note)
    (told,) = post(client, "decisions", {"placement": "feed", "slots": 1}).json()["ads"]
    assert (told["note"]["code"], told["product"]["code"]) == (note.code, ad.product.code)
    slot = client.get(reverse("ads:slot"), {"placement": "feed"}, **AGENT).text
    assert note.title in slot
    assert ad.product.title not in slot
    assert client.get(told["click_url"], **AGENT).url.startswith(reverse("shops:note", args=[note.code]))
    Note.objects.update(state="withdrawn")
    assert client.get(told["click_url"], **AGENT).url.startswith(reverse("shops:product", args=[ad.product.code]))
