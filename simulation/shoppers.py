"""Shoppers at the site: they look, click, buy, pay, and leave traces; what moves them is in `truth`."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from . import searches, truth
from .client import Site, Unexpected
from .shelf import Item, Shelf
from .truth import Person
from .words.cases import MESSAGES

PAGES, PAGE_WEIGHTS = ("feed", "search", "product", "shop"), (56, 24, 14, 6)
ROOM = {  # for ads on a page, from its top down: places with their slots
    "feed": (("feed", 4),),
    "search": (("search", 3), ("feed", 1)),
    "product": (("product", 2), ("shop", 1)),
    "shop": (("shop", 2),),
}
SLOTS = 5
CHIP = 0.6  # part of the looks at the feed that are at one category of it
ROBOTS = 0.012  # part of the visits that are no people
WORDS = {"yunjian-department": "YUNJIAN92", "lanyue-wardrobe": "LANYUE10"}  # that coupons are called by
VIEWED, CARTED = 0.35, 0.05  # part of the clicks after which she stays to look, and puts the thing into the cart
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass(frozen=True, slots=True)
class Purchase:
    """Something a shopper is going to buy, and whether an ad made her."""

    person: Person
    items: tuple[Item, ...]
    at: datetime
    caused: bool
    key: str


@dataclass(slots=True)
class Visit:
    """What came of one visit: events to report and purchases to make."""

    is_robot: bool = False
    events: list[dict] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    deeds: list[tuple[str, str, datetime]] = field(default_factory=list)  # view, read or cart; of what; when


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a page: whose, for what, and when; `dice` decide what comes of it."""

    person: Person
    liked: Item
    at: datetime
    dice: random.Random
    seed: str


def browse(site: Site, shelf: Shelf, person: Person, *, seal, at: datetime, seed: str) -> Visit:
    """Let a person look at one to four pages; deterministic in `seed` but for what the site answers."""
    rng = random.Random(seed)
    visit = Visit(is_robot=rng.random() < ROBOTS)
    seen: list[str] = []
    for page in range(rng.choices((1, 2, 3, 4), (36, 31, 20, 13))[0]):
        at += timedelta(seconds=rng.uniform(20, 140) * page)
        look = Look(person, shelf.wanted(rng, person.tastes), at, rng, seed)
        for place, ad in enumerate(_ads(site, look, seal=seal, exclude=seen)):
            seen.append(ad["product"]["code"])
            _meet(visit, shelf, look, ad, place)
    if not visit.is_robot:
        if rng.random() < truth.PLANNED:
            visit.purchases.append(_planned(shelf, person, rng, at=at, seed=seed))
        _do(site, visit, shopper=seal(person.shopper))
    return visit


def _do(site: Site, visit: Visit, *, shopper: str) -> None:
    """Look at pages, read notes and fill the cart, in their order."""
    for kind, code, at in sorted(visit.deeds, key=lambda deed: deed[2]):
        if kind == "cart":
            body = {"quantity": 1}
            site.call("PUT", f"cart/lines/{code}", body, at=at, shopper=shopper, expect=(200, 404, 409, 422))
        else:
            site.call("POST", "behaviours", {"kind": kind, "code": code}, at=at, shopper=shopper, expect=(204, 404))


def _ads(site: Site, look: Look, *, seal, exclude: list[str]) -> list[dict]:
    """Return the ads of a page, from its top down: all its places are asked for at once."""
    rng, liked = look.dice, look.liked
    page = rng.choices(PAGES, PAGE_WEIGHTS)[0]
    context = {
        "feed": {"category": liked.category} if rng.random() < CHIP else {},
        "search": {"query": searches.draw(liked.searches, rng)},
        "product": {"product": liked.product},
        "shop": {"category": liked.category},
    }
    auctions = [
        {"placement": placement, "slots": slots, "exclude": exclude[-40:], **context[placement]}
        for placement, slots in ROOM[page]
    ]
    _, answer = site.call("POST", "decisions", {"auctions": auctions}, at=look.at, shopper=seal(look.person.shopper))
    return [ad for filled in answer["auctions"] for ad in filled["ads"]]


def _meet(visit: Visit, shelf: Shelf, look: Look, ad: dict, place: int) -> None:
    """Meet the ad at a place: be shown it, perhaps see it (less likely further down), click it, linger, and buy."""
    rng, person = look.dice, look.person

    def happens(kind: str, seconds: float) -> datetime:
        instant = look.at + timedelta(seconds=seconds)
        visit.events.append({"token": ad["token"], "kind": kind, "at": instant.isoformat()})
        return instant

    item = shelf.by_product.get(ad["product"]["code"])
    happens("impression", 0.4)
    if item is None or rng.random() > truth.SEEN[min(place, len(truth.SEEN) - 1)]:
        return
    happens("viewable", 1.5)
    note = ad["note"]
    drawn = truth.click_chance(
        person, taste=item.taste, appeal=item.appeal, dearness=item.dearness, is_note=bool(note),
        is_looked_for=item.category == look.liked.category,
    )  # fmt: skip
    if rng.random() > drawn:
        return
    clicked_at = happens("click", rng.uniform(2, 15))
    if rng.random() < (0.75 if note else 0.5):
        happens("engagement", rng.uniform(16, 80))
    if rng.random() < VIEWED:
        visit.deeds.append(("read", note["code"], clicked_at) if note else ("view", item.product, clicked_at))
    if rng.random() < CARTED:
        visit.deeds.append(("cart", rng.choice(item.variants), clicked_at + timedelta(seconds=50)))
    chance = truth.purchase_chance(
        person, taste=item.taste, appeal=item.appeal, price=item.price, dearness=item.dearness
    )
    if not visit.is_robot and rng.random() < chance:
        delay = 0.004 + rng.expovariate(1 / truth.DELAY_DAYS) * (rng.random() < 0.5)
        key = f"{look.seed}/ad{len(visit.events)}"
        visit.purchases.append(Purchase(person, (item,), clicked_at + timedelta(days=delay), True, key))


def _planned(shelf: Shelf, person: Person, rng: random.Random, *, at: datetime, seed: str) -> Purchase:
    """A purchase she came for: now and then of several things."""
    items = {item.product: item for item in (shelf.wanted(rng, person.tastes) for _ in range(_basket(rng)))}
    first = next(iter(items.values()))
    together = tuple(item for item in items.values() if item.currency == first.currency)
    return Purchase(person, together, at + timedelta(minutes=rng.uniform(2, 12)), False, f"{seed}/plan")


def _basket(rng: random.Random) -> int:
    return rng.choices((1, 2, 3), (80, 15, 5))[0]


def buy(site: Site, purchase: Purchase, *, seal) -> dict | None:
    """Check out and pay; return the paid checkout, or None when it was sold out, not sent there, declined,
    abandoned, or bought before an interruption.
    """
    rng = random.Random(purchase.key)
    variants = [rng.choice(item.variants) for item in purchase.items]
    lines = [{"variant": code, "quantity": rng.choices((1, 2, 3), (90, 8, 2))[0]} for code in variants]
    body, person = {"lines": lines}, purchase.person
    if rng.random() < truth.THRIFTY:
        words = [WORDS[item.merchant] for item in purchase.items if item.merchant in WORDS]
        heard = words[:1] if rng.random() < truth.HAS_HEARD else []
        body |= best_price(site, body | address(person), heard, at=purchase.at, shopper=seal(person.shopper))
    if rng.random() < truth.TALKATIVE:
        body["message"] = rng.choice(MESSAGES)
    return order(site, person, body, key=purchase.key, seal=seal, at=purchase.at)


def address(person: Person) -> dict[str, str]:
    return {"country": "CN", "region": person.region}


def best_price(site: Site, wish: dict, words: list[str], *, at: datetime, shopper: str) -> dict:
    """Ask what it costs and which coupons would do, and return what to order by: the coupons and their quote.

    `words` are those she has heard of; they take the place of the coupons of shops.
    """
    _, quote = site.call("POST", "quotes", wish, at=at, shopper=shopper, expect=(200, 201, 409, 422))
    best = _coupons(quote.get("choices", ()))
    chosen = words + [code for giver, code in best.items() if not (words and giver)]
    if not chosen:
        return {}
    _, better = site.call(
        "POST", "quotes", wish | {"coupons": chosen}, at=at, shopper=shopper, expect=(200, 201, 409, 422)
    )
    if "quote" not in better:
        return {}
    return {"coupons": [coupon["code"] for coupon in better["coupons"]], "quote": better["quote"]}


def _coupons(choices: list[dict]) -> dict[str | None, str]:
    """Return, by giver (None: the platform), the code of the coupon that takes off the most."""
    best: dict[str | None, dict] = {}
    for choice in choices:
        if choice["amount"] and float(choice["amount"]) > float(best.get(choice["merchant"], {"amount": 0})["amount"]):
            best[choice["merchant"]] = choice
    return {giver: choice["code"] for giver, choice in best.items()}


def order(
    site: Site, person: Person, body: dict, *, key: str, seal, at: datetime, path: str = "checkouts"
) -> dict | None:
    """Place what `body` says and pay it, as that person; return the paid checkout, or None."""
    rng, shopper = random.Random(f"{key}/pay"), seal(person.shopper)
    details = address(person) | {
        "email": f"shopper{person.number}@example.org",
        "recipient": person.name,
        "phone": f"1380000{person.number % 10000:04}",
        "city": person.city,
        "street": person.street,
        "postal_code": "",
    }
    uid = str(uuid.uuid5(uuid.NAMESPACE_URL, key))
    status, checkout = site.call(
        "POST", path, body | details, at=at, shopper=shopper, key=uid, expect=(201, 409, 422)
    )  # fmt: skip
    if status != 201 or rng.random() < truth.ABANDONED:
        return None
    return checkout if pay(site, checkout, rng, at=at, shopper=shopper, key=uid) else None


def pay(site: Site, checkout: dict, rng: random.Random, *, at: datetime, shopper: str, key: str) -> bool:
    """Pay within a minute or two; a declined card is mostly tried again with another."""
    method = rng.choices(truth.METHODS, truth.METHOD_WEIGHTS)[0]
    declined = rng.random() < truth.DECLINED
    for attempt, source in enumerate(("decline", "approve") if declined else ("approve",)):
        body = {"provider": "sandbox", "source": source, "method": method}
        when = at + timedelta(seconds=40 + 70 * attempt)
        path = f"checkouts/{checkout['code']}/payments"
        _, payment = site.call(
            "POST", path, body, at=when, shopper=shopper, key=f"{key}/{attempt}", expect=(200, 201, 202, 402, 409)
        )
        if payment.get("state") == "captured":
            return True
        if rng.random() < 0.3:
            return False
    return False


def report(site: Site, visits: list[Visit]) -> None:
    """Report the events of visits as the shoppers' clients do, people and robots apart, when each hour is over."""
    for agent_is_robot in (False, True):
        events = sorted(
            (event for visit in visits if visit.is_robot == agent_is_robot for event in visit.events),
            key=lambda event: event["at"],
        )
        agent = {"agent": ROBOT} if agent_is_robot else {}
        for _hour, happened in groupby(events, key=lambda event: event["at"][:13]):
            for batch in _batches(list(happened)):
                _send(site, batch, agent)


def _batches(events: list[dict]) -> Iterator[list[dict]]:
    return (events[start : start + 1000] for start in range(0, len(events), 1000))


def _send(site: Site, batch: list[dict], agent: dict[str, str]) -> None:
    sent_at = datetime.fromisoformat(batch[-1]["at"])
    _, answer = site.call("POST", "events", {"events": batch}, at=sent_at, **agent)
    refused = [result for result in answer["results"] if result["status"] == "rejected"]
    if refused:
        raise Unexpected(f"{len(refused)} events were refused, the first with {refused[0]}")
