"""Template tags that write what path models say."""

from decimal import Decimal

from babel.numbers import format_decimal, format_percent
from django import template

from chengfeng.templatetags.frame import DASH, locale

from ..paths.question import CHANNELS

register = template.Library()


@register.filter
def channel_label(code: str) -> str:
    return str(CHANNELS[code])


@register.filter
def credited(number: Decimal) -> str:
    """Write a part of orders with one decimal."""
    return format_decimal(number, format="#,##0.0", locale=locale())


@register.filter
def rate(part: Decimal | None) -> str:
    """Write a part of a whole with one decimal, so that those of a column stand below each other."""
    return DASH if part is None else format_percent(part, format="#,##0.0%", locale=locale())


@register.simple_tag
def share(channel, model: str, found) -> str:
    """Write what part of all orders a model credits to a channel."""
    return rate(channel.share(model, found.conversions))
