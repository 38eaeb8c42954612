"""Template tags of the way from a report's numbers to the rows behind them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_percent
from django import template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengfeng.templatetags.frame import DASH, count, locale

from ..behind.asking import Part, open_to
from ..behind.cells import Cell
from ..behind.columns import Column, Form
from ..measuring.asking import Result
from ..measuring.definition import Definition
from ..measuring.measures import MEASURES
from ..tables import written
from .metrics import written as in_unit

register = template.Library()

SHOP = "merchant"  # the dimension


@register.simple_tag(takes_context=True)
def rows_behind(context, result: Result, keys: Sequence[Any] | None = None) -> str:
    """Return the address of the rows behind a row of a report, or behind its total; nothing to who may not see them.

    Over a portfolio that is a page of the shop of the row; nothing where a row is of several.
    """
    audience, run = context["audience"], context.get("run")
    definition = result.definition.with_(period=result.days, as_of=result.as_of, compare=None, sort="", limit=None)
    values = dict(Cell.of(definition.dimensions, keys).values) if keys is not None else {}
    code = values.pop(SHOP, "") if audience.is_portfolio else audience.merchants[0].code
    asked = _of_shop(definition) if audience.is_portfolio else definition
    if not open_to(audience.rights_at(code), asked):
        return ""
    what = ("run", run.code) if run and not audience.is_portfolio else ("report", _told(asked))
    return f"{reverse('reports:report_rows', args=[code])}?{urlencode([what, *Cell(values).parameters()])}"


def _of_shop(definition: Definition) -> Definition:
    """Return a question over a portfolio as one of its shops is asked it."""
    filters = tuple(each for each in definition.filters if each[0] != SHOP)
    dimensions = tuple(code for code in definition.dimensions if code != SHOP)
    return definition.with_(dimensions=dimensions, filters=filters)


def _told(definition: Definition) -> str:
    told = {name: value for name, value in definition.document().items() if value}
    return json.dumps(told, separators=(",", ":"))


@register.simple_tag
def in_column(column: Column, value: Any, part: Part, currency: str) -> str:
    """Write a value of a row behind a number."""
    if column.form == Form.ADDED:
        return in_unit(part.unit, value, currency)
    if column.form == Form.VALUE:
        return DASH if value in (None, "") else written(column.dimension, value)
    return DASH if value is None else WAYS[column.form](value)


@register.simple_tag
def summed(part: Part, value: Decimal | int, currency: str) -> str:
    return in_unit(part.unit, value, currency)


@register.filter
def sum_label(part: Part) -> str:
    """Return what a sum is called: as the measure of that name is."""
    return str(MEASURES[part.code].label)


def _step(number: int) -> str:
    return _("Sale") if number == 0 else _("Refund or cancellation")


WAYS = {
    Form.MOMENT: lambda value: date_format(localtime(value), "SHORT_DATETIME_FORMAT"),
    Form.DAY: lambda value: date_format(value, "SHORT_DATE_FORMAT"),
    Form.ORDER: str,
    Form.STEP: _step,
    Form.NOTE: lambda is_note: _("Credit note") if is_note else _("Charge"),
    Form.SHARE: lambda share: format_percent(share, format="0.##%", locale=locale()),
    Form.COUNT: count,
}
