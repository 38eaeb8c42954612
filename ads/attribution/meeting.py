"""Gathers all that a buyer met of a shop's ads: every event, valid or not, on every device that was ever theirs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from chengfeng import sql
from shops.catalogue.goods_then import Then, were
from shops.identity.models import Link
from shops.identity.owning import INTERVALS, person_at

from ..models import Event
from .rules import Goods, Rule, Touch
from .touching import TOKEN_LIFE

LOOK_BACK = timedelta(days=30)  # at least, however short the rule's windows
LOOK_ON = timedelta(days=1)  # after the sale
MOST = 5000

OWNERS = f"""
SELECT i.shopper, i.person, nullif(i.since, '-infinity'), nullif(i.until, 'infinity'), l.evidence, l.at
FROM ({INTERVALS} WHERE shopper = ANY(%(devices)s)) i JOIN shops_link l ON (l.shopper, l.number) = (i.shopper, i.number)
ORDER BY i.shopper, i.number
"""
EVENTS = """
WITH theirs AS MATERIALIZED (
    SELECT * FROM ads_event WHERE shopper = ANY(%(devices)s) AND day BETWEEN %(first_day)s AND %(last_day)s
), looked_at AS (
    SELECT * FROM theirs WHERE merchant_id = %(merchant)s AND at BETWEEN %(since)s AND %(until)s
    ORDER BY is_valid AND kind = ANY(%(kinds)s) DESC, at DESC LIMIT %(most)s
)
SELECT * FROM looked_at ORDER BY at DESC, token, kind
"""  # found by shopper alone: a shop has millions of events for each that one shopper has


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of a sale: what it is worth, and what refunds have left of that."""

    code: str
    goods: Goods
    value: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as attribution sees it; `at` is the moment that decides, by the state that a rule asks for."""

    order_code: str
    merchant: int
    currency: str
    shopper: UUID
    placed_at: datetime
    at: datetime
    lines: Sequence[Sold]


@dataclass(frozen=True, slots=True)
class Device:
    """A device at a moment: whether it was the buyer's then, and by which link; the one that bought `is_buying`."""

    is_buying: bool
    is_theirs: bool
    evidence: str = ""
    linked_at: datetime | None = None

    @property
    def evidence_label(self) -> str:
        return str(Link.Evidence(self.evidence).label) if self.evidence else ""


@dataclass(frozen=True, slots=True)
class Met:
    """An event, as a rule sees it, and the device on which it happened."""

    event: Event
    touch: Touch
    device: Device

    @property
    def may_count(self) -> bool:
        return self.event.is_valid and self.device.is_theirs


@dataclass(frozen=True, slots=True)
class _Owned:
    """Whose a device was from `since` until before `until`; None where that has no end."""

    person: UUID
    since: datetime | None
    until: datetime | None
    evidence: str
    at: datetime

    def holds(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def gather(sale: Sale, rule: Rule) -> list[Met]:
    """Return what the buyer met from 30 days before the sale, or the rule's window, to a day after; newest first."""
    buyer = person_at(sale.shopper, sale.placed_at)
    devices = {sale.shopper, *Link.objects.filter(person=buyer).values_list("shopper", flat=True)}
    owned = _owned(devices)
    events = _events(sale, rule, devices)
    goods = were([(event.product_id, event.at) for event in events])
    return [
        Met(event, _touch(event, then), _device(sale, buyer, owned[event.shopper], event))
        for event, then in zip(events, goods, strict=True)
    ]


def _events(sale: Sale, rule: Rule, devices: Collection[UUID]) -> list[Event]:
    """Return what happened on devices; of too much, valid events of the kinds that count first, then the latest."""
    since, until = sale.at - max(LOOK_BACK, rule.window), sale.at + LOOK_ON
    params = {
        "devices": list(devices), "merchant": sale.merchant, "since": since, "until": until,
        "first_day": (since - TOKEN_LIFE).date(), "last_day": until.date(),
        "kinds": [counted.kind.value for counted in rule.counts], "most": MOST,
    }  # fmt: skip
    return sql.instances(Event, EVENTS, params)


def _owned(devices: Collection[UUID]) -> dict[UUID, list[_Owned]]:
    found: dict[UUID, list[_Owned]] = {device: [] for device in devices}
    for shopper, *interval in sql.rows(OWNERS, {"devices": list(devices)}):
        found[shopper].append(_Owned(*interval))
    return found


def _device(sale: Sale, buyer: UUID, owned: Sequence[_Owned], event: Event) -> Device:
    """Return whose the device was when the event happened; what nobody had was its own."""
    then = next((each for each in owned if each.holds(event.at)), None)
    is_theirs = (then.person if then else event.shopper) == buyer
    link = then if then and is_theirs else next(_links_to(buyer, owned), None)
    told = (link.evidence, link.at) if link else ()
    return Device(event.shopper == sale.shopper, is_theirs, *told)


def _links_to(buyer: UUID, owned: Sequence[_Owned]) -> Iterator[_Owned]:
    return (each for each in owned if each.person == buyer)


def _touch(event: Event, then: Then) -> Touch:
    goods = Goods(event.merchant_id, event.product_id, *then)
    return Touch(event.day, event.token, event.kind, event.campaign_id, event.ad_id, goods, event.at)
