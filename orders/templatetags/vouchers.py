"""Template filters of vouchers: the number in groups, its QR code, the last day."""

from datetime import date, datetime, timedelta

import segno
from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from ..vouchers import numbers

register = template.Library()


@register.filter
def spaced(number: str) -> str:
    """Write a number as people read it."""
    return numbers.spaced(number)


@register.filter
def qr(number: str) -> SafeString:
    """Draw a number as a QR code; the drawing carries no styles, as the content security policy wants it."""
    drawn = segno.make(number, micro=False, error="m").svg_inline(border=2, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawn)


@register.filter
def last_day(expires_at: datetime) -> date:
    """Return the last day on which something can be used that ends at midnight."""
    return timezone.localtime(expires_at - timedelta(seconds=1)).date()
