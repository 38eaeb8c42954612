"""What a promotion must be to make sense, for forms and programs alike."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengfeng.money import minor_unit

from .models import Promotion

Benefit, Kind = Promotion.Benefit, Promotion.Kind
GIVES = {
    Kind.THRESHOLD: (Benefit.FIXED, Benefit.PERCENT, Benefit.SHIPPING),
    Kind.COUPON: (Benefit.FIXED, Benefit.PERCENT, Benefit.SHIPPING),
    Kind.BUNDLE: (Benefit.PRICE, Benefit.FIXED, Benefit.PERCENT),
}
ONLY_OF = {
    "word": {Kind.COUPON}, "is_public": {Kind.COUPON}, "new_customers_only": {Kind.COUPON},
    "repeats": {Kind.THRESHOLD}, "threshold": {Kind.THRESHOLD, Kind.COUPON}, "cap": {Kind.THRESHOLD, Kind.COUPON},
}  # fmt: skip
AMOUNTS = ("amount", "cap", "threshold", "budget")
NEEDED = {"amount": (Benefit.FIXED, Benefit.PRICE), "percent": (Benefit.PERCENT,), "cap": (Benefit.PERCENT,)}
MOST_PRODUCTS = 200
MOST_UNITS = 99

Objection = tuple[str, str, str]  # field, rule, what is wrong in words


def settled(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without what the kind or the benefit has no use for."""
    kept = dict(values)
    for name, benefits in NEEDED.items():
        if name in kept and kept.get("benefit") not in benefits:
            kept[name] = None
    if "threshold" in kept:
        kept["threshold"] = kept["threshold"] or Decimal(0)
    if "repeats" in kept:
        kept["repeats"] = bool(kept["repeats"]) and kept.get("benefit") == Benefit.FIXED
    return kept


def objections(
    kind: Kind, values: Mapping[str, Any], units: Mapping[Any, int], *, currency: str
) -> Iterator[Objection]:
    """Yield what forbids a promotion of these settled values; `units` are the pieces of each chosen product."""
    yield from _of_benefit(kind, values)
    yield from _of_threshold(kind, values)
    yield from _of_budget(values)
    if values.get("ends_at") and values.get("starts_at") and values["ends_at"] <= values["starts_at"]:
        yield "ends_at", "order", _("The end must be after the start.")
    for name in AMOUNTS:
        if values.get(name) and values[name] % minor_unit(currency):
            yield name, "decimals", _("There is no coin this small.")
    if len(units) > MOST_PRODUCTS:
        yield "products", "too_many", _("At most 200 products.")
    if kind == Kind.BUNDLE and sum(units.values()) < 2:
        yield "products", "too_few", _("Choose what belongs together: at least two pieces.")


def _of_benefit(kind: Kind, values: Mapping[str, Any]) -> Iterator[Objection]:
    benefit = values.get("benefit")
    if benefit and benefit not in GIVES[kind]:
        yield "benefit", "not_of_this_kind", _("Promotions of this kind do not give that.")
    if benefit in NEEDED["amount"] and not values.get("amount"):
        yield "amount", "required", _("Enter an amount above zero.")
    if benefit in NEEDED["percent"] and not values.get("percent"):
        yield "percent", "required", _("Enter a percentage above zero.")


def _of_threshold(kind: Kind, values: Mapping[str, Any]) -> Iterator[Objection]:
    threshold = values.get("threshold")
    if kind == Kind.THRESHOLD and not threshold:
        yield "threshold", "required", _("Enter from which value of goods it counts.")
    if values.get("benefit") == Benefit.FIXED and threshold and (values.get("amount") or 0) > threshold:
        yield "amount", "above_threshold", _("It would take off more than must be spent.")


def _of_budget(values: Mapping[str, Any]) -> Iterator[Objection]:
    budget, amount = values.get("budget"), values.get("amount")
    if budget is None:
        return
    if not budget:
        yield "budget", "zero", _("A budget must be above zero.")
    elif values.get("benefit") == Benefit.FIXED and amount and budget < amount:
        yield "budget", "too_small", _("The budget must pay for at least one use.")
