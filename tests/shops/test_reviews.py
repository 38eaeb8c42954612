"""Reviews: read on products, answered by shops, hidden by operators only."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from shops.models import AuditEntry, Review, ReviewPhoto
from shops.reviews import answering, reading, writing
from tests import factories
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

DAY = timedelta(days=1)


@pytest.fixture
def scarf(shop):
    return factories.variant(shop)


def product_page(client, variant, query=""):
    return client.get(reverse("shops:product", args=[variant.product.code]) + query)


def test_a_product_shows_average_distribution_and_reviews_but_none_that_are_hidden(client, shop, scarf):
    for stars in (5, 5, 4, 1):
        factories.review(scarf, stars=stars)
    factories.review(scarf, stars=1, hidden_at=AT, hidden_reason="Abuse")
    factories.review(factories.variant(shop), stars=1)
    context = product_page(client, scarf).context
    rating = context["rating"]
    assert (rating.count, str(rating.average), rating.bars) == (4, "3.8", [(5, 2), (4, 1), (3, 0), (2, 0), (1, 1)])
    assert [review.stars for review in context["reviews"]] == [1, 4, 5, 5]


def test_reviews_are_narrowed_and_paged(client, scarf):
    with_photo = factories.review(scarf, stars=2)
    ReviewPhoto.objects.create(review=with_photo, place=0, image="reviews/x.webp")
    for _ in range(11):
        factories.review(scarf)
    found = {
        query: product_page(client, scarf, query).context["reviews"].paginator.count
        for query in ("", "?stars=2", "?stars=3", "?photos=1", "?stars=nonsense")
    }
    assert found == {"": 12, "?stars=2": 1, "?stars=3": 0, "?photos=1": 1, "?stars=nonsense": 12}
    assert len(product_page(client, scarf, "?page=2").context["reviews"].object_list) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_cards_carry_ratings_by_one_query(shop, django_assert_num_queries, rows):
    products = [factories.variant(shop).product for _ in range(rows)]
    for product in products:
        factories.review(product.variants.get(), stars=4)
    with django_assert_num_queries(1):
        reading.rate(products)
    assert [str(product.rating.average) for product in products] == ["4.0"] * rows


def test_the_public_api_lists_reviews(client, scarf):
    factories.review(scarf, stars=3, text="Fine")
    address = f"/api/v1/products/{scarf.product.code}/reviews"
    assert [(r["stars"], r["text"]) for r in client.get(address).json()["results"]] == [(3, "Fine")]
    assert client.get(f"{address}?stars=9").status_code == 400
    assert client.get("/api/v1/products/prd_0/reviews").status_code == 404


def test_the_shop_replies_and_leaves_a_trail(client, shop, alice, scarf):
    review = factories.review(scarf, text="Nice")
    client.force_login(alice)
    lists = f"/console/{shop.code}/reviews/"
    assert [r.pk for r in client.get(f"{lists}?show=unanswered").context["page"]] == [review.pk]
    for _ in range(2):
        client.post(f"{lists}{review.code}/reply/", {"reply": "Thanks"})
    review.refresh_from_db()
    assert (review.reply, review.replied_at, review.replied_by) == ("Thanks", AT, alice)
    assert [e.verb for e in AuditEntry.objects.filter(merchant=shop)] == ["review.reply"]
    assert list(client.get(f"{lists}?show=unanswered").context["page"]) == []
    client.post(f"{lists}{review.code}/reply/", {"reply": ""})
    assert Review.objects.get().replied_at is None


def test_an_operator_hides_with_a_reason_that_the_shop_can_read(client, shop, alice, oscar, scarf):
    review = factories.review(scarf)
    client.force_login(oscar)
    address = f"/platform/reviews/{review.code}/hide/"
    client.post(address, {"reason": ""})
    assert Review.objects.get().hidden_at is None
    client.post(address, {"reason": "Insults"})
    assert (Review.objects.get().hidden_by, AuditEntry.objects.get(merchant=shop).verb) == (oscar, "review.hide")
    assert product_page(client, scarf).context["rating"].count == 0
    client.force_login(alice)
    assert "Hidden by the platform: Insults" in client.get(f"/console/{shop.code}/reviews/").content.decode()
    client.force_login(oscar)
    client.post(address, {"show": "1"})
    assert Review.objects.get().hidden_reason == ""


@pytest.mark.parametrize(
    ("name", "shown"), [("张小明", "张***明"), ("Sam", "S***m"), ("李", "李***"), ("", "***"), (" Ann ", "A***n")]
)
def test_a_name_is_mostly_hidden(name, shown):
    assert writing.masked(name) == shown


def test_a_review_is_written_in_sixty_days_and_changed_for_seven(scarf):
    def write(at, **said):
        bought = writing.Purchase("oln_1", scarf, factories.shopper(), "Sam", AT)
        return writing.write(bought, at=at, **{"stars": 5, "text": "Good"} | said)

    with pytest.raises(writing.TooLate):
        write(AT + 60 * DAY)
    write(AT + 59 * DAY)
    changed = write(AT + 65 * DAY, stars=2)
    assert (changed.stars, changed.author, changed.edited_at) == (2, "S***m", AT + 65 * DAY)
    with pytest.raises(writing.TooLate):
        write(AT + 66 * DAY)
    assert Review.objects.count() == 1


def test_the_photo_of_a_hidden_review_is_out_of_reach(client, alice, charlie, oscar, scarf, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    review = factories.review(scarf)
    photo = ReviewPhoto(review=review, place=0)
    photo.image.save("x.webp", ContentFile(b"x"))
    address = f"/media/{photo.image.name}"
    statuses = [client.get(address).status_code]
    answering.hide(review, reason="Rude", by=oscar, at=AT)
    statuses.append(client.get(address).status_code)
    for person in (charlie, alice, oscar):
        client.force_login(person)
        statuses.append(client.get(address).status_code)
    assert statuses == [200, 404, 404, 200, 200]


def test_five_photos_at_most(scarf):
    bought = writing.Purchase("oln_1", scarf, factories.shopper(), "Sam", AT)

    def photos(number):
        return [ContentFile(b"x", f"{n}.webp") for n in range(number)]

    review = writing.write(bought, stars=5, text="", at=AT, photos=photos(3))
    writing.write(bought, stars=5, text="", at=AT, photos=photos(4))
    assert list(review.photos.values_list("place", flat=True)) == [0, 1, 2, 3, 4]
    writing.write(bought, stars=5, text="", at=AT, photos=photos(1), drops_photos=True)
    assert review.photos.count() == 1
