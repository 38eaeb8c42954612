"""The orders of a real marketplace placed again, in their order, through the checkout, while ads run beside them."""

import random
import uuid
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tqdm import tqdm

from shops.shopper import seal

from . import olist, shoppers, state
from .client import Site
from .olist import Sale

THREADS = 6
SOURCES = {"canceled": "shopper", "unavailable": "unavailable"}
BROWSES, CLICKS_OWN, CLICKS_OTHER = 0.6, 0.5, 0.05


def run(url: str, *, folder: Path) -> None:
    """Replay the days that are still missing; may be interrupted and called again."""
    memory, replay = state.load(), Replay(Site(url), state.load(), olist.read(folder))
    days = replay.days()
    with ThreadPoolExecutor(THREADS) as pool, tqdm(days, unit="day", smoothing=0.05) as bar:
        for number, day in enumerate(bar):
            replay.plan(day)
            if number < memory.days_done:
                replay.forget(day)
                continue
            replay.live(day, pool)
            bar.set_description(str(day))
            memory.days_done = number + 1
            memory.save()


class Replay:
    """The sales of a folder and what is to be done with them, day by day."""

    def __init__(self, site: Site, memory: state.State, files: olist.Files):
        self.site, self.tokens = site, memory.tokens
        self.files = files
        self.sales = defaultdict(list)
        for sale in files.sales:
            self.sales[sale.placed_at.date()].append(sale)
        self.after = defaultdict(lambda: defaultdict(list))  # day → (what, seller) → order numbers
        self.placed: dict[tuple[str, str], str] = {}

    def days(self) -> list:
        """Return every day on which something happens."""
        moments = [sale.placed_at for sale in self.files.sales]
        moments += [m for sale in self.files.sales for m in (sale.shipped_at, sale.delivered_at) if m]
        return sorted({moment.date() for moment in moments} | {m.date() + timedelta(days=1) for m in moments})

    def plan(self, day) -> None:
        """Enter what is to come of the sales of a day."""
        for sale in self.sales[day]:
            for seller in sale.sellers:
                entry = (sale.number, seller)
                if sale.shipped_at:
                    self.after[sale.shipped_at.date()]["ship", seller].append(entry)
                if sale.delivered_at:
                    self.after[sale.delivered_at.date()]["deliver", seller].append(entry)
                if sale.status in SOURCES:
                    self.after[day + timedelta(days=1)][SOURCES[sale.status], seller].append(entry)

    def forget(self, day) -> None:
        """Skip a day that was lived through before."""
        self.after.pop(day, None)

    def live(self, day, pool: ThreadPoolExecutor) -> None:
        """Browse, buy and pay as on that day, then ship, deliver and cancel what was due."""
        sales, night = self.sales[day], datetime.combine(day, datetime.max.time(), olist.ZONE)
        shoppers.report(self.site, list(pool.map(self.browse, sales)))
        list(pool.map(self.buy, sales))
        duties = self.after.pop(day, {})
        for what in ("ship", "deliver", "shopper", "unavailable"):
            list(pool.map(lambda duty: self.fulfil(*duty, at=night), [d for d in duties.items() if d[0][0] == what]))

    def browse(self, sale: Sale) -> shoppers.Visit:
        """Let the shopper look for what she is about to buy; an ad of its seller is likelier clicked."""
        rng, visit = random.Random(sale.number), shoppers.Visit()
        start = sale.placed_at.replace(hour=0, minute=0, second=0)
        at = max(start, sale.placed_at - timedelta(minutes=rng.uniform(5, 180)))
        if rng.random() > BROWSES:
            return visit
        category = self.files.products.get(sale.lines[0].product, {}).get("product_category_name", "")
        body = {"placement": "search", "slots": shoppers.SLOTS}
        if category:
            body["category"] = slug(category)
        _, answer = self.site.call("POST", "decisions", body, at=at, shopper=person(sale))
        for ad in answer["ads"]:
            self._meet(visit, ad, rng, own=sale.sellers, at=at)
        return visit

    def _meet(self, visit: shoppers.Visit, ad: dict, rng: random.Random, *, own: list[str], at: datetime) -> None:
        liked = ad["product"]["merchant"]["slug"] in {slug(seller) for seller in own}
        kinds = [("impression", 0.4), ("viewable", 1.5)]
        if rng.random() < (CLICKS_OWN if liked else CLICKS_OTHER):
            kinds.append(("click", rng.uniform(2, 20)))
        for kind, seconds in kinds:
            instant = (at + timedelta(seconds=seconds)).isoformat()
            visit.events.append({"token": ad["token"], "kind": kind, "at": instant})

    def buy(self, sale: Sale) -> None:
        """Place one sale by its sellers' offers and pay it as it was paid."""
        offers = [self._offer(sale, seller, first=n == 0) for n, seller in enumerate(sale.sellers)]
        body = {
            "offers": offers,
            "email": f"{sale.person[:16]}@example.org",
            "recipient": sale.person[:12],
            "region": sale.region,
            "city": sale.city,
            "street": "-",
            "external_reference": sale.number,
        }
        _, checkout = self.site.call(
            "POST", "checkouts", body, at=sale.placed_at, shopper=person(sale), key=sale.number
        )
        for order in checkout["orders"]:
            self.placed[sale.number, order["merchant"]] = order["code"]
        for number, payment in enumerate(sale.payments):
            self._pay(sale, checkout["code"], number, payment)

    def _offer(self, sale: Sale, seller: str, *, first: bool) -> str:
        """Ask the seller's program for a quote; interest on instalments is a fee, a cent short is a discount."""
        lines = sale.lines_of(seller)
        difference = sale.paid - sale.price if first and sale.payments else Decimal(0)
        body = {
            "lines": [
                {"sku": line.product, "quantity": line.quantity, "unit_price": str(line.unit_price)} for line in lines
            ],
            "shipping": str(sum(line.freight for line in lines)),
            "fee": str(max(difference, Decimal(0))),
            "discount": str(max(-difference, Decimal(0))),
        }
        _, answer = self.site.call("POST", "offers", body, at=sale.placed_at, token=self.tokens[slug(seller)])
        return answer["offer"]

    def _pay(self, sale: Sale, checkout: str, number: int, payment: olist.Payment) -> None:
        body = {
            "provider": "sandbox",
            "source": "approve",
            "method": payment.method,
            "instalments": payment.instalments,
            "amount": str(payment.value),
        }
        at = sale.placed_at + timedelta(seconds=20 + number)
        path, key = f"checkouts/{checkout}/payments", f"{sale.number}/{number}"
        self.site.call("POST", path, body, at=at, shopper=person(sale), key=key)

    def fulfil(self, duty: tuple[str, str], entries: list[tuple[str, str]], *, at: datetime) -> None:
        what, seller = duty
        token, orders = self.tokens[slug(seller)], [self._code(*entry, at=at) for entry in entries]
        if what == "ship":
            parcels = [{"order": code, "carrier": "Correios", "tracking": ""} for code in orders]
            self.site.call("POST", "shipments", {"shipments": parcels}, at=at, token=token)
        elif what == "deliver":
            self.site.call("POST", "deliveries", {"orders": orders}, at=at, token=token)
        else:
            for code in orders:
                path = f"orders/{code}/cancellation"
                self.site.call("POST", path, {"reason": what}, at=at, token=token, expect=(200, 201, 409))

    def _code(self, number: str, seller: str, *, at: datetime) -> str:
        """Return our code of a seller's part of a sale, asking the site when it was placed before an interruption."""
        merchant = slug(seller)
        if (number, merchant) not in self.placed:
            token = self.tokens[slug(seller)]
            _, found = self.site.call("GET", f"orders?external_reference={number}", at=at, token=token)
            self.placed[number, merchant] = found["results"][0]["code"]
        return self.placed[number, merchant]


def person(sale: Sale) -> str:
    """Return the sealed shopper id of the one who bought."""
    return seal(uuid.uuid5(uuid.NAMESPACE_OID, sale.person))


def slug(name: str) -> str:
    return name.replace("_", "-")
