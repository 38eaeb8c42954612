"""The catalogue by hand and by program: pages, versions, pictures, search, and the API."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from rest_framework.test import APIClient

from chengfeng import clock, jobs
from shops import tokens
from shops.catalogue import editing, pictures
from shops.catalogue.editing import VariantEdit
from shops.catalogue.search import index_text, search_products
from shops.models import AuditEntry, ImportRun, Product, Variant
from shops.people.rights import RIGHTS, Right, Role
from shops.tenancy import access_of
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def access(shop, alice):
    return access_of(alice, shop, at=AT)


@pytest.fixture
def dress(shop):
    product = factories.product(shop, title="碎花连衣裙", title_en="Floral dress", brand="Mimi")
    Product.objects.filter(pk=product.pk).update(search=index_text(product))
    factories.variant(shop, product=product, sku="DRESS", stock=3)
    return Product.objects.get()


def address(name, shop, *codes):
    return reverse(f"shops:{name}", args=[shop.code, *codes])


def entered(product, **changes) -> dict:
    """Return what a browser sends for a product's page, with some fields changed."""
    fields = ("title", "title_en", "description", "description_en", "brand", "state", "version")
    sent = {name: getattr(product, name) for name in fields} | {"category": ""}
    variants = list(Variant.objects.filter(product=product.pk).order_by("pk"))
    sent |= {"variants-TOTAL_FORMS": len(variants) + 3, "variants-INITIAL_FORMS": len(variants)}
    for row, v in enumerate(variants):
        sent |= {
            f"variants-{row}-{name}": value
            for name, value in {
                "id": v.pk, "code": v.code, "version": v.version, "sku": v.sku, "price": v.price, "list_price": "",
                "gtin": v.gtin, "on_hand": v.on_hand, "shown_on_hand": v.on_hand, "is_active": "on", "options": "",
                "options_en": "",
            }.items()
        }  # fmt: skip
    for row in range(len(variants), len(variants) + 3):
        sent |= {f"variants-{row}-on_hand": 0, f"variants-{row}-shown_on_hand": 0, f"variants-{row}-is_active": "on"}
    return sent | changes


# Search


@pytest.mark.parametrize("q", ["连衣裙", "碎花 裙子", "dress", "DRESSES", "flor", "mimi 连衣裙"])
def test_both_languages_find(dress, q):
    dress.description = "夏天的裙子"
    Product.objects.update(search=index_text(dress))
    assert list(search_products(q)) == [dress]


@pytest.mark.parametrize("q", ["保温杯", "dress mug", "'); drop", "!!!", "\0"])
def test_what_is_not_there_is_not_found(dress, q):
    assert list(search_products(q)) == []


def test_a_title_ranks_above_a_description(shop, dress):
    other = factories.product(shop, title="帽子", description="配连衣裙")
    Product.objects.filter(pk=other.pk).update(search=index_text(other))
    factories.variant(shop, product=other)
    assert list(search_products("连衣裙")) == [dress, other]


def test_only_what_can_be_bought_is_found(shop, dress):
    assert search_products().count() == 1
    Variant.objects.update(is_active=False)
    assert search_products().count() == 0
    Variant.objects.update(is_active=True)
    type(shop).objects.update(state="suspended")
    assert search_products().count() == 0


# Editing


def test_an_edit_bumps_the_version_once_and_is_written_down(access, dress):
    editing.edit_product(access, dress, version=1, at=AT, values={"title": "长裙", "brand": "Mimi"})
    dress.refresh_from_db()
    assert (dress.title, dress.version, [p.title for p in search_products("长裙")]) == ("长裙", 2, ["长裙"])
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.target, entry.details) == (
        "product.edit", dress.code, {"fields": ["title"], "variants": {}},
    )  # fmt: skip


def test_a_second_editor_is_told(access, dress):
    editing.edit_product(access, dress, version=1, at=AT, values={"title": "A"})
    with pytest.raises(editing.EditConflict):
        editing.edit_product(access, Product.objects.get(), version=1, at=AT, values={"title": "B"})
    assert Product.objects.get().title == "A"


def test_nothing_is_changed_when_a_variant_is_refused(access, dress):
    factories.variant(access.merchant, gtin="4006381333931")
    edit = VariantEdit({"gtin": "4006381333931", "price": Decimal(1)}, code=dress.variants.get().code)
    with pytest.raises(editing.Refused, match="gtin"):
        editing.edit_product(access, dress, version=1, at=AT, values={"title": "B"}, variants=[edit])
    assert (Product.objects.get(pk=dress.pk).title, dress.variants.get().price) == ("碎花连衣裙", 100)


def test_pictures_are_drawn_anew():
    out = io.BytesIO()
    Image.new("RGB", (3000, 1000), "red").save(out, "PNG")
    kept = pictures.redrawn(SimpleUploadedFile("../../evil.php", out.getvalue()))
    with Image.open(kept) as picture:
        assert (picture.format, picture.size) == ("WEBP", (1600, 533))
    assert kept.name.endswith(".webp") and "evil" not in kept.name


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload='x'/>", b"\x89PNG\r\n\x1a\n" + bytes(50), b"GIF89a" + b"\xff" * 9]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(ValidationError):
        pictures.redrawn(SimpleUploadedFile("a.png", content))


def test_too_many_pixels_are_refused_before_they_are_drawn(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_PIXELS", 99)
    out = io.BytesIO()
    Image.new("L", (10, 10)).save(out, "PNG")
    with pytest.raises(ValidationError, match="million pixels"):
        pictures.redrawn(SimpleUploadedFile("a.png", out.getvalue()))


# Pages


def test_the_list_shows_and_filters(client, alice, shop, dress, django_assert_num_queries):
    client.force_login(alice)
    assert b"DRESS" not in client.get(address("products", shop), {"q": "dress"}).content
    for filters, found in [({}, 1), ({"q": "DRES"}, 1), ({"q": "保温杯"}, 0), ({"stock": "low"}, 1),
                           ({"stock": "none"}, 0), ({"state": "archived"}, 0), ({"state": "nonsense"}, 1)]:  # fmt: skip
        page = client.get(address("products", shop), filters).context["page"]
        assert len(page.object_list) == found, filters


def test_many_products_are_archived_and_that_is_undone(client, alice, shop, dress):
    client.force_login(alice)
    draft = factories.product(shop, state="draft")
    client.post(address("products_state", shop), {"state": "archived", "product": [dress.code, draft.code]})
    assert set(Product.objects.values_list("state", flat=True)) == {"archived"}
    client.post(address("products_undo", shop))
    assert dict(Product.objects.values_list("code", "state")) == {dress.code: "active", draft.code: "draft"}


def test_a_product_is_edited_with_its_variants(client, alice, shop, dress):
    client.force_login(alice)
    new = {"variants-1-sku": "DRESS-M", "variants-1-price": "20", "variants-1-on_hand": "4",
           "variants-1-options": "颜色：红; 尺码: M"}  # fmt: skip
    changes = {"title": "长裙", "variants-0-price": "90.50", "variants-0-on_hand": "7"} | new
    with clock.at(AT):
        answer = client.post(address("product", shop, dress.code), entered(dress, **changes))
    assert answer.status_code == 302
    first, second = dress.variants.order_by("pk")
    assert (Product.objects.get().title, first.price, first.on_hand, first.version) == ("长裙", Decimal("90.5"), 7, 2)
    assert (second.sku, second.on_hand, second.options) == ("DRESS-M", 4, {"颜色": "红", "尺码": "M"})
    assert list(second.moves.values_list("kind", "quantity")) == [("count", 4)]


def test_a_stale_page_is_not_saved(client, alice, shop, dress):
    client.force_login(alice)
    stale = entered(dress, title="old page")
    Product.objects.update(version=2, title="newer")
    answer = client.post(address("product", shop, dress.code), stale)
    assert (answer.status_code, Product.objects.get().title) == (409, "newer")
    assert "Somebody else changed this product" in answer.content.decode()


def test_faults_are_shown_at_their_fields(client, alice, shop, dress):
    client.force_login(alice)
    Variant.objects.update(reserved=2)
    for changes, place in [
        ({"title": ""}, ("form", "title")),
        ({"variants-0-price": "1.005"}, ("table", "price")),
        ({"variants-0-list_price": "1"}, ("table", "list_price")),
        ({"variants-0-gtin": "123"}, ("table", "gtin")),
        ({"variants-0-on_hand": "1"}, ("table", "on_hand")),
        ({"variants-1-sku": "DRESS", "variants-1-price": "1"}, ("table", "sku")),
    ]:
        answer = client.post(address("product", shop, dress.code), entered(dress, **changes))
        which, name = place
        found = answer.context["form"].errors if which == "form" else answer.context["table"].errors
        assert answer.status_code == 422
        assert name in found or any(name in errors for errors in found), changes


def test_a_new_product_needs_only_a_title(client, alice, shop):
    client.force_login(alice)
    sent = entered(Product(title="新品"), state="draft", version="")
    answer = client.post(address("product_new", shop), sent)
    made = Product.objects.get()
    assert (answer["Location"], made.external_id) == (address("product", shop, made.code), made.code)


def test_a_file_goes_from_dry_run_to_real_import(client, alice, shop):
    client.force_login(alice)
    file = SimpleUploadedFile("feed.csv", "sku,title,price\nA,杯子,5\nB,,x\n".encode())
    page = client.post(address("import_new", shop), {"file": file, "is_dry": "on"})["Location"]
    assert b'hx-trigger="every 1s"' in client.get(page).content
    jobs.run_due(at=clock.now())
    done = client.get(page).content
    assert (b"Import for real" in done, b"every 1s" in done, b"This is not a price." in done) == (True, False, True)
    run = ImportRun.objects.get()
    table = b"".join(client.get(address("import_problems", shop, run.code)).streaming_content).decode()
    assert table.splitlines()[1] == "3,price,price,,This is not a price.,x"
    real = client.post(address("import_apply", shop, run.code))["Location"]
    jobs.run_due(at=clock.now())
    assert (client.get(real).status_code, Variant.objects.get().sku) == (200, "A")
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["import.start", "import.start"]


# Who may


@pytest.fixture
def pages(shop, dress) -> list[tuple[str, str]]:
    """Every page of the catalogue with the method that it is for."""
    run = ImportRun.objects.create(merchant=shop, file="imports/x.csv", file_name="x", digest="", created_at=AT)
    return [
        ("get", address("products", shop)), ("get", address("product_new", shop)),
        ("post", address("products_state", shop)), ("post", address("products_undo", shop)),
        ("get", address("product", shop, dress.code)), ("post", address("product", shop, dress.code)),
        ("get", address("imports", shop)), ("get", address("import_new", shop)),
        ("get", address("import_run", shop, run.code)), ("get", address("import_problems", shop, run.code)),
        ("post", address("import_apply", shop, run.code)), ("post", address("import_cancel", shop, run.code)),
    ]  # fmt: skip


def test_a_stranger_finds_nothing(client, charlie, foreign_shop, pages, dress):
    client.force_login(charlie)
    assert {getattr(client, method)(page).status_code for method, page in pages} == {404}
    assert client.get(address("product", foreign_shop, dress.code)).status_code == 404


def test_who_may_look_may_not_touch(client, bob, fay, pages):
    client.force_login(bob)
    looks = {page for method, page in pages if method == "get" and not page.endswith("/new/")}
    for method, page in pages:
        expected = 200 if method == "get" and page in looks else 403
        assert getattr(client, method)(page).status_code == expected, page
    client.force_login(fay)
    assert {getattr(client, method)(page).status_code for method, page in pages} == {403}


# The API


@pytest.fixture
def program(shop, alice):
    return of(shop, alice)


def of(shop, user, rights=RIGHTS[Role.OWNER]) -> APIClient:
    _token, secret = tokens.issue(merchant=shop, name="erp", rights=list(rights), by=user, at=AT)
    return APIClient(headers={"Authorization": f"Bearer {secret}"})


def test_the_public_shelf(dress, foreign_shop):
    factories.product(foreign_shop, title="nothing to sell")
    answer = APIClient().get("/api/v1/products", {"q": "连衣裙", "page_size": 1}).json()
    variant = dress.variants.get()
    assert answer["next"] is None
    assert answer["results"] == [{
        "code": dress.code, "title": "碎花连衣裙", "title_en": "Floral dress", "brand": "Mimi", "category": None,
        "merchant": {"slug": "alice", "name": "Alice & Co", "name_en": ""}, "price": "100.0000", "currency": "CNY",
        "image": None, "url": f"/p/{dress.code}/", "variants": [{
            "code": variant.code, "sku": "DRESS", "options": {}, "options_en": {}, "price": "100.0000",
            "list_price": None, "available": 3,
        }],
    }]  # fmt: skip
    assert APIClient().get("/api/v1/products", {"category": "nope"}).status_code == 400


def test_the_shelf_costs_the_same_for_one_and_for_three(shop, dress, django_assert_num_queries):
    for _ in range(2):
        with django_assert_num_queries(3):
            APIClient().get("/api/v1/products")
        factories.variant(shop)
        factories.variant(shop)


def test_a_program_sets_price_and_stock(program, dress):
    answer = program.patch("/api/v1/variants/DRESS", {"price": "12.50", "on_hand": 9, "version": 1}, format="json")
    assert (answer.status_code, answer.json()["price"], answer.json()["on_hand"], answer.json()["version"]) == (
        200, "12.5000", 9, 2,
    )  # fmt: skip
    again = program.patch("/api/v1/variants/DRESS", {"price": "13", "version": 1}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "changed_meanwhile")
    for body, rule in [({"price": "1.005"}, "decimals"), ({"gtin": "1"}, "gtin"), ({"on_hand": -1}, "min_value"),
                       ({"list_price": "1"}, "below_price")]:  # fmt: skip
        refused = program.patch("/api/v1/variants/DRESS", body, format="json").json()
        assert [error["rule"] for error in refused["errors"]] == [rule]


def test_a_program_makes_a_product_once(program, shop):
    body = {"title": "杯子", "variants": [{"sku": "CUP", "price": "5", "on_hand": 2}]}
    made = [program.post("/api/v1/catalogue/products", body, format="json", headers={"Idempotency-Key": "1"})
            for _ in range(2)]  # fmt: skip
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert (Variant.objects.get().on_hand, Variant.objects.get().product.merchant) == (2, shop)
    taken = program.post("/api/v1/catalogue/products", body, format="json", headers={"Idempotency-Key": "2"})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (400, "sku")


def test_a_program_imports(program, shop):
    body = "sku,title,price\nA,杯子,5\nB,,x\n"
    run = program.post("/api/v1/imports", body.encode(), content_type="text/csv").json()
    assert (run["is_dry"], run["state"]) == (True, "queued")
    jobs.run_due(at=clock.now())
    told = program.get(f"/api/v1/imports/{run['code']}").json()
    assert (told["state"], told["rows"], told["created"], told["refused"]) == ("done", 2, 1, 1)
    assert told["problems"] == [{
        "row": 3, "field": "price", "rule": "price", "is_warning": False, "message": "This is not a price.",
        "value": "x",
    }]  # fmt: skip
    file = SimpleUploadedFile("f.csv", body.encode())
    real = program.post("/api/v1/imports?dry_run=false", {"file": file}, format="multipart")
    assert (real.status_code, real.json()["is_dry"]) == (202, False)
    for answer in (
        program.post("/api/v1/imports", b"", content_type="text/csv"),
        program.post("/api/v1/imports", {"file": "x"}, format="json"),
        program.post("/api/v1/imports?dry_run=perhaps", b"x", content_type="text/csv"),
    ):
        assert answer.status_code == 400


def test_a_foreign_program_finds_nothing(foreign_shop, charlie, shop, dress, alice):
    theirs = of(foreign_shop, charlie)
    run = ImportRun.objects.create(merchant=shop, file="imports/x.csv", file_name="x", digest="", created_at=AT)
    for path in (f"catalogue/products/{dress.code}", "variants/DRESS", f"imports/{run.code}"):
        assert theirs.get(f"/api/v1/{path}").status_code == 404
    assert theirs.get("/api/v1/catalogue/products").json()["results"] == []
    looker = of(shop, alice, [Right.CATALOGUE_VIEW])
    assert looker.get("/api/v1/variants/DRESS").status_code == 200
    assert looker.patch("/api/v1/variants/DRESS", {"price": "1"}, format="json").status_code == 403
    assert APIClient().get("/api/v1/variants/DRESS").status_code == 401
