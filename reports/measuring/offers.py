"""Which measure can be split by which dimension, and the reason where one cannot: never a wrong or empty number."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .dimensions import DIMENSIONS, Family, Group
from .measures import MEASURES, families_of

UNKNOWN = {
    Family.SEEN: _("An event of an ad is not yet a sale, so it knows neither buyer nor goods bought."),
    Family.SPENT: _("Money is spent on an ad before anything is sold, so it knows neither buyer nor goods bought."),
    Family.SHOP: _("Sales without ads belong to no ad, so all sales together cannot be split by one."),
}
NO_TOUCH = _("Sales without ads have no touch, so all sales together have no touch clock.")
NO_REST = _("Under this rule several campaigns claim the same sale in full, so the GMV is no part of all sales.")
TOUCH, CLAIMED = "touch", "claimed"
OF_PARTS = {"organic_gmv", "ad_share"}  # take the GMV for a part of all sales
WITHHELD = {
    "audience": _(
        "Who is in an audience changes from day to day and is not kept with what was seen. Split by ad group: each has "
        "its audiences."
    )
}  # what others split by, and why it is no dimension


def refusal(
    measure: str, *, dimensions: Iterable[str], clock: str | None = None, model: str | None = None
) -> str | Promise | None:
    """Return why a measure is not offered by these dimensions (of rows and filters), clock and model, or None."""
    families = families_of(measure)
    if model == CLAIMED and measure in OF_PARTS:
        return NO_REST
    if clock == TOUCH and Family.SHOP in families:
        return NO_TOUCH
    for code in dimensions:
        lacking = families - DIMENSIONS[code].families
        if lacking:
            return UNKNOWN[min(lacking)]
    return None


def matrix() -> list[dict]:
    """Return every dimension with the measures that are offered by it, for programs and for the builder."""
    known = {code: {measure: refusal(measure, dimensions=[code]) for measure in MEASURES} for code in DIMENSIONS}
    withheld = {code: dict.fromkeys(MEASURES, why) for code, why in WITHHELD.items()}
    return [
        {
            "dimension": code,
            "measures": [measure for measure, why in refusals.items() if why is None],
            "not_offered": {measure: why for measure, why in refusals.items() if why is not None},
        }
        for code, refusals in (known | withheld).items()
    ]


def grouped() -> dict[Group, list[str]]:
    """Return the codes of the dimensions by their group, in order."""
    return {group: [code for code, each in DIMENSIONS.items() if each.group == group] for group in Group}
