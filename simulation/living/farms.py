"""Clicks that no shopper made: farms behind one network, scripts too fast to read, one person over and over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from shops.shopper import seal

from ..client import Site
from ..shelf import Item, Shelf
from . import chance

VICTIMS = ("yunjian-department", "xinghe-digital", "lanyue-wardrobe")
QUIET = 5  # an attack comes every so many days
ADDRESS = "36.{}.{}.{}"
SLOTS = 12


@dataclass(frozen=True, slots=True)
class Attack:
    """How a network clicks: how often, so many seconds apart, how soon after the page, as how many people."""

    clicks: int
    apart: float
    haste: float
    people: int


ATTACKS = (
    Attack(clicks=14, apart=60, haste=3, people=14),  # a farm: steady as a clock, with fresh devices
    Attack(clicks=10, apart=35, haste=0.12, people=10),  # a script
    Attack(clicks=9, apart=240, haste=6, people=1),  # somebody angry
)


class Farms:
    """Attacks on the shops that advertise most, each from a network of its own."""

    def __init__(self, site: Site, shelf: Shelf):
        self._site = site
        items = sorted(shelf.by_product.values(), key=lambda item: item.product)
        self._goods = {slug: [item for item in items if item.merchant == slug] for slug in VICTIMS}

    def live(self, day: date, *, now: datetime) -> None:
        """Attack a shop, on the days on which somebody does."""
        if day.toordinal() % QUIET:
            return
        dice = chance.of(day, "farm")
        begin = chance.moment(day, dice, first=1, last=22)
        for slug in VICTIMS:
            if self._goods[slug] and begin + timedelta(hours=2) < now and dice.random() < 0.7:
                self._attack(dice.choice(ATTACKS), self._goods[slug], dice, begin)

    def _attack(self, attack: Attack, goods: Sequence[Item], dice: Random, begin: datetime) -> None:
        """Click on the victim's ads beside one of its things, and report it all at the end; nothing is looked at."""
        people = [UUID(int=dice.getrandbits(128), version=4) for _ in range(attack.people)]
        network, wanted, events = [dice.randrange(96, 104), dice.randrange(256)], dice.choice(goods), []
        for number in range(attack.clicks):
            at = begin + timedelta(seconds=attack.apart * number)
            ad = self._ad(wanted, seal(people[number % len(people)]), at)
            if ad:
                clicked_at = at + timedelta(seconds=attack.haste)
                events += _event(ad, "impression", at), _event(ad, "click", clicked_at)
        if events:
            address = ADDRESS.format(*network, dice.randrange(1, 255))
            self._site.call("POST", "events", {"events": events}, at=clicked_at, address=address)

    def _ad(self, wanted: Item, shopper: str, at: datetime) -> dict | None:
        body = {"placement": "feed", "slots": SLOTS, "category": wanted.category}
        _, answer = self._site.call("POST", "decisions", body, at=at, shopper=shopper)
        of_victim = [ad for ad in answer["ads"] if ad["product"]["merchant"]["slug"] == wanted.merchant]
        return of_victim[0] if of_victim else None


def _event(ad: dict, kind: str, at: datetime) -> dict:
    return {"token": ad["token"], "kind": kind, "at": at.isoformat()}
