"""Template tags of seasons: cohorts by their bounds, numbers at a glance, and how they changed."""

from decimal import Decimal

from babel.numbers import format_compact_currency, format_currency
from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from chengfeng.templatetags.frame import locale

from ..metrics import Metric, Unit
from ..season.cohorts import Cohort
from ..season.numbers import NUMBERS, verdict
from .metrics import LARGE, difference, whole_coins, written

register = template.Library()


@register.simple_tag
def cohort_name(cohort: Cohort, currency: str) -> str:
    """Return the bounds of a cohort as people say them: ¥1M – ¥10M."""
    if cohort.floor is None:
        return _("No sales")
    if cohort.ceiling is None:
        return _("%s and more") % _compact(cohort.floor, currency)
    if not cohort.floor:
        return _("Below %s") % _compact(cohort.ceiling, currency)
    return f"{_compact(cohort.floor, currency)} – {_compact(cohort.ceiling, currency)}"


def _compact(amount: Decimal, currency: str) -> str:
    return format_compact_currency(amount, currency, locale=locale(), fraction_digits=1)


@register.simple_tag
def glanced(metric: Metric, value: Decimal | int | None, currency: str) -> str:
    """Write a number at a glance: large sums without their cents."""
    if value is not None and metric.unit == Unit.MONEY and abs(value) >= LARGE:
        return format_currency(value, currency, format=whole_coins(), locale=locale(), currency_digits=False)
    return written(metric.unit, value, currency)


@register.simple_tag
def told(code: str, value: Decimal | int | None, currency: str) -> str:
    """Write a number of a season by its code."""
    return glanced(NUMBERS[code], value, currency)


@register.simple_tag
def grown(change: Decimal | None, code: str = "paid_gmv") -> str:
    """Write a change in the colour of what it means; a dash where there is nothing to compare with."""
    if change is None:
        nothing = _("nothing to compare with")
        return format_html(
            '<span class="text-secondary" title="{0}"><span aria-hidden="true">–</span>'
            '<span class="visually-hidden">{0}</span></span>', nothing,
        )  # fmt: skip
    return format_html('<span class="change-{}">{}</span>', verdict(code, change), difference(change))


@register.filter
def label(code: str) -> str:
    return NUMBERS[code].label
