"""Reviewing what one has bought: one's own lines, when they have come."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from chengfeng import clock
from orders import fulfilment
from orders.models import Order
from shops.models import Review
from shops.shopper import COOKIE, seal
from tests.factories import AT
from tests.orders.conftest import paid, shopper_client

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def order(shirt):
    """An order that has come today."""
    made = paid(shirt)
    fulfilment.ship(made, at=AT)
    fulfilment.deliver(Order.objects.get(pk=made.pk), at=AT)
    return Order.objects.get(pk=made.pk)


def send(client, order, *, at=AT, **said):
    with clock.at(at):
        return client.post("/api/v1/reviews", {"line": order.lines.get().code, "stars": 4} | said, format="json")


def test_a_program_reviews_a_line_and_changes_it(order):
    client = shopper_client(order.shopper)
    first, second = send(client, order, text="Soft"), send(client, order, stars=3)
    assert (first.status_code, first.json()["author"], second.json()["stars"]) == (201, "S***m", 3)
    review = Review.objects.get()
    assert (review.product, review.cause) == (order.lines.get().product, order.lines.get().code)


def test_who_did_not_buy_it_finds_nothing(order):
    assert send(shopper_client(), order).status_code == 404
    assert Review.objects.count() == 0


def test_what_has_not_come_is_not_reviewed(shirt):
    order = paid(shirt)
    assert send(shopper_client(order.shopper), order).json()["code"] == "not_delivered"


def test_what_has_come_is_reviewed_while_the_rest_is_on_its_way(shirt, hat):
    order = paid(shirt, hat)
    first, other = order.lines.order_by("pk")
    parcel = fulfilment.ship(order, lines={first.code: 1}, at=AT)
    client = shopper_client(order.shopper)
    statuses = [client.post("/api/v1/reviews", {"line": first.code, "stars": 4}, format="json").status_code]
    fulfilment.deliver(parcel, at=AT)
    with clock.at(AT + DAY):
        for line in (first, other):
            answer = client.post("/api/v1/reviews", {"line": line.code, "stars": 4}, format="json")
            statuses.append(answer.status_code)
    assert statuses == [409, 201, 409]


def test_after_sixty_days_it_is_too_late(order):
    assert send(shopper_client(order.shopper), order, at=AT + 60 * DAY).json()["code"] == "too_late"


@pytest.mark.parametrize("said", [{"stars": 0}, {"stars": 6}, {"stars": "many"}, {"text": "x" * 2001}])
def test_nonsense_is_refused(order, said):
    assert send(shopper_client(order.shopper), order, **said).status_code == 400


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return SimpleUploadedFile("a.png", out.getvalue(), "image/png")


def test_the_page_takes_stars_words_and_photos(client, order):
    client.cookies[COOKIE] = seal(order.shopper)
    address = reverse("orders:review", args=[order.code, order.lines.get().code])
    with clock.at(AT):
        assert client.post(address, {"text": "No stars"}).context["form"].errors == {
            "stars": ["Choose how many stars."]
        }
        answer = client.post(address, {"stars": "5", "text": "Soft", "photos": [picture(), picture()]})
        assert client.post(address, {"stars": "5", "photos": [picture()] * 6}).status_code == 422
        assert "Soft" in client.get(address).content.decode()
    review = Review.objects.get()
    assert (answer.status_code, review.text, review.photos.count()) == (302, "Soft", 2)
    assert all(photo.image.name.endswith(".webp") for photo in review.photos.all())


def test_the_order_leads_to_the_review(client, order):
    client.cookies[COOKIE] = seal(order.shopper)
    page = client.get(reverse("orders:my_order", args=[order.code])).content.decode()
    assert reverse("orders:review", args=[order.code, order.lines.get().code]) in page


def test_a_review_leads_the_shop_to_the_order(client, order, alice):
    client.force_login(alice)
    answer = client.get(f"/console/{order.merchant.code}/lines/{order.lines.get().code}/")
    assert answer.headers["Location"] == reverse("orders:order", args=[order.merchant.code, order.code])
