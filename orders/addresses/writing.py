"""Writing an address in the order of its country: for readers in their language, for labels in that of the place."""

import re
from typing import Protocol

from django.utils.translation import get_language

from shops.delivery import places

PARTS = {"S": "region", "C": "city", "D": "district", "A": "street", "Z": "postal_code"}


class Written(Protocol):
    """Anything that has the parts of an address; what is not known is empty."""

    country: str
    region: str
    city: str
    district: str
    street: str
    postal_code: str


def lines(address: Written, *, is_label: bool = False) -> list[str]:
    """Return the lines of an address without the recipient, and with the country where that is known.

    Readers of English see Latin names in the Latin order of the country; a label is written as on the spot.
    """
    if address.country not in places.codes():
        place = " ".join(filter(None, [address.postal_code, address.city, address.district]))
        return [line for line in (address.street, ", ".join(filter(None, [place, address.region]))) if line]
    is_latin = not is_label and (get_language() or "").startswith("en")
    rules = places.country(address.country).rules
    form = (is_latin and rules.get("lfmt")) or rules["fmt"]
    parts = _parts(address, is_label=is_label)
    written = [_line(line, parts) for line in form.split("%n")]
    return [line for line in [*written, "" if is_label else places.label(address.country)] if line]


def _parts(address: Written, *, is_label: bool) -> dict[str, str]:
    """Return what stands for each letter of a format."""
    path = [address.country]
    parts = {letter: getattr(address, name) for letter, name in PARTS.items()}
    if is_label:
        return parts
    for letter in "SCD":
        if not parts[letter]:
            break
        path.append(parts[letter])
        parts[letter] = places.label(*path)
    return parts


def _line(form: str, parts: dict[str, str]) -> str:
    text = re.sub(r"%(.)", lambda found: parts.get(found[1], ""), form)
    return re.sub(r"\s{2,}", " ", text).strip(" ,-/")


def one_line(address: Written) -> str:
    """Return an address in one line, as lists show it."""
    is_spaced = (get_language() or "").startswith("en") or address.country not in ("CN", "HK", "MO", "TW", "JP")
    return (", " if is_spaced else " ").join(lines(address))
