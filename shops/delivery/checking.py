"""What makes a table of shipping rates sound: known places, each priced once, and something said of everywhere else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from . import places

MESSAGES = {
    "unknown_place": _("There is no such country or province: %(place)s."),
    "repeated_place": _("%(place)s is priced in another row already."),
    "two_elsewhere": _("Only one row can be for everywhere else."),
    "serves_nowhere": _("Goods must be sent to somewhere."),
}


def faults(rates: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """Yield (row, rule, place as people call it) for every rule that a table of rates breaks; -1 is the whole."""
    seen: set[str] = set()
    for row, rate in enumerate(rates):
        for region in rate["regions"]:
            if not is_place(region):
                yield row, "unknown_place", region
            elif region in seen:
                yield row, "repeated_place", place_label(region)
            seen.add(region)
        if not rate["regions"] and any(not earlier["regions"] for earlier in rates[:row]):
            yield row, "two_elsewhere", ""
    if not any(rate.get("is_served", True) for rate in rates):
        yield -1, "serves_nowhere", ""


def is_place(region: str) -> bool:
    """Whether a rate may name that region: `CN`, or `CN/广东省`."""
    code, _slash, province = region.partition("/")
    if code not in places.codes():
        return False
    return not _slash or any(place.key == province for place in places.divisions(code))


def place_label(region: str) -> str:
    """Return a region of a rate as the reader calls it."""
    return places.label(*region.split("/", 1))
