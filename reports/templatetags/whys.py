"""Template tags of pages that give reasons: lengths of time, weights, and what members of a rule are called."""

from datetime import timedelta
from decimal import Decimal

from babel.numbers import format_decimal
from babel.units import format_unit
from django import template
from django.utils.functional import Promise

from ads.validity import Reason
from chengfeng.templatetags.frame import locale

from ..asked import KINDS, MODELS, SCOPES, STATES

register = template.Library()

UNITS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}
BESIDES = 2  # units that are told


@register.filter
def lasting(length: timedelta) -> str:
    """Write a length of time in its two largest units, such as 2 days 3 hr; one under a second as its parts."""
    left, told = int(abs(length).total_seconds()), []
    for unit, seconds in UNITS.items():
        number, left = divmod(left, seconds)
        if number or told:
            told.append((number, unit))
    if not told:
        told = [(round(abs(length) / timedelta(milliseconds=1)), "millisecond")]
    return " ".join(
        format_unit(number, f"duration-{unit}", "short", locale=locale()) for number, unit in told[:BESIDES] if number
    ) or format_unit(0, "duration-millisecond", "short", locale=locale())


@register.filter
def weight(value: Decimal) -> str:
    return format_decimal(value, format="0.###", locale=locale())


@register.filter
def scope_label(scope: str) -> str | Promise:
    return SCOPES[scope]


@register.filter
def kind_label(kind: str) -> str | Promise:
    return KINDS[kind]


@register.filter
def model_label(model: str) -> str | Promise:
    return MODELS.get(model, model)


@register.filter
def state_label(state: str) -> str | Promise:
    return STATES[state]


@register.filter
def reason_label(reason: str) -> str | Promise:
    """Return why a touch is not valid."""
    return dict(Reason.choices).get(reason, reason)
