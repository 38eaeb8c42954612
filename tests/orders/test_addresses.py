"""Addresses: checked and written country by country, kept in a book, chosen at the till, taken from programs."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import translation

from orders.addresses import book, checking, writing
from orders.addresses.forms import EntryForm
from orders.models import Address, Checkout
from shops.shopper import COOKIE, seal
from tests import factories
from tests.factories import AT

SHENZHEN = {
    "country": "CN", "region": "广东省", "city": "深圳市", "district": "南山区", "street": "科技路1号",
    "postal_code": "518057",
}  # fmt: skip
SAM = {"recipient": "Sam", "phone": "13800000000"}


@dataclass
class Written:
    country: str = ""
    region: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    postal_code: str = ""


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"region": "Guangdong", "city": "shenzhen", "district": "南山"}, []),
        ({"region": "广东", "postal_code": ""}, []),
        ({"country": "cn", "region": "香港", "city": "", "district": "", "postal_code": ""}, [("region", "required")]),
        ({"country": ""}, [("country", "required")]),
        ({"country": "XX"}, [("country", "unknown")]),
        ({"region": "", "city": "", "district": ""}, [("region", "required"), ("city", "required")]),
        ({"region": "广西"}, [("city", "unknown")]),
        ({"district": ""}, [("district", "required")]),
        ({"district": "a new one"}, []),
        ({"street": ""}, [("street", "required")]),
        ({"postal_code": "51805"}, [("postal_code", "invalid")]),
        ({"country": "US", "region": "California", "city": "Davis", "postal_code": "95616"}, []),
        ({"country": "US", "region": "CA", "city": "Davis", "postal_code": "9"}, [("postal_code", "invalid")]),
        ({"country": "US", "region": "Atlantis", "postal_code": "95616"}, [("region", "unknown")]),
        ({"country": "SG", "region": "", "city": "", "postal_code": ""}, [("postal_code", "required")]),
    ],
)
def test_an_address_is_checked_by_the_rules_of_its_country(changes, faults):
    assert list(checking.faults(checking.known(SHENZHEN | changes))) == faults


def test_an_address_is_written_in_the_order_of_its_country():
    address = Written(**SHENZHEN)
    with translation.override("zh-hans"):
        assert writing.lines(address) == ["518057", "广东省深圳市南山区", "科技路1号", "中国"]
    with translation.override("en"):
        assert writing.lines(address) == [
            "科技路1号", "Nanshan Qu", "Shenzhen Shi", "Guangdong Sheng, 518057", "China"
        ]  # fmt: skip
        assert writing.lines(address, is_label=True) == ["518057", "广东省深圳市南山区", "科技路1号"]
        assert writing.lines(Written("US", "CA", "Davis", "", "1 A St", "95616")) == [
            "1 A St", "Davis, California 95616", "United States"
        ]  # fmt: skip
        assert writing.lines(Written(city="Shanghai", street="Nanjing Road 1")) == ["Nanjing Road 1", "Shanghai"]


def test_what_can_be_chosen_depends_on_what_was_chosen():
    def offered(**initial):
        form = EntryForm(initial=initial)
        choices = {name: len(getattr(form.fields[name].widget, "choices", ())) for name in ("region", "city")}
        return {name: max(number - 1, 0) for name, number in choices.items()} | {"district": len(form.districts)}

    assert offered(country="CN") == {"region": 31, "city": 0, "district": 0}
    assert offered(country="CN", region="广东省") == {"region": 31, "city": 21, "district": 0}
    assert offered(country="CN", region="广东省", city="深圳市") == {"region": 31, "city": 21, "district": 9}
    assert "region" not in EntryForm(initial={"country": "SG"}).fields
    assert str(EntryForm(initial={"country": "US"})["region"].label) == "State"


@pytest.mark.django_db
def test_the_book_has_one_default_and_no_doubles():
    sam = factories.shopper()

    def save(**values):
        return book.save(shopper=sam, user=None, values={**SHENZHEN, **SAM, **values}, at=AT)

    def defaults():
        return [(each.recipient, each.is_default) for each in book.addresses(sam, None)]

    home, again, office = save(), save(), save(recipient="Office", is_default=True)
    assert (home.pk, defaults()) == (again.pk, [("Office", True), ("Sam", False)])
    book.forget(office)
    assert defaults() == [("Sam", True)]
    with pytest.raises(book.BookFull):
        for number in range(book.MAX):
            save(recipient=str(number))


@pytest.mark.django_db
def test_a_browser_and_an_account_have_books_of_their_own(client, sam, bob):
    shopper = factories.shopper()
    client.cookies[COOKIE] = seal(shopper)
    client.post("/my/addresses/new/", {**SHENZHEN, **SAM})
    mine = Address.objects.get()
    stranger = Client()
    stranger.force_login(bob)
    assert [stranger.get(f"/my/addresses/{mine.code}/").status_code, Client().get("/my/addresses/").status_code] == [
        404,
        200,
    ]
    client.force_login(sam)
    page = client.get("/my/addresses/")
    assert (list(page.context["addresses"]), page.context["left_behind"]) == ([], 1)
    client.post("/my/addresses/take-over/")
    client.post("/my/addresses/take-over/")
    assert [(each.user, each.is_default) for each in Address.objects.all()] == [(sam, True)]
    client.logout()
    client.cookies[COOKIE] = seal(shopper)
    assert list(client.get("/my/addresses/").context["addresses"]) == []


@pytest.mark.django_db
def test_an_address_is_changed_refused_in_words_and_deleted(client):
    client.post("/my/addresses/new/", {**SHENZHEN, **SAM})
    at = f"/my/addresses/{Address.objects.get().code}/"
    refused = client.post(at, {**SHENZHEN, **SAM, "city": "Paris", "phone": ""}).context["form"].errors
    assert refused == {
        "city": ["There is no such city in this province."],
        "phone": ["Which number may the carrier call?"],
    }
    shown = client.post(at, {**SHENZHEN, **SAM, "region": "浙江省", "refresh": "1"})
    assert (shown.status_code, len(shown.context["form"].fields["city"].widget.choices)) == (200, 12)
    client.post(at, {**SHENZHEN, **SAM, "district": "福田区"})
    assert Address.objects.get().district == "福田区"
    client.post(f"{at}delete/")
    assert not Address.objects.exists()


@pytest.mark.django_db
def test_the_till_takes_the_address_from_the_book_and_keeps_new_ones(client, hat):
    client.post("/cart/add/", {"variant": hat.code, "quantity": 1})
    page = client.get("/checkout/")
    assert page.context["form"].initial["country"] == "CN"
    sent = {**SHENZHEN, **SAM, "email": "s@example.org", "keep": "on", "quote": page.context["quote"]}
    assert client.post("/checkout/", sent).status_code == 302
    placed = Checkout.objects.get()
    assert (placed.country, placed.region, placed.district) == ("CN", "广东省", "南山区")
    client.post("/cart/add/", {"variant": hat.code, "quantity": 1})
    known = client.get("/checkout/").context["form"].initial
    assert {name: known[name] for name in SHENZHEN} == SHENZHEN
    entry = Address.objects.get()
    entry.recipient, entry.pk, entry.code, entry.is_default = "Office", None, "adr_2", False
    entry.save()
    assert client.get("/checkout/?address=adr_2").context["form"].initial["recipient"] == "Office"


@pytest.mark.parametrize(
    ("place", "status", "kept", "doubts"),
    [
        ({"city": "Shanghai"}, 201, ("", "", "Shanghai"), []),
        ({"region": "SP", "city": "sao paulo"}, 201, ("", "SP", "sao paulo"), []),
        ({"country": "cn", "region": "guangdong", "city": "Shenzhen"}, 201, ("CN", "广东省", "深圳市"), []),
        ({"country": "CN", "region": "Mars", "city": "Base 1"}, 201, ("CN", "Mars", "Base 1"), ["region"]),
        ({"country": "CN", "region": "香港"}, 201, ("HK", "", ""), []),
        ({"country": "XX"}, 400, None, None),
    ],
)
def test_programs_may_send_addresses_that_we_do_not_know(api, hat, place, status, kept, doubts):
    body = {"email": "s@example.org", "recipient": "Sam", "lines": [{"variant": hat.code, "quantity": 1}], **place}
    answer = api.send("post", "checkouts", body)
    assert (answer.status_code, answer.data.get("doubts")) == (status, doubts)
    found = Checkout.objects.values_list("country", "region", "city").first()
    assert found == kept
