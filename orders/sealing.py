"""Sealed quotes: what somebody was shown, signed; and everything in which today's quote differs from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.core import signing
from django.utils.translation import gettext as _

from chengfeng.codes import new_code
from chengfeng.money import ZERO
from chengfeng.templatetags.frame import money, text
from shops.models import Merchant, Promotion, Variant

from .quoting import Quote

SALT = "orders.quote"


class QuoteRefused(Exception):
    """The text is no quote of ours."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as it was shown."""

    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Sealed:
    """What somebody was shown: lines by variant, reductions by promotion, shipping by merchant, by code and slug."""

    code: str
    lines: Mapping[str, Shown]
    discounts: Mapping[str, Decimal]
    shipping: Mapping[str, Decimal]
    total: Decimal


class What(StrEnum):
    """What differs; a code for programs."""

    GONE = "gone"
    ADDED = "added"
    QUANTITY = "quantity"
    PRICE = "price"
    DISCOUNT = "discount"
    SHIPPING = "shipping"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was shown: `of` is the code of the variant or promotion, or the merchant's slug."""

    what: What
    of: str
    was: Decimal | int
    now: Decimal | int


def summary(quote: Quote, code: str = "") -> Sealed:
    """Return what a quote shows; it may be used once under its code, a fresh one unless given."""
    items = [item for parcel in quote.parcels for item in parcel.items]
    return Sealed(
        code or new_code("quo"),
        {item.variant.code: Shown(item.quantity, item.unit_price) for item in items},
        {part.promotion.code: part.amount for part in quote.discounts},
        {parcel.merchant.slug: parcel.shipping for parcel in quote.parcels},
        quote.total,
    )


def seal(quote: Quote, code: str = "") -> str:
    """Return the signed text of a quote; see `summary`."""
    shown = summary(quote, code)
    content = {
        "code": shown.code,
        "lines": [[variant, line.quantity, str(line.unit_price)] for variant, line in shown.lines.items()],
        "discounts": {promotion: str(amount) for promotion, amount in shown.discounts.items()},
        "shipping": {merchant: str(amount) for merchant, amount in shown.shipping.items()},
        "total": str(shown.total),
    }
    return signing.dumps(content, salt=SALT, compress=True)


def unseal(sealed: str) -> Sealed:
    """Return what a signed text says; raises QuoteRefused."""
    try:
        content = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        raise QuoteRefused("this is no quote of ours") from None
    return Sealed(
        content["code"],
        {variant: Shown(quantity, Decimal(price)) for variant, quantity, price in content["lines"]},
        {promotion: Decimal(amount) for promotion, amount in content["discounts"].items()},
        {merchant: Decimal(amount) for merchant, amount in content["shipping"].items()},
        Decimal(content["total"]),
    )


def differences(sealed: Sealed, now: Quote) -> list[Difference]:
    """Return everything in which a quote differs from what was shown: lines, reductions, shipping, total."""
    today = summary(now)
    found = [difference for code in {**sealed.lines, **today.lines} for difference in _of_line(code, sealed, today)]
    found += _amounts(What.DISCOUNT, sealed.discounts, today.discounts)
    found += _amounts(What.SHIPPING, sealed.shipping, today.shipping)
    return found + _amounts(What.TOTAL, {"": sealed.total}, {"": today.total})


def _of_line(code: str, sealed: Sealed, today: Sealed) -> list[Difference]:
    was, now = sealed.lines.get(code), today.lines.get(code)
    if was is None or now is None:
        what = What.GONE if now is None else What.ADDED
        return [Difference(what, code, was.quantity if was else 0, now.quantity if now else 0)]
    changes = [(What.QUANTITY, was.quantity, now.quantity), (What.PRICE, was.unit_price, now.unit_price)]
    return [Difference(what, code, before, after) for what, before, after in changes if before != after]


def _amounts(what: What, was: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> list[Difference]:
    pairs = [(of, was.get(of, ZERO), now.get(of, ZERO)) for of in {**was, **now}]
    return [Difference(what, of, before, after) for of, before, after in pairs if before != after]


def in_words(found: Sequence[Difference], currency: str) -> list[str]:
    """Return a sentence for each difference."""
    names = _names(found)
    return [_sentence(difference, names.get(difference.of, difference.of), currency) for difference in found]


def _names(found: Sequence[Difference]) -> dict[str, str]:
    """Return what people call the variants, promotions and merchants of some differences."""
    codes = {difference.of for difference in found}
    variants = Variant.objects.filter(code__in=codes).select_related("product")
    names = {variant.code: text(variant.product, "title") for variant in variants}
    names |= {each.code: text(each, "title") for each in Promotion.objects.filter(code__in=codes)}
    return names | {each.slug: text(each, "name") for each in Merchant.objects.filter(slug__in=codes)}


def _sentence(difference: Difference, name: str, currency: str) -> str:
    was, now = difference.was, difference.now
    said = {"name": name, "was": was, "now": now}
    amounts = said | {"was": money(was, currency), "now": money(now, currency)}
    if difference.what == What.DISCOUNT and not now:
        return _("%(name)s no longer applies: it took off %(was)s.") % amounts
    if difference.what == What.DISCOUNT and not was:
        return _("%(name)s takes off %(now)s now.") % amounts
    return {
        What.GONE: _("%(name)s is no longer part of this order."),
        What.ADDED: _("%(name)s has been added."),
        What.QUANTITY: _("%(name)s: %(now)s pieces instead of %(was)s."),
        What.PRICE: _("%(name)s costs %(now)s instead of %(was)s."),
        What.DISCOUNT: _("%(name)s takes off %(now)s instead of %(was)s."),
        What.SHIPPING: _("Shipping by %(name)s costs %(now)s instead of %(was)s."),
        What.TOTAL: _("The total is %(now)s instead of %(was)s."),
    }[difference.what] % (said if difference.what == What.QUANTITY else amounts)
