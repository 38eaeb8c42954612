"""The pages and the API of cases: what each side sees and does, and who sees no photo."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from chengfeng import clock
from chengfeng.models import OutboxMessage
from orders.aftersale import deciding
from orders.aftersale.letters import send
from orders.aftersale.models import Case
from orders.fulfilment import ship
from orders.parcel_letters import send as send_parcel
from shops.shopper import seal
from tests.factories import AT

from .conftest import merchant_client, paid, shopper_client
from .test_after import fresh
from .test_cases import arrived, ask, way

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return SimpleUploadedFile("x.png", out.getvalue(), "image/png")


def shopper_of(order) -> Client:
    """The browser that the order was placed from."""
    return Client(headers={"X-Shopper": seal(order.shopper)})


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def asked(order, **fields) -> Case:
    """Ask on the order's page to return the first line's only unit; return the case."""
    line = order.lines.order_by("pk")[0].code
    form = {line: 1, "kind": "return", "reason": "faulty", "words": "Broken.", "photos": [picture()], **fields}
    answer = shopper_of(order).post(f"/my/orders/{order.code}/cases/new/", form)
    assert answer.status_code == 302, answer.context["form"].errors
    return Case.objects.get()


def test_a_return_from_the_request_to_the_money(shop, alice, shirt):
    order = arrived(shirt)
    case, desk, shopper = asked(order), logged_in(alice), shopper_of(order)
    here, there = f"/my/cases/{case.code}/", f"/console/{shop.code}/cases/{case.code}/"
    assert b"Answer within 48 hours" not in desk.get(f"/console/{shop.code}/cases/?tab=over").content
    assert b"2 days" in desk.get(f"/console/{shop.code}/cases/").content
    assert desk.post(f"{there}accept/", {"note": "To our store"}).status_code == 302
    assert shopper.post(f"{here}send/", {"carrier": "sf", "tracking": "B1"}).status_code == 302
    assert desk.post(f"{there}receive/", {"restock": "on"}).status_code == 302
    assert (fresh(case).state, case.refunds.get().state, fresh(shirt).on_hand) == ("refunded", "done", 10)
    assert [client.get(page).status_code for client, page in ((shopper, here), (desk, there))] == [200, 200]


def test_what_is_wrong_with_a_request_stays_in_its_form(shirt):
    order = arrived((shirt, 2))
    line = order.lines.get().code
    form = {line: 1, "kind": "refund", "reason": "faulty", "words": "Kept words", "amount": "120.01"}
    answer = shopper_of(order).post(f"/my/orders/{order.code}/cases/new/", form)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["amount"])
    assert (b"Kept words" in answer.content, Case.objects.count()) == (True, 0)


def test_what_is_no_picture_is_refused(shirt):
    order = arrived(shirt)
    form = {
        order.lines.get().code: 1,
        "kind": "refund",
        "reason": "faulty",
        "photos": [SimpleUploadedFile("x.png", b"x")],
    }
    answer = shopper_of(order).post(f"/my/orders/{order.code}/cases/new/", form)
    assert (answer.status_code, list(answer.context["form"].errors), Case.objects.count()) == (422, ["photos"], 0)


def test_photos_are_for_those_whom_the_case_concerns(shop, alice, bob, dana, charlie, oscar, shirt):
    order = arrived(shirt)
    case = asked(order)
    photo = f"photos/{case.photos.get().code}/"
    of_shop, of_platform = f"/console/{shop.code}/cases/{case.code}/{photo}", f"/platform/disputes/{case.code}/{photo}"
    mine = f"/my/cases/{case.code}/{photo}"
    assert shopper_of(order).get(mine)["Content-Type"] == "image/webp"
    assert [logged_in(person).get(of_shop).status_code for person in (alice, bob, dana, charlie)] == [
        200,
        200,
        403,
        404,
    ]
    assert [client.get(mine).status_code for client in (Client(), logged_in(charlie))] == [404, 404]
    assert logged_in(oscar).get(of_platform).status_code == 404
    deciding.escalate(deciding.reject(case, note="No.", at=AT), note="Yes.", at=AT)
    assert [logged_in(person).get(of_platform).status_code for person in (oscar, alice)] == [200, 404]


def test_the_platform_decides_on_its_page(shop, oscar, shirt):
    case = ask(arrived(shirt), kind="refund")
    deciding.escalate(deciding.reject(case, note="No.", at=AT), note="Yes.", at=AT)
    form = {"for_shopper": "shopper", "amount": "50", "note": "Half is fair."}
    page = f"/platform/disputes/{case.code}/"
    assert logged_in(oscar).post(f"{page}decide/", form).status_code == 302
    assert (fresh(case).state, case.amount, case.refunds.get().state) == ("refunded", 50, "done")
    assert b"Half is fair." in logged_in(oscar).get(page).content


def test_a_late_answer_says_that_the_case_moved_on(shop, alice, shirt):
    case = deciding.withdraw(ask(arrived(shirt)), at=AT)
    answer = logged_in(alice).post(f"/console/{shop.code}/cases/{case.code}/accept/", {"note": ""}, follow=True)
    assert b"moved on meanwhile" in answer.content
    assert way(case) == ["requested", "withdrawn"]


@pytest.mark.parametrize("cases", [1, 3])
def test_the_desk_asks_as_much_for_three_cases_as_for_one(shop, alice, shirt, cases, django_assert_num_queries):
    for _ in range(cases):
        ask(arrived(shirt))
    client = logged_in(alice)
    client.get(f"/console/{shop.code}/cases/")
    with django_assert_num_queries(11):
        assert len(client.get(f"/console/{shop.code}/cases/").context["rows"]) == cases


def test_a_shopper_finds_her_orders_by_words_and_state(shop, shirt, hat):
    order = paid(shirt, hat)
    client = shopper_of(order)
    title = shirt.product.title

    def found(query: str) -> list[str]:
        return [one.code for one in client.get(f"/my/orders/?{query}").context["page"]]

    assert [found(query) for query in (f"q={title}", "q=nothing+such", "tab=ship", "tab=done", "tab=after")] == [
        [order.code], [], [order.code], [], [],
    ]  # fmt: skip


def test_a_part_that_arrived_is_confirmed_by_itself(shirt):
    order = paid((shirt, 2))
    parcel = ship(order, at=AT, lines={order.lines.get().code: 1}, tracking="1")
    assert shopper_of(order).post(f"/my/orders/{order.code}/arrived/{parcel.code}/").status_code == 302
    assert (fresh(parcel).delivered_at, fresh(order).state) == (AT, "partly")


def test_letters_tell_the_other_side(shop, alice, bob, dana, shirt):
    case = deciding.accept(ask(arrived(shirt)), at=AT)
    for message in OutboxMessage.objects.filter(topic="case.moved").order_by("pk"):
        send(message)
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"], ["bob@example.org"], ["sam@example.org"]]
    assert f"/my/cases/{case.code}/" in mail.outbox[2].body
    send_parcel(OutboxMessage.objects.get(topic="order.shipped"))
    assert mail.outbox[3].to == ["sam@example.org"]


def test_a_program_answers_a_case(shop, alice, shirt):
    case, program = ask(arrived(shirt), kind="refund"), merchant_client(shop, alice)
    listed = program.get("/api/v1/cases?state=requested").json()["results"]
    assert [one["code"] for one in listed] == [case.code]
    answers = [program.post(f"/api/v1/cases/{case.code}/accept", {}, format="json").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert ([step["by"] for step in answers[0]["steps"]], answers[0]["state"]) == (
        ["shopper"] + ["merchant"] * 2,
        "refunded",
    )
    refused = program.post(f"/api/v1/cases/{case.code}/reject", {"note": "No."}, format="json")
    assert (refused.status_code, refused.json()["state"]) == (409, "refunded")


def test_a_shoppers_client_asks_and_withdraws(shirt):
    order = arrived(shirt)
    client = shopper_client(order.shopper)
    line = order.lines.get().code
    body = {"order": order.code, "kind": "return", "reason": "size", "lines": [{"line": line, "quantity": 1}]}
    made = [
        client.post("/api/v1/my/cases", body, format="json", headers={"Idempotency-Key": "k"}).json() for _ in range(2)
    ]
    assert (made[0] == made[1], made[0]["amount"], Case.objects.count()) == (True, "120.0000", 1)
    code = made[0]["code"]
    assert client.post(f"/api/v1/my/cases/{code}/withdraw", {}, format="json").json()["state"] == "withdrawn"
    assert shopper_client().get(f"/api/v1/my/cases/{code}").status_code == 404


def test_a_request_that_cannot_be_had_names_the_field(shirt):
    order = arrived(shirt)
    with clock.at(AT + timedelta(days=8)):
        body = {
            "order": order.code, "kind": "return", "reason": "size",
            "lines": [{"line": order.lines.get().code, "quantity": 1}],
        }  # fmt: skip
        client = shopper_client(order.shopper)
        answer = client.post("/api/v1/my/cases", body, format="json", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "kind")
