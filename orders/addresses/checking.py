"""What makes an address one that goods arrive at, country by country: strict for people, lenient for programs."""

import re
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from shops.delivery import places

LETTERS = {"region": "S", "city": "C", "district": "D", "street": "A", "postal_code": "Z"}
NOBODY_ASKS = {"CN": "Z"}  # parts that the rules of a country want and its people do without
MESSAGES = {
    ("country", "required"): _("Which country or region?"),
    ("country", "unknown"): _("We do not know this country."),
    ("region", "required"): _("Which province or state?"),
    ("region", "unknown"): _("There is no such province or state in this country."),
    ("city", "required"): _("Which city?"),
    ("city", "unknown"): _("There is no such city in this province."),
    ("district", "required"): _("Which district?"),
    ("street", "required"): _("Which street and number?"),
    ("postal_code", "required"): _("Which postal code?"),
    ("postal_code", "invalid"): _("Postal codes of this country look like %(example)s."),
}


def known(values: Mapping[str, str]) -> dict[str, str]:
    """Return an address with country, province, city and district as we keep them, where we know what is meant.

    What we do not know stays as it was written. A Chinese province is one of China's 31; Hong Kong, Macao and Taiwan
    become countries and regions of their own, as their addresses have rules of their own.
    """
    found = {name: value.strip() for name, value in values.items()}
    country, path = found.get("country", "").upper(), []
    if country == "CN" and found.get("region") in places.ALONE:
        country, found["region"] = places.ALONE[found["region"]], ""
    for name in ("region", "city", "district"):
        place = places.find(found.get(name, ""), country, *path) if found.get(name) else None
        if place is None:
            break
        found[name] = place.key
        path.append(place.key)
    return found | {"country": country}


def faults(address: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (field, rule) for everything that a `known` address of goods lacks."""
    country = address.get("country", "")
    if country not in places.codes():
        yield "country", "unknown" if country else "required"
        return
    rules = places.country(country)
    for name in LETTERS:
        if not address.get(name) and is_needed(name, address):
            yield name, "required"
    yield from _unknown(address)
    code = address.get("postal_code", "")
    if code and "zip" in rules.rules and not re.fullmatch(rules.rules["zip"], code, re.IGNORECASE):
        yield "postal_code", "invalid"


def doubts(address: Mapping[str, str]) -> list[str]:
    """Return the names of the parts of a `known` address that we do not know; programs are told, not refused."""
    return [name for name, rule in faults(address) if rule != "required"] if address.get("country") else []


def is_needed(name: str, address: Mapping[str, str]) -> bool:
    """Whether an address of that country, province and city needs the part of that name."""
    country = address.get("country", "")
    if country not in places.codes():
        return name in ("city", "street")
    if name == "district" and country == "CN":
        return bool(places.divisions(country, address.get("region", ""), address.get("city", "")))
    letter, rules = LETTERS[name], places.country(country)
    wanted = letter in rules.rules["require"] and letter in rules.fields
    return name == "street" or (wanted and letter not in NOBODY_ASKS.get(country, ""))


def has(name: str, country: str) -> bool:
    """Whether addresses of a country have that part at all; of an unknown one they may."""
    return country not in places.codes() or LETTERS[name] in places.country(country).fields


def _unknown(address: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the province or city that is none of those there are; districts are renamed too often to be sure."""
    path: list[str] = []
    for name in ("region", "city"):
        among, written = places.divisions(address["country"], *path), address.get(name, "")
        if among and written and all(place.key != written for place in among):
            yield name, "unknown"
        if not among or not written:
            return
        path.append(written)


def example(country: str) -> str:
    """Return a postal code of a country, to show what they look like."""
    return places.country(country).rules.get("zipex", "").split(",")[0]
