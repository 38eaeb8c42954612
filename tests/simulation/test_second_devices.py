"""Shoppers of the demo with two devices: the site learns of the first one after the sale."""

from datetime import timedelta

import pytest

from shops.identity.owning import devices_of, person_at
from shops.models import Link, User
from simulation import truth
from simulation.living import chance, second_devices
from simulation.shoppers import Purchase
from tests.factories import AT

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def people():
    return truth.population(seed=20, size=60, categories=["fashion", "home"])


def purchases(people) -> list[Purchase]:
    return [Purchase(person, (), AT, True, f"day/{person.number}") for person in people]


def test_those_who_own_two_buy_on_the_second_and_log_in_on_the_first_days_later(people):
    made = [second_devices.at_hand(purchase) for purchase in purchases(people)]
    moved = [one.person for one, other in zip(made, people, strict=True) if one.person.shopper != other.shopper]
    assert 3 <= len(moved) == Link.objects.count() == User.objects.count() <= 10
    assert second_devices.log_in_late(people, chance.day_of(AT), now=AT + DAY) == 0
    last = chance.day_of(AT) + 9 * DAY
    assert second_devices.log_in_late(people, last, now=AT) == 0
    assert second_devices.log_in_late(people, last, now=AT + 30 * DAY) == len(moved)
    assert second_devices.log_in_late(people, last + DAY, now=AT + 30 * DAY) == 0
    owner = person_at(moved[0].shopper, AT)
    assert len(devices_of(owner)) == 2


def test_lived_through_again_nothing_is_done_twice(people):
    first = [second_devices.at_hand(purchase) for purchase in purchases(people)]
    links = Link.objects.count()
    assert [second_devices.at_hand(purchase) for purchase in purchases(people)] == first
    assert Link.objects.count() == links
