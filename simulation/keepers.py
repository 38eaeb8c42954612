"""The shopkeepers: they ship, deliver, cancel, take back, and keep their wallets filled, through the merchant's API."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from . import truth
from .client import Site

CARRIERS = ("SF Express", "JD Logistics", "ZTO", "YTO", "EMS")
REASONS = ("尺码不合适", "与描述不符", "七天无理由退货", "质量问题", "不想要了")


def _parcel(order: str) -> dict[str, str]:
    rng = random.Random(order)
    return {"order": order, "carrier": rng.choice(CARRIERS), "tracking": f"SF{rng.randrange(10**12):012}"}


class Keepers:
    """An agenda of what is to be done with paid orders, by day and merchant; chances hang on the order's code."""

    def __init__(self, site: Site, tokens: dict[str, str]):
        """`tokens` are known by merchant slug."""
        self._site, self._tokens = site, tokens
        self._agenda: dict[date, dict[str, dict[str, list[str]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )

    def expect(self, checkout: dict, *, day: date) -> None:
        """Enter the orders of a paid checkout into the agenda."""
        for order in checkout["orders"]:
            self._plan(order["merchant"], order["code"], day)

    def resume(self, *, day: date, at: datetime) -> None:
        """Enter the orders that are under way at the site, after an interruption."""
        for slug, token in self._tokens.items():
            for state in ("paid", "shipped"):
                for order in self._orders(token, state, at):
                    if state == "paid":
                        self._plan(slug, order["code"], day)
                    else:
                        self._agenda[day + timedelta(days=1)][slug]["deliver"].append(order["code"])

    def _orders(self, token: str, state: str, at: datetime) -> Iterable[dict]:
        page = 1
        while page:
            _, answer = self._site.call("GET", f"orders?state={state}&page={page}", at=at, token=token)
            yield from answer["results"]
            page = page + 1 if answer["next"] else 0

    def _plan(self, slug: str, order: str, day: date) -> None:
        rng = random.Random(order)
        if rng.random() < truth.CANCELLED:
            self._agenda[day][slug]["cancel"].append(order)
            return
        shipped = day + timedelta(days=rng.choices((0, 1, 2), (25, 60, 15))[0])
        delivered = shipped + timedelta(days=rng.choices((1, 2, 3, 4, 6), (15, 35, 30, 15, 5))[0])
        self._agenda[shipped][slug]["ship"].append(order)
        self._agenda[delivered][slug]["deliver"].append(order)
        if rng.random() < truth.RETURNED:
            self._agenda[delivered + timedelta(days=rng.randint(1, 7))][slug]["refund"].append(order)

    def work(self, day: date, *, at: datetime) -> None:
        """Do what the agenda has for a day, in the evening of it."""
        for slug, duties in self._agenda.pop(day, {}).items():
            token = self._tokens[slug]
            self._ship(duties["ship"], token, at)
            if duties["deliver"]:
                self._site.call("POST", "deliveries", {"orders": duties["deliver"]}, at=at, token=token)
            for order in duties["cancel"]:
                self._site.call(
                    "POST",
                    f"orders/{order}/cancellation",
                    {"reason": "shopper"},
                    at=at,
                    token=token,
                    expect=(200, 201, 409),
                )
            for order in duties["refund"]:
                self._refund(order, token, at)

    def _ship(self, orders: list[str], token: str, at: datetime) -> None:
        parcels = [_parcel(order) for order in orders]
        if parcels:
            self._site.call("POST", "shipments", {"shipments": parcels}, at=at, token=token)

    def _refund(self, code: str, token: str, at: datetime) -> None:
        """Take back one line of an order, or all of it."""
        rng = random.Random(f"{code}/back")
        _, order = self._site.call("GET", f"orders/{code}", at=at, token=token)
        lines = order["lines"] if rng.random() < 0.6 else [rng.choice(order["lines"])]
        body = {
            "lines": [{"line": line["code"], "quantity": line["quantity"]} for line in lines],
            "reason": rng.choice(REASONS),
            "restock": rng.random() < 0.7,
        }
        self._site.call(
            "POST", f"orders/{code}/refunds", body, at=at, token=token, key=f"{code}/back", expect=(200, 201, 202, 409)
        )

    def fill_wallets(self, weekly: dict[str, Decimal], *, at: datetime) -> None:
        """Top a wallet up by what a week of its budgets may cost, when less than half of that is left."""
        for slug, need in weekly.items():
            token = self._tokens[slug]
            _, wallet = self._site.call("GET", "wallet", at=at, token=token)
            if Decimal(wallet["balance"]) < need / 2:
                body = {"amount": str(need), "source": "approve"}
                key = f"{slug}/{at:%Y%m%d}"
                self._site.call("POST", "wallet/top-ups", body, at=at, token=token, key=key)
