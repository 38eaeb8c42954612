"""What sending goods costs: the merchant's templates by region, or one flat rule where there are none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from chengfeng.money import ZERO, round_money

from ..people.models import Merchant
from .models import ShippingRate, ShippingTemplate

if TYPE_CHECKING:
    from ..catalogue.models import Variant

FREE_FROM = Decimal(99)
FLAT = Decimal(10)
SCALES = {"CNY": Decimal(1), "USD": Decimal("0.5"), "EUR": Decimal("0.5"), "GBP": Decimal("0.4"), "JPY": Decimal(20)}
UNWEIGHED = 1000  # grams that a unit counts whose weight nobody has entered


@dataclass(frozen=True, slots=True)
class Destination:
    """Where goods go: an ISO 3166-1 country and its province by local name; either may be unknown, i.e. empty."""

    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Units of a variant (its product loaded) that are bought, and what they cost after discount."""

    variant: "Variant"
    quantity: int
    value: Decimal

    @property
    def is_shipped(self) -> bool:
        return not self.variant.product.is_service


@dataclass(frozen=True, slots=True)
class Templates:
    """The live templates of one merchant, each with its rates in order."""

    by_pk: Mapping[int, Sequence[ShippingRate]] = field(default_factory=dict)
    default: int | None = None

    def of(self, sent: Sent) -> int | None:
        """Return the key of the template by which something is sent: its own, else the default, else None."""
        own = sent.variant.product.shipping_template_id
        return own if own in self.by_pk else self.default


@dataclass(frozen=True, slots=True)
class Cost:
    """What shipping costs, and what is not sent to that place; an estimate where the place is not known yet."""

    amount: Decimal
    not_served: Sequence[Sent] = ()
    is_estimate: bool = False


NONE = Templates()
NOWHERE = Destination()


def templates_of(merchants: Iterable[Merchant]) -> dict[int, Templates]:
    """Return the live templates of the merchants that have any, by merchant key, in one query."""
    rates = ShippingRate.objects.filter(template__merchant__in=list(merchants), template__archived_at=None)
    rows: dict[int, dict[int, list[ShippingRate]]] = {}
    defaults: dict[int, int] = {}
    for rate in rates.select_related("template").order_by("template", "position", "pk"):
        merchant = rate.template.merchant_id
        rows.setdefault(merchant, {}).setdefault(rate.template_id, []).append(rate)
        if rate.template.is_default:
            defaults[merchant] = rate.template_id
    return {merchant: Templates(by_pk, defaults.get(merchant)) for merchant, by_pk in rows.items()}


def cost(
    items: Sequence[Sent], *, destination: Destination | None, currency: str, templates: Mapping[int, Templates]
) -> Cost:
    """Return what one merchant's items cost to send; `templates` as `templates_of` returns them.

    Goods are counted apart by template and the parts added up; services cost nothing. The value that makes shipping
    free is that of all goods sent. Without a destination every template's most general rate is the estimate.
    """
    goods = [sent for sent in items if sent.is_shipped]
    value = sum((sent.value for sent in goods), ZERO)
    amount, not_served, is_estimate = ZERO, [], False
    for rates, group in _by_template(goods, templates):
        rate = rate_to(rates, destination) if rates else None
        if rates and rate is None:
            not_served += group
        else:
            amount += price(rate, units_of(rate, group), value=value) if rate else flat(value, currency)
        is_estimate = is_estimate or bool(rates and destination is None)
    return Cost(round_money(amount, currency), not_served, is_estimate)


def _by_template(
    goods: Sequence[Sent], templates: Mapping[int, Templates]
) -> list[tuple[Sequence[ShippingRate], list[Sent]]]:
    """Group goods by template: its rates, none for the flat rule, and what goes by them."""
    groups: dict[int | None, list[Sent]] = {}
    of_merchant = NONE
    for sent in goods:
        of_merchant = templates.get(sent.variant.merchant_id, NONE)
        groups.setdefault(of_merchant.of(sent), []).append(sent)
    return [(of_merchant.by_pk.get(key, ()), group) for key, group in groups.items()]


def rate_to(rates: Sequence[ShippingRate], destination: Destination | None) -> ShippingRate | None:
    """Return the rate of a place: that of its province, else of its country, else of everywhere else.

    None when goods are not sent there. Without a place, or in an unnamed country with a province that no rate names:
    the most general rate by which anything is sent.
    """
    ranked = [(rank, rate) for rate in rates if (rank := _rank(rate, destination or NOWHERE)) is not None]
    rank, found = min(ranked, key=lambda pair: pair[0], default=(2, None))
    if rank == 2 and not (destination and destination.country):
        served = [rate for rate in rates if rate.is_served]
        return next((rate for rate in served if not rate.regions), served[0] if served else None)
    return found if found and found.is_served else None


def _rank(rate: ShippingRate, destination: Destination) -> int | None:
    """Return how closely a rate names a place: 0 its province, 1 its country, 2 everywhere; None not at all."""
    if not rate.regions:
        return 2
    named = [region.partition("/")[::2] for region in rate.regions]
    if destination.region and any(
        region == destination.region and destination.country in ("", country) for country, region in named
    ):
        return 0
    return 1 if destination.country and (destination.country, "") in named else None


def units_of(rate: ShippingRate, group: Iterable[Sent]) -> Decimal:
    """Return how much a rate counts of what is sent: pieces, or kilograms."""
    if rate.template.basis == ShippingTemplate.Basis.PIECE:
        return Decimal(sum(sent.quantity for sent in group))
    grams = [(UNWEIGHED if sent.variant.grams is None else sent.variant.grams, sent.quantity) for sent in group]
    return Decimal(sum(weight * quantity for weight, quantity in grams)) / 1000


def price(rate: ShippingRate, units: Decimal, *, value: Decimal) -> Decimal:
    """Return the price of so many units by a rate; `value` is that of the goods, which may make it free."""
    if rate.free_from is not None and value >= rate.free_from:
        return ZERO
    further = max(units - rate.first_units, ZERO)
    lots = (further / rate.next_units).to_integral_value(rounding=ROUND_CEILING)
    return rate.first_price + lots * rate.next_price


def flat(value: Decimal, currency: str) -> Decimal:
    """Return what sending goods of that value costs where a merchant has no template."""
    scale = SCALES.get(currency, Decimal(1))
    return ZERO if value >= FREE_FROM * scale else FLAT * scale
