"""Template filters of addresses: written for readers, or for a label."""

from django import template

from ..addresses import writing

register = template.Library()


@register.filter
def address_lines(address: writing.Written) -> list[str]:
    """Return the lines of an address for the reader."""
    return writing.lines(address)


@register.filter
def label_lines(address: writing.Written) -> list[str]:
    """Return the lines of an address as they stand on a parcel."""
    return writing.lines(address, is_label=True)


@register.filter
def in_one_line(address: writing.Written) -> str:
    """Return an address in one line for the reader."""
    return writing.one_line(address)
