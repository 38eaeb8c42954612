"""Reopens the shop of a Tmall report: goods at the prices asked; its orders placed, paid and refunded again."""

import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from tqdm import tqdm

from ads import partitions
from orders import expiry
from shops.catalogue.importing import import_file
from shops.models import Category, Merchant, ShippingRate, ShippingTemplate, Variant
from shops.shopper import seal

from . import people, state, tmall
from .client import Site
from .resettling import table
from .state import State
from .tmall import Sale

SLUG = "tmall"
THREADS = 6
REFUNDED_AFTER = timedelta(days=2)


def fill(folder: Path, memory: State) -> None:
    """Fill an empty database with the shop, as of the day before its first order."""
    sales = tmall.read(folder)
    opening = sales[0].placed_at.replace(hour=0, minute=0, second=0) - timedelta(days=1)
    partitions.ensure(opening.date(), sales[-1].placed_at.date() + timedelta(days=5))
    Category.objects.get_or_create(slug="unknown", defaults={"name": "未知", "name_en": "Unknown"})
    shop = Merchant.objects.create(slug=SLUG, name="天猫旗舰店", name_en="A Tmall shop", created_at=opening)
    template = ShippingTemplate.objects.create(merchant=shop, name="包邮", is_default=True, created_at=opening)
    ShippingRate.objects.create(template=template)
    units = Counter(sale.total for sale in sales)
    import_file(
        shop, table("tmall.csv", [_row(price, units[price]) for price in sorted(units)]), is_dry=False, at=opening
    )
    operator = people.operator()
    memory.logins = [*people.staff(shop, at=opening), people.login(operator.email, "operator (/admin/)")]
    memory.tokens = {SLUG: people.program(shop, by=operator, at=opening)}
    memory.kind, memory.folder, memory.first_day = "tmall", str(folder), opening.date().isoformat()


def _row(price: Decimal, units: int) -> dict[str, str]:
    """Return the feed row of what was sold at a price; the report names no goods."""
    return {
        "id": _sku(price), "title": f"商品 ¥{price}", "title_en": f"Goods at ¥{price}", "price": f"{price} CNY",
        "quantity": str(units), "product_type": "unknown",
    }  # fmt: skip


def _sku(price: Decimal) -> str:
    return f"P{price.normalize():f}"


def run(url: str, *, folder: Path) -> None:
    """Place, pay and refund the orders again, day by day; may be interrupted and called again."""
    memory, sales = state.load(), tmall.read(folder)
    till = Till(Site(url), memory.tokens[SLUG])
    days = [(day, list(of)) for day, of in groupby(sales, lambda sale: sale.placed_at.date())]
    with ThreadPoolExecutor(THREADS) as pool, tqdm(days, unit="day", smoothing=0.05) as bar:
        for number, (day, of_day) in enumerate(bar):
            if number < memory.days_done:
                continue
            bar.set_description(str(day))
            list(pool.map(till.serve, of_day))
            memory.days_done = number + 1
            memory.save()
    while expiry.expire_due(at=sales[-1].placed_at + timedelta(days=1)):
        pass


class Till:
    """Where the orders of the shop are placed, paid and refunded."""

    def __init__(self, site: Site, token: str):
        self.site, self.token = site, token
        self.codes = dict(Variant.objects.filter(merchant__slug=SLUG).values_list("sku", "code"))

    def serve(self, sale: Sale) -> None:
        """Place an order, pay it if it was paid, and give back what was given back."""
        body = {
            "lines": [{"variant": self.codes[_sku(sale.total)], "quantity": 1}],
            "email": f"buyer{sale.number}@example.org", "recipient": f"买家{sale.number}", "country": "CN",
            "region": sale.region, "city": "", "street": "-", "external_reference": sale.number,
        }  # fmt: skip
        shopper = seal(uuid.uuid5(uuid.NAMESPACE_OID, f"tmall {sale.number}"))
        _, checkout = self.site.call("POST", "checkouts", body, at=sale.placed_at, shopper=shopper, key=sale.number)
        if sale.paid_at is None:
            return
        payment = {"provider": "sandbox", "source": "approve", "method": "alipay"}
        path = f"checkouts/{checkout['code']}/payments"
        self.site.call("POST", path, payment, at=sale.paid_at, shopper=shopper, key=sale.number)
        if sale.refund:
            self._refund(checkout["orders"][0]["code"], sale)

    def _refund(self, order: str, sale: Sale) -> None:
        at = sale.paid_at + REFUNDED_AFTER
        _, found = self.site.call("GET", f"orders/{order}", at=at, token=self.token)
        units = int(sale.refund == sale.total)
        line = {"line": found["lines"][0]["code"], "quantity": units, "amount": str(sale.refund)}
        body = {"lines": [line], "reason": "退款", "restock": bool(units)}
        self.site.call("POST", f"orders/{order}/refunds", body, at=at, token=self.token, key=sale.number)


def known_totals(folder: Path, found: dict) -> Iterator[tuple[str, Decimal | int, Decimal | int]]:
    """Yield what the report and the reports count: name, of the file, of ours."""
    sales = tmall.read(folder)
    paid = [sale for sale in sales if sale.paid_at]
    captured = sum((row["amount"] for row in found["payments_by_method"].values()), Decimal(0))
    yield "orders", len(sales), found["checkouts"]
    yield "total", sum(sale.total for sale in sales), found["placed_value"]
    yield "paid orders", len(paid), found["paid_orders"]
    yield "refunds", sum(sale.refund for sale in sales), found["refunds"]
    yield "orders with refunds", sum(sale.refund > 0 for sale in sales), found["refund_count"]
    yield "paid, less refunds", sum(sale.kept for sale in sales), captured - found["refunds"]
