"""Whose touches are behind a sale: posting finds the same in PostgreSQL as tables do, and as the slow oracle says."""

import random
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from ads import partitions
from ads.attribution import Rule
from ads.attribution.rules import Counted, Kind, Model
from ads.attribution.touching import behind
from ads.models import Conversion, Event
from shops.models import Link
from tests import factories
from tests.ads import adverts

from . import histories as told
from .comparing import EPOCH, DuckDB
from .histories import DAY, START, TICK, Rows, histories, together
from .oracle import World, entries

pytestmark = pytest.mark.django_db
QUARTER = Rule("quarter", "", (Counted(Kind.CLICK, timedelta(days=90)),), Model.LINEAR)
PHONE, LAPTOP, SAM = ("0a" * 16, "0b" * 16, "0c" * 16)


def test_a_device_set_apart_is_itself_again_and_what_was_sam_s_stays_sam_s():
    """The phone is nobody's until 30 days before Sam logs in on day 40, Sam's until day 60, and then kept apart."""
    links = [link(PHONE, SAM, 40, 1), link(PHONE, PHONE, 60, 2), link(LAPTOP, SAM, 0, 1)]
    events = [click(PHONE, day) for day in (5, 20, 50, 65)]
    bought = [(1, PHONE, 70, 70), (2, LAPTOP, 70, 70), (3, PHONE, 50, 70), (4, PHONE, 2, 70)]
    rows = Rows(links=links, events=events, goods=[told.Good(START, 1, 1, "", None, None)])
    for number, device, placed, paid in bought:
        rows.lines.append(line(number, device, placed))
        rows.paid.append(told.Paid(START + paid * DAY, number, f"ord_{number}", 1, True, True))
    own, sam = [5, 65], [20, 50]
    right = {(number, day) for number, days in ((1, own), (2, sam), (3, sam), (4, own)) for day in days}
    for says in (in_posting, in_tables, in_oracle):
        assert {(number, int(token, 16)) for number, token in says(rows)} == right


def test_of_many_devices_the_same_touches_are_found():
    rows = together(histories(7, 100, QUARTER), random.Random(7))
    rows.events = [event for event in rows.events if event.kind == "click"]
    assert in_posting(rows) == in_tables(rows) == in_oracle(rows)
    assert len(in_oracle(rows)) > 100


def link(device: str, person: str, day: int, number: int) -> told.Link:
    evidence = "apart" if person == device else "login"
    return told.Link(START + day * DAY, device, number, person, evidence)


def click(device: str, day: int) -> told.Event:
    at = START + day * DAY
    return told.Event(at, at, f"{day:032x}", "click", 1, 1, 1, 1, 1, None, None, "feed", device, True)


def line(number: int, device: str, day: int) -> told.Line:
    return told.Line(START + day * DAY, number, f"ord_{number}", 1, "CNY", 100, device, 1, 1, "", None, "", 1, 10000)


def in_oracle(rows: Rows) -> set[tuple]:
    return _touched(entries(World(rows), QUARTER))


def in_tables(rows: Rows) -> set[tuple]:
    return _touched(DuckDB().says(rows, QUARTER))


def _touched(found: Iterable[tuple]) -> set[tuple]:
    return {(line, token) for line, step, _, token, *_ in found if step == 0}


def in_posting(rows: Rows) -> set[tuple]:
    """Put links, clicks and sales into PostgreSQL, and return what posting finds behind each line."""
    shops = {number: factories.merchant(f"Shop {number}") for number in set(told.SHOPS)}
    ads = {good.product: good.merchant for good in rows.goods}
    ads = {product: adverts.ad(shops[shop]) for product, shop in ads.items()}
    Link.objects.bulk_create(
        Link(shopper=each.shopper, number=each.number, person=each.person, evidence=each.evidence, at=at(each.recorded))
        for each in rows.links
    )
    _click(rows, ads)
    paid = {each.line: at(each.recorded) for each in rows.paid}
    sales = Conversion.objects.bulk_create(
        Conversion(
            merchant=shops[each.merchant], order_code=str(each.line), shopper=each.shopper, currency="CNY", value=1,
            is_new=True, placed_at=at(each.recorded), at=paid[each.line],
        )
        for each in rows.lines if each.line in paid
    )  # fmt: skip
    lines = {sale.pk: int(sale.order_code) for sale in sales}
    found = behind(list(lines), QUARTER, days=(min(paid.values()), max(paid.values())))
    return {(lines[sale], touch.token.hex) for sale, touches in found.items() for touch in touches}


def _click(rows: Rows, ads: dict) -> None:
    day, judged = at(START).date(), {each.token for each in rows.judgements if each.kind == "click"}
    partitions.ensure_days([day])
    Event.objects.bulk_create(
        Event(
            day=day, token=UUID(each.token), kind=each.kind, merchant=ads[each.product].merchant,
            campaign=ads[each.product].campaign, ad=ads[each.product], product=ads[each.product].product,
            shopper=each.shopper, at=at(each.happened), received_at=at(each.recorded), decided_at=at(each.happened),
            placement="feed", position=1, bid=Decimal(1), price=Decimal(1),
            is_valid=each.is_valid and each.token not in judged,
            reason="" if each.is_valid and each.token not in judged else "burst",
        )
        for each in rows.events
    )  # fmt: skip


def at(moment: int):
    return EPOCH + moment * TICK
