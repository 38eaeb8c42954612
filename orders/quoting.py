"""Quotes: what somebody's goods cost today with every reduction, who bears it, and what it costs to send them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from chengfeng.money import ZERO
from shops.delivery.rates import Cost, Destination, Sent, cost, templates_of
from shops.models import FlashItem, Merchant, Promotion, User, Variant
from shops.promotions import pricing, running
from shops.promotions.terms import Choice, Line, Near, Priced, Refusal, Terms

from .regulars import known_at
from .wanted import MixedCurrencies, Pick, any_of, pick


@dataclass(frozen=True, slots=True)
class Discount:
    """What a promotion takes off."""

    promotion: Promotion
    amount: Decimal

    @property
    def is_subsidy(self) -> bool:
        return self.promotion.merchant_id is None

    @property
    def funder(self) -> str:
        """Who bears it: `platform` or `merchant`."""
        return "platform" if self.is_subsidy else "merchant"


@dataclass(frozen=True, slots=True)
class Item:
    """Units of one variant at the price they are sold for; `agreed` is a discount that no promotion gives."""

    variant: Variant
    quantity: int
    unit_price: Decimal
    list_price: Decimal | None = None
    flash_item: FlashItem | None = None
    discounts: Sequence[Discount] = ()
    agreed: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def discount(self) -> Decimal:
        return sum((part.amount for part in self.discounts), self.agreed)

    @property
    def subsidy(self) -> Decimal:
        return sum((part.amount for part in self.discounts if part.is_subsidy), ZERO)

    @property
    def total(self) -> Decimal:
        return self.gross - self.discount


@dataclass(frozen=True)
class Parcel:
    """What one merchant sells in a quote. `freed_by` gives free shipping, the platform's part is `shipping_subsidy`."""

    merchant: Merchant
    items: Sequence[Item]
    shipping: Decimal = ZERO
    saved_shipping: Decimal = ZERO
    freed_by: Promotion | None = None
    not_served: Sequence[Variant] = ()
    is_estimate: bool = False
    near: Near | None = None

    @cached_property
    def subtotal(self) -> Decimal:
        return sum((item.gross for item in self.items), ZERO)

    @cached_property
    def discount(self) -> Decimal:
        return sum((item.discount for item in self.items), ZERO)

    @cached_property
    def subsidy(self) -> Decimal:
        return sum((item.subsidy for item in self.items), ZERO)

    @property
    def shipping_subsidy(self) -> Decimal:
        return self.saved_shipping if self.freed_by and self.freed_by.merchant_id is None else ZERO

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.shipping

    @cached_property
    def discounts(self) -> list[Discount]:
        """What each promotion takes off here, in the order they were taken."""
        return by_promotion(part for item in self.items for part in item.discounts)


@dataclass(frozen=True)
class Quote:
    """What goods of one currency cost, by merchant; and of the coupons which are used, refused, or could be chosen."""

    currency: str
    parcels: Sequence[Parcel]
    coupons: Sequence[Promotion] = ()
    refused: Sequence[Refusal] = ()
    choices: Sequence[Choice] = ()
    near: Near | None = None

    @cached_property
    def subtotal(self) -> Decimal:
        return sum((parcel.subtotal for parcel in self.parcels), ZERO)

    @cached_property
    def discount(self) -> Decimal:
        return sum((parcel.discount for parcel in self.parcels), ZERO)

    @cached_property
    def shipping(self) -> Decimal:
        return sum((parcel.shipping for parcel in self.parcels), ZERO)

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.shipping

    @cached_property
    def discounts(self) -> list[Discount]:
        return by_promotion(part for parcel in self.parcels for part in parcel.discounts)

    @property
    def not_served(self) -> list[Variant]:
        return [variant for parcel in self.parcels for variant in parcel.not_served]


def by_promotion(parts) -> list[Discount]:
    """Add up discounts by their promotion, each where it came first."""
    sums: dict[Promotion, Decimal] = {}
    for part in parts:
        sums[part.promotion] = sums.get(part.promotion, ZERO) + part.amount
    return [Discount(promotion, amount) for promotion, amount in sums.items()]


def quote(
    *,
    shopper: UUID,
    lines: Sequence[tuple[Variant, int]],
    at: datetime,
    destination: Destination | None = None,
    coupons: Sequence[str] | None = (),
    user: User | None = None,
) -> Quote:
    """Return what these units cost the shopper; variants with product, category and merchant, each at most once.

    `coupons` are codes or words; None chooses the best she has. Raises MixedCurrencies.
    """
    picks = pick(lines, at=at)
    return of_picks(picks, shopper=shopper, at=at, destination=destination, coupons=coupons, user=user)


def of_picks(
    picks: Sequence[Pick],
    *,
    shopper: UUID,
    at: datetime,
    destination: Destination | None = None,
    coupons: Sequence[str] | None = (),
    user: User | None = None,
) -> Quote:
    """Return the quote of units of which is known where they come from; see `quote`."""
    picks = sorted(picks, key=lambda each: each.variant.merchant_id)
    merchants = list(dict.fromkeys(each.variant.merchant for each in picks))
    currency = _one_currency(merchants)
    terms = _running(picks, merchants, currency, shopper, at, coupons)
    is_asked = any(each.promotion.new_customers_only for each in terms)
    known = known_at(merchants, shopper=shopper, user=user, at=at) if is_asked else ()
    priced = pricing.price(_lines(picks), terms, currency=currency, at=at, chosen=coupons, known_at=known)
    parcels = _parcels(merchants, _items(picks, priced), priced, destination)
    everywhere = next((near for near in priced.near if near.merchant is None), None)
    return Quote(currency, parcels, priced.coupons, priced.refused, priced.choices, everywhere)


def _one_currency(merchants: Sequence[Merchant]) -> str:
    currencies = {merchant.currency for merchant in merchants}
    if len(currencies) > 1:
        raise MixedCurrencies(currencies)
    return next(iter(currencies), "")


def _running(
    picks: Sequence[Pick],
    merchants: Sequence[Merchant],
    currency: str,
    shopper: UUID,
    at: datetime,
    coupons: Sequence[str] | None,
) -> list[Terms]:
    """Return the promotions that may matter; without a query where none is active and none was chosen."""
    if not coupons and not any_of((each.variant for each in picks), "is_promoted"):
        return []
    return running.terms(merchants, currency=currency, shopper=shopper, at=at, chosen=coupons or ())


def _lines(picks: Sequence[Pick]) -> list[Line]:
    return [
        Line(
            each.variant.pk, each.variant.merchant_id, each.variant.product_id, each.variant.product.category_id,
            each.quantity, each.unit_price, each.flash_item is None or each.flash_item.sale.takes_coupons,
        )
        for each in picks
    ]  # fmt: skip


def _items(picks: Sequence[Pick], priced: Priced) -> list[Item]:
    parts: dict[int, list[Discount]] = {}
    for reduction in priced.reductions:
        parts.setdefault(reduction.line, []).append(Discount(reduction.promotion, reduction.amount))
    return [
        Item(
            each.variant, each.quantity, each.unit_price, each.list_price, each.flash_item,
            by_promotion(parts.get(index, ())),
        )
        for index, each in enumerate(picks)
    ]  # fmt: skip


def _parcels(
    merchants: Sequence[Merchant], items: Sequence[Item], priced: Priced, destination: Destination | None
) -> list[Parcel]:
    templates = templates_of(merchants) if any_of((item.variant for item in items), "has_template") else {}
    near = {each.merchant: each for each in priced.near}
    spent: dict[Promotion, Decimal] = {}
    parcels = []
    for merchant in merchants:
        mine = [item for item in items if item.variant.merchant_id == merchant.pk]
        sent = [Sent(item.variant, item.quantity, item.total) for item in mine]
        asked = cost(sent, destination=destination, currency=merchant.currency, templates=templates)
        freed_by = _freed(priced.free_shipping.get(merchant.pk), asked.amount, spent)
        parcels.append(_parcel(merchant, mine, asked, freed_by, near.get(merchant.pk)))
    return parcels


def _freed(promotion: Promotion | None, amount: Decimal, spent: dict[Promotion, Decimal]) -> Promotion | None:
    """Return the promotion that frees a merchant's shipping, if there is any to free and its budget bears it."""
    if promotion is None or not amount:
        return None
    given = spent.get(promotion, promotion.spent) + amount
    if promotion.budget is not None and given > promotion.budget:
        return None
    spent[promotion] = given
    return promotion


def _parcel(
    merchant: Merchant, items: Sequence[Item], asked: Cost, freed_by: Promotion | None, near: Near | None
) -> Parcel:
    not_served = [sent.variant for sent in asked.not_served]
    shipping, saved = (ZERO, asked.amount) if freed_by else (asked.amount, ZERO)
    return Parcel(merchant, items, shipping, saved, freed_by, not_served, asked.is_estimate, near)


def given(quote: Quote) -> Mapping[Merchant, Mapping[Promotion, Decimal]]:
    """Return what each promotion gives at each merchant, off the goods and off the shipping."""
    found: dict[Merchant, dict[Promotion, Decimal]] = {}
    for parcel in quote.parcels:
        sums = {part.promotion: part.amount for part in parcel.discounts}
        if parcel.freed_by:
            sums[parcel.freed_by] = sums.get(parcel.freed_by, ZERO) + parcel.saved_shipping
        found[parcel.merchant] = sums
    return found
