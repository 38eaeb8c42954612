"""The storefront: what the public sees and what it does not, on pages of constant cost."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from shops.models import Merchant, Note, NoteProduct, Product
from shops.shopper import COOKIE, unseal
from tests import factories

pytestmark = pytest.mark.django_db


def note(merchant, *products, **fields) -> Note:
    defaults = {
        "title": "A note",
        "author": "Mei",
        "state": "published",
        "created_at": factories.AT,
        "published_at": factories.AT,
    }
    made = Note.objects.create(merchant=merchant, **defaults | fields)
    for place, product in enumerate(products):
        NoteProduct.objects.create(note=made, product=product, place=place)
    return made


def on_sale(merchant, **fields) -> Product:
    return factories.variant(merchant, product=factories.product(merchant, **fields)).product


def address(thing) -> str:
    if isinstance(thing, Merchant):
        return reverse("shops:shop", args=[thing.slug])
    return reverse("shops:product" if isinstance(thing, Product) else "shops:note", args=[thing.code])


@pytest.fixture
def silk(shop):
    return on_sale(shop, title="丝巾", title_en="Silk scarf")


def test_an_open_shop_its_products_and_its_notes_are_public(client, shop, silk):
    pages = [address(shop), address(silk), address(note(shop, silk)), reverse("shops:feed"), reverse("shops:search")]
    assert [client.get(page).status_code for page in pages] == [200] * 5


@pytest.mark.parametrize("state", ["onboarding", "suspended"])
def test_nothing_of_a_closed_shop_is_public(client, shop, silk, state):
    pages = [address(shop), address(silk), address(note(shop, silk))]
    Merchant.objects.update(state=state)
    assert [client.get(page).status_code for page in pages] == [404] * 3
    assert list(client.get(reverse("shops:feed")).context["page"].notes) == []
    assert list(client.get(reverse("shops:search")).context["page"]) == []


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_a_product_not_on_sale_is_not_found_anywhere(client, shop, silk, state):
    tagging = note(shop, silk)
    Product.objects.update(state=state)
    assert client.get(address(silk)).status_code == 404
    assert list(client.get(address(tagging)).context["products"]) == []
    assert list(client.get(address(shop)).context["page"]) == []


def test_a_product_without_an_active_variant_is_not_shown(client, shop, silk):
    silk.variants.update(is_active=False)
    assert client.get(address(silk)).status_code == 404


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_an_unpublished_note_is_not_found(client, shop, state):
    assert client.get(address(note(shop, state=state))).status_code == 404


def test_the_lowest_active_price_is_shown_with_the_list_price_beside_it(client, shop, silk):
    factories.variant(shop, product=silk, price="80", list_price="120")
    factories.variant(shop, product=silk, price="20", is_active=False)
    shown = client.get(address(silk)).context["product"]
    assert (shown.price, shown.list_price, shown.is_in_stock) == (80, 120, True)


def test_the_first_variant_that_can_be_bought_is_chosen(client, shop, silk):
    sold_out = factories.variant(shop, product=silk, price="1", stock=0)
    page = client.get(address(silk))
    assert page.context["chosen"] == silk.variants.exclude(pk=sold_out.pk).get()
    assert page.content.decode().count(" disabled") == 1


@pytest.mark.parametrize(
    ("query", "prices"),
    [
        ("sort=cheapest", [10, 90]),
        ("sort=dearest", [90, 10]),
        ("lowest=50", [90]),
        ("highest=50", [10]),
        ("lowest=50&highest=10", []),
        ("sort=random", []),
    ],
)
def test_filters_and_order_of_a_search(client, shop, query, prices):
    for price in ("90", "10"):
        factories.variant(shop, price=price)
    assert [product.price for product in client.get(f"/search/?{query}").context["page"]] == prices


def test_a_wrong_price_range_is_explained_at_the_field(client):
    page = client.get("/search/?lowest=50&highest=10").content.decode()
    assert "Price to: This price must not be below the other." in page


def test_a_shop_finds_only_its_own(client, shop, foreign_shop, silk):
    on_sale(foreign_shop)
    assert list(client.get(address(shop)).context["page"]) == [silk]


def test_the_feed_goes_on_where_it_stopped_though_new_notes_arrive(client, shop, monkeypatch):
    monkeypatch.setattr("shops.storefront.feed.PAGE_SIZE", 2)
    oldest, older, newer, newest = (note(shop) for _ in range(4))
    first = client.get("/").context["page"]
    note(shop, title="Just now")
    second = client.get(f"/?after={first.next_after}").context["page"]
    assert (first.notes, second.notes, second.next_after) == ([newest, newer], [older, oldest], "")


def test_htmx_gets_the_next_cards_without_the_frame(client, shop):
    note(shop)
    page = client.get("/", headers={"HX-Request": "true"})
    assert (page.content.count(b"note-card-title"), b"<html" in page.content) == (1, False)
    assert "HX-Request" in page.headers["Vary"]


def test_the_feed_of_a_category_has_the_notes_of_its_whole_branch(client, shop):
    fashion = factories.category()
    scarf = on_sale(shop, category=factories.category("scarves", parent=fashion))
    tagging, _other = note(shop, scarf), note(shop)
    assert client.get("/?category=fashion").context["page"].notes == [tagging]
    assert client.get("/?category=nonsense").status_code == 404


@pytest.mark.parametrize(
    "page", ["/?after=nte_NONE", "/?category=%00", "/p/%00/", "/s/%00/", "/n/prd_0/", "/search/?q=%00"]
)
def test_nonsense_in_an_address_is_not_found(client, db, page):
    assert client.get(page).status_code == 404


def test_prices_are_compared_in_one_currency_only(client, shop):
    abroad = factories.merchant(currency="USD")
    yuan, dollar = (on_sale(merchant) for merchant in (shop, abroad))
    asked = {"lowest=1": [yuan], "lowest=1&currency=USD": [dollar], "sort=cheapest&currency=USD": [dollar]}
    found = {query: list(client.get(f"/search/?{query}").context["page"]) for query in asked}
    assert found == asked
    assert len(client.get("/search/").context["page"]) == 2
    assert list(client.get(f"{address(abroad)}?lowest=1").context["page"]) == [dollar]


@pytest.mark.parametrize("kept", [None, "forged.1234"])
def test_a_newcomer_is_handed_a_sealed_shopper_id(client, db, kept):
    if kept:
        client.cookies[COOKIE] = kept
    assert unseal(client.get("/").cookies[COOKIE].value)


def test_a_known_shopper_keeps_the_id(client, db):
    client.get("/")
    assert COOKIE not in client.get("/").cookies


def test_a_program_becomes_a_shopper(client, db):
    first, second = (client.post("/api/v1/shoppers") for _ in range(2))
    assert (first.status_code, list(first.json())) == (201, ["shopper"])
    assert len({unseal(answer.json()["shopper"]) for answer in (first, second)} - {None}) == 2


@pytest.mark.parametrize(
    ("page", "queries"), [("feed", 3), ("search", 7), ("product", 11), ("shop", 9), ("note", 4)]
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_the_same_however_much_it_shows(client, shop, django_assert_num_queries, page, queries, rows):
    factories.category()
    products = [on_sale(shop, category=factories.category()) for _ in range(rows + 1)]
    notes = [note(shop, *products) for _ in range(rows + 1)]
    pages = {
        "feed": "/",
        "search": "/search/",
        "product": address(products[0]),
        "shop": address(shop),
        "note": address(notes[0]),
    }
    with django_assert_num_queries(queries):
        assert client.get(pages[page]).status_code == 200


def test_a_picture_is_handed_out_in_a_sandbox(client, db):
    default_storage.save("products/scarf.svg", ContentFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
    answer = client.get("/media/products/scarf.svg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["Cache-Control"] == "public, max-age=604800"


@pytest.mark.parametrize(
    "path",
    [
        "products/",
        "%00.svg",
        "nothing.svg",
        "../secret.txt",
        "%2e%2e/secret.txt",
        "products/../../secret.txt",
        "/etc/passwd",
    ],
)
def test_nothing_but_pictures_is_handed_out(client, db, settings, path):
    (settings.MEDIA_ROOT / "products").mkdir(parents=True)
    (settings.MEDIA_ROOT.parent / "secret.txt").write_text("secret")
    assert client.get(f"/media/{path}").status_code == 404
