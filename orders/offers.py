"""Offers: a merchant's signed quote, which one checkout honours at exactly these prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core import signing

from chengfeng.codes import new_code
from chengfeng.money import ZERO, allocate, minor_unit
from shops.models import Merchant, Variant

SALT = "orders.offer"
VALID_FOR = timedelta(days=30)


class OfferRefused(Exception):
    """The text is no offer of ours, or no longer valid."""


class OfferUnfit(ValueError):
    """The prices of an offer do not make an order; `field` says which part."""

    def __init__(self, field: str, message: str):
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A line of an offer: a variant's code, units, and the unit price and discount agreed on."""

    variant: str
    quantity: int
    unit_price: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """What a merchant quoted; `fee` is what is added to the price, such as tax."""

    code: str
    lines: Sequence[Quoted]
    shipping: Decimal
    fee: Decimal

    @property
    def total(self) -> Decimal:
        goods = sum((line.unit_price * line.quantity - line.discount for line in self.lines), ZERO)
        return goods + self.shipping + self.fee


def make(
    *,
    merchant: Merchant,
    lines: Sequence[tuple[Variant, int, Decimal | None]],
    shipping: Decimal = ZERO,
    discount: Decimal = ZERO,
    fee: Decimal = ZERO,
) -> Offer:
    """Return an offer of the merchant's variants; a line without a price has the variant's own.

    The discount is split over the lines in proportion to their value, to the cent. Raises OfferUnfit when an amount
    is finer than the currency's smallest coin, or the discount exceeds the goods.
    """
    unit = minor_unit(merchant.currency)
    priced = [(variant, quantity, variant.price if price is None else price) for variant, quantity, price in lines]
    for field, amount in [("shipping", shipping), ("discount", discount), ("fee", fee), *_prices(priced)]:
        if amount % unit:
            raise OfferUnfit(field, f"{amount} is finer than {unit} {merchant.currency}")
    values = [price * quantity for _, quantity, price in priced]
    if discount > sum(values):
        raise OfferUnfit("discount", f"the discount exceeds the goods, which cost {sum(values)}")
    parts = allocate(discount, values, unit=unit)
    quoted = [Quoted(v.code, quantity, price, part) for (v, quantity, price), part in zip(priced, parts, strict=True)]
    return Offer(new_code("ofr"), quoted, shipping, fee)


def _prices(lines: Sequence[tuple[Variant, int, Decimal]]):
    return ((f"lines.{index}.unit_price", price) for index, (_, _, price) in enumerate(lines))


def seal(offer: Offer, *, at: datetime) -> str:
    """Return the signed text of an offer, good for thirty days from `at`."""
    content = {
        "code": offer.code,
        "until": int((at + VALID_FOR).timestamp()),
        "lines": [[q.variant, q.quantity, str(q.unit_price), str(q.discount)] for q in offer.lines],
        "shipping": str(offer.shipping),
        "fee": str(offer.fee),
    }
    return signing.dumps(content, salt=SALT, compress=True)


def unseal(text: str, *, at: datetime) -> Offer:
    """Return the offer of a signed text; raises OfferRefused."""
    try:
        content = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        raise OfferRefused("this is no offer of ours") from None
    if at.timestamp() >= content["until"]:
        raise OfferRefused("this offer is no longer valid")
    return _read(content)


def _read(content: Mapping) -> Offer:
    lines = [Quoted(variant, n, Decimal(price), Decimal(off)) for variant, n, price, off in content["lines"]]
    return Offer(content["code"], lines, Decimal(content["shipping"]), Decimal(content["fee"]))
