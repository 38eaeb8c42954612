"""Template filters of delivery: the places of a rate, and what sending there costs, in words."""

from django import template
from django.utils.translation import gettext as _

from chengfeng.templatetags.frame import money

from ..delivery.checking import place_label
from ..delivery.models import ShippingRate, ShippingTemplate

register = template.Library()
SHOWN = 4


@register.filter
def places(rate: ShippingRate) -> str:
    """Name where a rate is for; of many places the first few."""
    if not rate.regions:
        return _("Everywhere else")
    named = ", ".join(place_label(region) for region in rate.regions[:SHOWN])
    more = len(rate.regions) - SHOWN
    return named if more <= 0 else _("%(places)s and %(more)s more") % {"places": named, "more": more}


@register.filter
def priced(rate: ShippingRate, currency: str) -> str:
    """Say what a rate costs, e.g. `¥8 for the first 1, ¥2 for each further 1; free from ¥99`."""
    if not rate.is_served:
        return _("not sent there")
    if not rate.first_price and not rate.next_price:
        return _("free")
    unit = _("kg") if rate.template.basis == ShippingTemplate.Basis.WEIGHT else ""
    words = _("%(first)s for the first %(units)s%(unit)s, %(next)s for each further %(lot)s%(unit)s") % {
        "first": money(rate.first_price, currency), "next": money(rate.next_price, currency),
        "units": f"{rate.first_units.normalize():f}", "lot": f"{rate.next_units.normalize():f}", "unit": unit,
    }  # fmt: skip
    free = rate.free_from is not None and _("free from %(value)s") % {"value": money(rate.free_from, currency)}
    return f"{words}; {free}" if free else words
