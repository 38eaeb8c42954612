"""The order desk for programs: notes, flags, and files of parcels tried out and carried out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengfeng import clock, jobs
from orders.models import OrderNote, Shipment
from shops.models import AuditEntry
from shops.people.rights import Right

from .conftest import merchant_client, paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(shop, alice):
    return merchant_client(shop, alice)


def test_notes_are_written_once_read_and_struck(program, shirt, alice):
    address = f"/api/v1/orders/{paid(shirt).code}/remarks"
    first, again = (program.post(address, {"text": "Gift wrap"}, format="json") for _time in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    struck = program.post(f"{address}/{first.json()['code']}/strike")
    assert [note["struck_at"] for note in program.get(address).json()] == [struck.json()["struck_at"]]
    assert struck.json()["struck_at"] and OrderNote.objects.get().by == alice
    assert program.post(address, {"text": " "}, format="json").status_code == 400


def test_a_flag_is_put_and_taken_off_on_record(program, shirt):
    order = paid(shirt)
    for flag in ("red", "red", ""):
        assert program.put(f"/api/v1/orders/{order.code}/flag", {"flag": flag}, format="json").json() == {"flag": flag}
    assert program.put(f"/api/v1/orders/{order.code}/flag", {"flag": "pink"}, format="json").status_code == 400
    order.refresh_from_db()
    assert (order.flag, AuditEntry.objects.filter(verb="order.flag").count()) == ("", 2)


@pytest.mark.parametrize("as_form", [False, True])
def test_a_file_of_parcels_is_tried_out_and_then_carried_out_once(program, shirt, as_form):
    order = paid(shirt)
    text = f"order,carrier,tracking\n{order.code},sf,SF1\nord_NONE,sf,SF2\n".encode()
    sent = {"file": SimpleUploadedFile("p.csv", text)}
    dry = (
        program.post("/api/v1/parcel-files", sent, format="multipart")
        if as_form
        else program.post("/api/v1/parcel-files", text, content_type="text/csv")
    )
    assert (dry.status_code, dry.json()["rows"]["ready"], Shipment.objects.count()) == (201, 1, 0)
    assert [(row["row"], row["field"], row["rule"]) for row in dry.json()["refused"]] == [(3, "order", "unknown")]
    first, again = (program.post(f"/api/v1/parcel-files/{dry.json()['code']}/apply") for _time in range(2))
    assert (first.status_code, first.json()["code"]) == (202, again.json()["code"])
    while jobs.run_due(at=clock.now()):
        pass
    done = program.get(f"/api/v1/parcel-files/{first.json()['code']}").json()
    assert (done["state"], done["rows"]["shipped"], done["rows"]["refused"]) == ("done", 1, 1)
    listed = program.get("/api/v1/parcel-files").json()["results"]
    assert ([run["is_dry"] for run in listed], Shipment.objects.get().tracking) == ([False, True], "SF1")


def test_what_is_no_table_of_parcels_is_refused_in_words(program, shop, bob):
    answer = program.post("/api/v1/parcel-files", b"a,b\n1,2\n", content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    only_sees = merchant_client(shop, bob, Right.ORDERS_VIEW)
    assert only_sees.post("/api/v1/parcel-files", b"order,tracking\n", content_type="text/csv").status_code == 403
