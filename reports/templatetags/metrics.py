"""Template tags that write metrics in the reader's language."""

from collections.abc import Sequence
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.template import Context
from django.utils.html import format_html

from ads.attribution.presets import PRESETS
from chengfeng.templatetags.frame import DASH, locale
from shops.models import Merchant
from shops.tenancy import Access

from ..asked import CLOCKS
from ..latest import busy_days
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES, better
from ..measuring.periods import Days
from ..metrics import METRICS, Metric, Unit
from ..rows import right

register = template.Library()

LARGE = 1000
MANY = 10  # times: from here on a change is told as a multiple, for nobody reads +169,386.8 %


@register.filter
def may_see(access: Access, code: str) -> bool:
    """Tell whether there are rows behind a metric that the reader may look at."""
    needed = right(code)
    return needed is not None and access.may(needed)


@register.simple_tag(takes_context=True)
def report_page(context: Context, name: str, *codes: str) -> str:
    """Return the address of a page of reports for whom the present one is: a shop, or a portfolio."""
    return context["audience"].page(name, *codes)


@register.simple_tag
def last_busy(of: Merchant | Sequence[Merchant], length: int) -> Days | None:
    """Return the last days on which anything happened in a shop, or in several, for a page that has nothing to show."""
    return busy_days([of] if isinstance(of, Merchant) else of, length=length)


@register.filter
def coins(amount: Decimal | None, currency: str) -> str:
    """Write a sum of money to the currency's smallest coin."""
    return DASH if amount is None else format_currency(amount, currency, locale=locale())


@register.simple_tag
def measured(code: str, value: Decimal | int | None, currency: str) -> str:
    """Write the value of a metric as its unit asks; nothing to divide by is a dash."""
    return written(METRICS[code].unit, value, currency)


def written(unit: Unit, value: Decimal | int | None, currency: str) -> str:
    if value is None:
        return DASH
    if unit == Unit.MONEY:
        return format_currency(value, currency, locale=locale())
    if unit == Unit.PERCENT:
        return format_percent(value, format="#,##0.0%", locale=locale())
    pattern = "#,##0" if unit == Unit.COUNT else "#,##0.00"
    return format_decimal(value, format=pattern, locale=locale())


@register.simple_tag
def headline(code: str, value: Decimal | int | None, currency: str) -> str:
    """Write the value of a metric at a glance: large sums without their cents."""
    if value is not None and METRICS[code].unit == Unit.MONEY and abs(value) >= LARGE:
        pattern = whole_coins()
        return format_currency(value, currency, format=pattern, locale=locale(), currency_digits=False)
    return measured(code, value, currency)


def whole_coins() -> str:
    """Return how the reader's language writes money, without decimals."""
    return Locale.parse(locale()).currency_formats["standard"].pattern.replace(".00", "")


@register.filter
def difference(ratio: Decimal | None) -> str:
    """Write a change with its sign, such as +12.3 %, or where it is huge as a multiple, such as ×17."""
    if ratio is None:
        return ""
    if ratio >= MANY:
        return f"×{format_decimal(ratio + 1, format='#,##0', locale=locale())}"
    return format_percent(ratio, format="+#,##0.0%;-#,##0.0%", locale=locale())


@register.filter
def at(row, code: str):
    """Return a metric of a row by its code."""
    return row[code]


@register.filter
def unlocalise(number: float) -> str:
    """Write a coordinate as drawings want it, with a point in every language."""
    return str(number)


@register.simple_tag
def answered(metric: Metric, row, currency: str) -> str:
    """Write a measure of a report's row, and below it how it changed where periods are compared."""
    now = written(metric.unit, row[metric.code], currency)
    if row.before is None:
        return now
    change = row.change(metric.code)
    sign = (change or 0) * better(metric.code)
    verdict = "good" if sign > 0 else "bad" if sign < 0 else "neutral"
    told = difference(change) if change is not None else DASH
    return format_html('{} <span class="report-against change-{}">{}</span>', now, verdict, told)


@register.filter
def measure_label(code: str) -> str:
    return MEASURES[code].label


@register.filter
def rule_title(name: str) -> str:
    """Return what a ready-made rule is called."""
    return str(PRESETS[name].title)


@register.filter
def dimension_label(code: str) -> str:
    return DIMENSIONS[code].label


@register.filter
def clock_label(clock: str) -> str:
    return CLOCKS[clock]


@register.simple_tag
def differed(metric: Metric, values, currency: str) -> str:
    """Write a measure of two runs: what it was, and what it came to where that differs."""
    then, now = (written(metric.unit, value, currency) for value in values[metric.code])
    return now if then == now else format_html('<span class="report-change">{}</span> → {}', then, now)
