"""The goods as a shopper's client knows them: read from the public catalogue, with the appeal that only we know."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from statistics import median

from django.conf import settings

from . import searches, truth
from .client import Site


@dataclass(frozen=True, slots=True)
class Item:
    """A product on sale: variants as codes, price in CNY, appeal (median 1) and how dear it is beside its kind."""

    product: str
    merchant: str
    currency: str
    category: str
    taste: str
    appeal: float
    dearness: float
    searches: tuple[str, ...]
    price: float
    fame: float
    variants: tuple[str, ...]


class Shelf:
    """All items, and a quick draw of what somebody of given tastes would have wanted anyway."""

    def __init__(self, items: list[Item]):
        self.by_product = {item.product: item for item in items}
        self._by_taste: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            self._by_taste[item.taste].append(item)
        self._weights = {
            taste: list(accumulate(item.fame * truth.pull(item.appeal, item.price) for item in items))
            for taste, items in self._by_taste.items()
        }

    def wanted(self, rng: random.Random, tastes: dict[str, float]) -> Item:
        known = [taste for taste in tastes if taste in self._by_taste]
        taste = rng.choices(known, [tastes[taste] for taste in known])[0]
        return rng.choices(self._by_taste[taste], cum_weights=self._weights[taste])[0]


def read(
    site: Site,
    *,
    appeal: dict[tuple[str, str], float],
    fame: dict[str, float],
    tastes: dict[str, str],
    at: datetime,
) -> Shelf:
    """Read the public catalogue page by page.

    `appeal` is known by merchant slug and SKU, `fame` by slug; `tastes` maps category slugs to their top category.
    """
    rows, page = [], 1
    while page:
        _, answer = site.call("GET", f"products?page={page}&page_size=200", at=at)
        rows += answer["results"]
        page = page + 1 if answer["next"] else 0
    usual = _usual_prices(rows)
    return Shelf([_item(row, usual, appeal, fame, tastes) for row in rows if row["variants"]])


def _usual_prices(rows: list[dict]) -> dict[tuple, float]:
    prices = defaultdict(list)
    for row in rows:
        prices[row["category"], row["currency"]].append(float(row["price"]))
    return {key: median(values) or 1.0 for key, values in prices.items()}


def _item(row: dict, usual: dict, appeal: dict, fame: dict, tastes: dict[str, str]) -> Item:
    merchant, category = row["merchant"]["slug"], row["category"] or ""
    return Item(
        product=row["code"],
        merchant=merchant,
        currency=row["currency"],
        category=category,
        taste=tastes.get(category, category),
        appeal=max((appeal.get((merchant, variant["sku"]), 0.0) for variant in row["variants"]), default=0.0) or 1.0,
        dearness=float(row["price"]) / usual[row["category"], row["currency"]],
        searches=searches.of(row["title"], category),
        price=float(Decimal(row["price"]) * settings.AUCTION_RATES[row["currency"]]) or 1.0,
        fame=fame.get(merchant, 1.0),
        variants=tuple(variant["code"] for variant in row["variants"]),
    )
