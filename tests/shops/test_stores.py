"""Stores: kept on pages, with hours as people write them."""

from datetime import time

import pytest

from shops.models import Store, StoreHours
from shops.stores import hours

BUND = {
    "name": "Bund", "phone": "021", "country": "CN", "region": "上海市", "city": "黄浦区", "street": "1",
    "capacity": "2", "slot_minutes": "30", "day_0": "10:00-13:00, 14:00–22:00", "day_6": "9:00 - 24:00",
}  # fmt: skip


@pytest.mark.parametrize("text", ["ten", "10:00-9:00", "10:00-12:00, 11:00-13:00", "25:00-26:00", "10:60-11:00"])
def test_hours_that_make_no_sense_are_refused(text):
    with pytest.raises(hours.BrokenHours):
        hours.parse(text)


def test_hours_are_read_as_they_are_written():
    spans = hours.parse("14：00-22：00，9:30–13:00")
    assert spans == [(time(9, 30), time(13)), (time(14), time(22))]
    assert hours.parse(hours.written(spans)) == spans


def test_a_store_is_added_changed_and_closed(client, alice, shop):
    client.force_login(alice)
    at = f"/console/{shop.code}/stores/"
    assert client.post(f"{at}new/", BUND).status_code == 302
    store = Store.objects.get()
    spans = StoreHours.objects.values_list("weekday", "opens", "closes").order_by("weekday", "opens")
    assert list(spans) == [(0, time(10), time(13)), (0, time(14), time(22)), (6, time(9), time(23, 59))]
    assert client.post(f"{at}new/", BUND).context["form"].errors.keys() == {"name"}
    wrong = {**BUND, "day_0": "always", "slot_minutes": "1", "city": "", "country": "XX"}
    refused = client.post(f"{at}{store.code}/", {**wrong, "version": "1"})
    assert refused.context["form"].errors.keys() == {"day_0", "slot_minutes", "city", "country"}
    assert client.post(f"{at}{store.code}/", {**BUND, "day_0": "", "version": "1"}).status_code == 302
    assert client.post(f"{at}{store.code}/", {**BUND, "version": "1"}).status_code == 422
    assert [weekday for weekday, _, _ in spans.all()] == [6]
    client.post(f"{at}{store.code}/archive/")
    assert client.get(f"{at}{store.code}/").status_code == 404
