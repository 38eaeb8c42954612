"""Steering at once with itself and with an edit: nothing is written over, and without the guard it is (the control)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from ads.campaigns import edit_campaign
from ads.models import Campaign, Steering, SteeringStep
from ads.steering import running
from tests.factories import AT

from . import adverts

pytestmark = pytest.mark.django_db(transaction=True)
GUARD = " AND s.updated_at = w.was"
COST = {"bid_mode": "target_cost", "target_cost": Decimal(20)}


@pytest.fixture
def all_have_read(monkeypatch):
    """Two steerers write only when both have read."""
    both, write = threading.Barrier(2), running._write

    def together(*args):
        both.wait(timeout=10)
        return write(*args)

    monkeypatch.setattr(running, "_write", together)


def steer(minutes: int) -> int:
    try:
        return running.steer(at=AT + timedelta(minutes=minutes))["steps"]
    finally:
        connection.close()


def steps_of_two_at_once(shop) -> list[int]:
    """The steps that each of two wrote of two campaigns, one that was steered before and one that never was."""
    known = adverts.ad(shop, **COST).campaign
    adverts.ad(shop, **COST)
    Steering.objects.create(campaign=known, phase_since=AT, updated_at=AT, multiplier=4)
    with ThreadPoolExecutor(2) as pool:
        wrote = sorted(pool.map(steer, (2, 3)))
    assert SteeringStep.objects.count() == sum(wrote)
    return wrote


@pytest.mark.usefixtures("all_have_read")
def test_of_two_at_once_one_writes(shop):
    assert steps_of_two_at_once(shop) == [0, 2]


@pytest.mark.usefixtures("all_have_read")
def test_without_the_guard_both_would(shop, monkeypatch):
    assert GUARD in running.WRITE
    monkeypatch.setattr(running, "WRITE", running.WRITE.replace(GUARD, ""))
    assert steps_of_two_at_once(shop) == [2, 2]


def test_an_edit_of_the_target_between_reading_and_writing_is_seen_by_the_next_look(shop, monkeypatch):
    """What was steered for the old target is written with it, so that the next look begins anew for the new one."""
    campaign = adverts.ad(shop, **COST).campaign
    write = running._write

    def edited_meanwhile(*args):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(edit, campaign).result()
        return write(*args)

    monkeypatch.setattr(running, "_write", edited_meanwhile)
    running.steer(at=AT)
    monkeypatch.undo()
    assert Steering.objects.get().state["target"] == 20
    running.steer(at=AT + timedelta(minutes=1))
    assert Campaign.objects.get().target_cost == Decimal(60)
    assert (Steering.objects.get().state["target"], SteeringStep.objects.last().details["reset"]) == (60, "target")


def edit(campaign: Campaign) -> None:
    try:
        values = {"target_cost": Decimal(60)}
        access = adverts.owner_of(campaign.merchant)
        edit_campaign(access, campaign, version=campaign.version, values=values, at=AT)
    finally:
        connection.close()
