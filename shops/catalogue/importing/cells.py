"""From a cell to a value: prices, quantities, GTINs, states and texts, each by its rule."""

import re
from decimal import Decimal

from chengfeng.money import minor_unit

from ..models import Product

PRICE = re.compile(r"(?P<before>[A-Za-z]{3}|[¥￥$€£])?\s*(?P<number>-?\d[\d.,]*)\s*(?P<after>[A-Za-z]{3}|元|€)?", re.A)
PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.A)
GROUPED_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.A)
COMMA_NUMBER = re.compile(r"-?\d+,\d{1,2}", re.A)
SYMBOLS = {"¥": {"CNY", "JPY"}, "￥": {"CNY", "JPY"}, "元": {"CNY"}, "€": {"EUR"}, "£": {"GBP"}}
WHOLE = re.compile(r"-?\d+(\.0+)?", re.A)
GTIN_LENGTHS = {8, 12, 13, 14}
MAX_PRICE = Decimal(10) ** 12
MAX_UNITS = 10**9
EMPTY = {"NULL", "\\N"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

STATES = {
    "active": Product.State.ACTIVE,
    "published": Product.State.ACTIVE,
    "draft": Product.State.DRAFT,
    "proposed": Product.State.DRAFT,
    "rejected": Product.State.DRAFT,
    "archived": Product.State.ARCHIVED,
}
AVAILABILITY = {"instock": True, "outofstock": False, "preorder": True, "backorder": True}


class Broken(Exception):
    """A cell breaks a rule; `facts` fill the rule's message."""

    def __init__(self, rule: str, **facts):
        super().__init__(rule)
        self.rule, self.facts = rule, facts


def clean(cell: str) -> str:
    """Return a cell without surrounding space; the NULL of a database dump is empty."""
    cell = cell.strip()
    return "" if cell in EMPTY else cell


def text(cell: str, *, limit: int) -> str:
    if CONTROL.search(cell):
        raise Broken("control")
    if len(cell) > limit:
        raise Broken("too_long", length=len(cell), limit=limit)
    return cell


def line(cell: str, *, limit: int) -> str:
    """Return a text of one line."""
    return text(" ".join(cell.split()), limit=limit)


def price(cell: str, *, currency: str) -> Decimal:
    """Read `129.00 CNY`, `¥1,299`, `12,50`: an amount in the shop's currency, in whole coins of it."""
    match = PRICE.fullmatch(cell)
    if not match:
        raise Broken("price")
    for sign in (match["before"], match["after"]):
        if sign and sign != "$" and currency not in SYMBOLS.get(sign, {sign.upper()}):
            raise Broken("currency", found=sign, expected=currency)
    amount = _number(match["number"])
    if amount < 0:
        raise Broken("negative")
    if amount >= MAX_PRICE:
        raise Broken("too_large")
    if amount % minor_unit(currency):
        raise Broken("decimals", currency=currency)
    return amount.quantize(Decimal("0.0001"))


def _number(written: str) -> Decimal:
    if COMMA_NUMBER.fullmatch(written):
        return Decimal(written.replace(",", "."))
    if PLAIN_NUMBER.fullmatch(written) or GROUPED_NUMBER.fullmatch(written):
        return Decimal(written.replace(",", ""))
    raise Broken("price")


def quantity(cell: str) -> int:
    if not WHOLE.fullmatch(cell):
        raise Broken("quantity")
    units = int(cell.partition(".")[0])
    if units < 0:
        raise Broken("negative")
    if units >= MAX_UNITS:
        raise Broken("too_large")
    return units


def gtin(cell: str) -> str:
    """Return the digits of a GTIN whose check digit is right."""
    digits = cell.replace(" ", "").replace("-", "")
    if len(digits) not in GTIN_LENGTHS or not (digits.isascii() and digits.isdigit()):
        raise Broken("gtin")
    weighted = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    if weighted % 10:
        raise Broken("gtin")
    return digits


def state(cell: str) -> Product.State:
    if cell.casefold() not in STATES:
        raise Broken("choice", choices=", ".join(STATES))
    return STATES[cell.casefold()]


def is_available(cell: str) -> bool:
    """Read Merchant Center's availability: False says that there is no stock, True says nothing of how much."""
    known = "".join(filter(str.isalpha, cell.casefold()))
    if known not in AVAILABILITY:
        raise Broken("choice", choices="in_stock, out_of_stock, preorder, backorder")
    return AVAILABILITY[known]
