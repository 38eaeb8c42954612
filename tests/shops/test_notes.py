"""Notes: written, tagged without script, published and withdrawn, by who may."""

import pytest
from django.urls import reverse

from chengfeng import clock
from shops.content import publishing
from shops.models import AuditEntry, Note
from shops.tenancy import access_of
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db
TEXTS = {"title": "春天", "title_en": "Spring", "body": "…", "body_en": "", "author": "小美", "author_en": ""}


@pytest.fixture
def access(shop, alice):
    return access_of(alice, shop, at=AT)


@pytest.fixture
def note(access):
    return publishing.write(access, None, at=AT, values=TEXTS)


def address(name, shop, *codes):
    return reverse(f"shops:{name}", args=[shop.code, *codes])


def tags(note) -> list[str]:
    return [tag.product.title for tag in note.tags.all()]


def test_a_note_keeps_the_order_of_its_products(access, shop, note):
    one, two, three = (factories.product(shop, title=title) for title in "123")
    publishing.write(access, note, at=AT, values=TEXTS, products=[one, two])
    publishing.write(access, note, at=AT, values=TEXTS, products=[three, one])
    assert tags(note) == ["3", "1"]


def test_a_note_never_tags_a_foreign_product(access, note, foreign_shop):
    with pytest.raises(ValueError):
        publishing.write(access, note, at=AT, values=TEXTS, products=[factories.product(foreign_shop)])


def test_a_note_is_published_once_and_withdrawn(access, note):
    publishing.publish(access, note, at=AT)
    with pytest.raises(publishing.NotAllowed):
        publishing.publish(access, note, at=AT)
    publishing.withdraw(access, note, at=AT)
    note.refresh_from_db()
    assert (note.state, note.published_at) == ("withdrawn", AT)
    verbs = AuditEntry.objects.order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["note.create", "note.publish", "note.withdraw"]


def test_products_are_picked_without_script(client, alice, shop, foreign_shop):
    client.force_login(alice)
    cup, mine = factories.product(shop, title="杯子"), factories.product(shop, title="帽子")
    foreign = factories.product(foreign_shop)
    page = address("note_new", shop)
    found = client.post(page, TEXTS | {"find": "1", "find_q": cup.external_id})
    assert (found.context["found"], found.context["form"]["title"].value()) == ([cup], "春天")
    added = client.post(page, TEXTS | {"add": mine.code, "product": [cup.code, foreign.code]})
    assert (added.context["products"], Note.objects.count()) == ([cup, mine], 0)
    removed = client.post(page, TEXTS | {"remove": cup.code, "product": [cup.code, mine.code]})
    assert removed.context["products"] == [mine]
    client.post(page, TEXTS | {"product": [mine.code, cup.code, foreign.code]})
    assert tags(Note.objects.get()) == ["帽子", "杯子"]


def test_a_note_goes_out_and_back_by_its_page(client, alice, shop, note):
    client.force_login(alice)
    page = address("note_state", shop, note.code)
    with clock.at(AT):
        client.post(page, {"verb": "publish"})
        assert client.get(reverse("shops:note", args=[note.code])).status_code == 200
        client.post(page, {"verb": "withdraw"})
        assert client.get(reverse("shops:note", args=[note.code])).status_code == 404
        assert list(client.get(address("notes", shop), {"state": "withdrawn"}).context["page"]) == [note]


def test_who_may_write_notes(client, bob, charlie, shop, note):
    pages = [("get", "notes"), ("get", "note_new"), ("get", "note", note.code), ("post", "note", note.code),
             ("post", "note_state", note.code)]  # fmt: skip
    client.force_login(charlie)
    assert {getattr(client, method)(address(name, shop, *code)).status_code for method, name, *code in pages} == {404}
    client.force_login(bob)
    answers = [getattr(client, method)(address(name, shop, *code)).status_code for method, name, *code in pages]
    assert answers == [200, 403, 200, 403, 403]
