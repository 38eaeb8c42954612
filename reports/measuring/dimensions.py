"""What a report may be split by: each dimension, its type, and which families of measures know it."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Family(StrEnum):
    """Where measures come from; all measures of a family know the same dimensions."""

    SEEN = "seen"  # events of ads
    SPENT = "spent"  # charges and what was given back of them
    CREDITED = "credited"  # sales credited to touches by the rule
    RETURNED = "returned"  # what refunds took back of credits, by the date of the refund
    CLAIMED = "claimed"  # what each campaign would claim for itself
    SHOP = "shop"  # all sales, whoever brought them


class Type(StrEnum):
    """What values of a dimension are: `code` is the public code of a row, which has a name."""

    DATE = "date"
    NUMBER = "number"
    CODE = "code"
    TEXT = "text"


class Group(StrEnum):
    TIME = "time"
    ADS = "ads"
    ADVERTISED = "advertised"
    SOLD = "sold"
    CUSTOMER = "customer"


GROUPS = {
    Group.TIME: _("Time"),
    Group.ADS: _("Advertising"),
    Group.ADVERTISED: _("What was advertised"),
    Group.SOLD: _("What was bought"),
    Group.CUSTOMER: _("Customers and shops"),
}

NEW, RETURNING = "new", "returning"  # values of customer

ALL = frozenset(Family)
OF_ADS = ALL - {Family.SHOP}
OF_SALES = ALL - {Family.SEEN, Family.SPENT}


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: `is_calendar` ones are matched by position where periods are compared, all others by value."""

    code: str
    label: str | Promise
    meaning: str | Promise
    group: Group
    type: Type
    families: frozenset[Family]
    is_calendar: bool = False


def _time(code: str, label, meaning, value: Type = Type.DATE) -> Dimension:
    return Dimension(code, label, meaning, Group.TIME, value, ALL, is_calendar=value == Type.DATE)


def _ads(code: str, label, meaning, value: Type = Type.CODE) -> Dimension:
    return Dimension(code, label, meaning, Group.ADS, value, OF_ADS)


def _advertised(code: str, label, meaning, value: Type) -> Dimension:
    return Dimension(code, label, meaning, Group.ADVERTISED, value, OF_ADS)


def _sold(code: str, label, meaning, value: Type) -> Dimension:
    return Dimension(code, label, meaning, Group.SOLD, value, OF_SALES)


_ALL = [
    _time("day", _("Day"), _("Day in the shop's time zone.")),
    _time("week", _("Week"), _("Week in the shop's time zone, named by its Monday.")),
    _time("month", _("Month"), _("Month in the shop's time zone, named by its first day.")),
    _time("hour", _("Hour"), _("Hour of the day in the shop's time zone, 0 to 23."), Type.NUMBER),
    _time("weekday", _("Weekday"), _("Day of the week in the shop's time zone, 1 for Monday."), Type.NUMBER),
    _ads("campaign", _("Campaign"), _("Campaign of the ad.")),
    _ads("group", _("Ad group"), _("Ad group of the ad.")),
    _ads("ad", _("Creative"), _("The ad itself: a product, or a note that leads to it.")),
    _ads("keyword", _("Keyword"), _("Keyword that brought the ad into a search; none outside searches.")),
    _ads("term", _("Search term"), _("What was searched for when the ad was shown; none outside searches.")),
    _ads("placement", _("Placement"), _("Where the ad was shown."), Type.TEXT),
    _ads("touch", _("Kind of touch"), _("Click, viewable impression or another event."), Type.TEXT),
    _advertised("advertised_product", _("Advertised product"), _("Product that the ad showed."), Type.CODE),
    _advertised("advertised_brand", _("Advertised brand"), _("Brand of the product at the time of the ad."), Type.TEXT),
    _advertised(
        "advertised_category", _("Advertised category"), _("Category of the product at the time of the ad."), Type.CODE
    ),
    _sold("product", _("Product bought"), _("Product that was bought."), Type.CODE),
    _sold("sku", _("SKU bought"), _("Variant that was bought."), Type.CODE),
    _sold("brand", _("Brand bought"), _("Brand of what was bought, at that time."), Type.TEXT),
    _sold("category", _("Category bought"), _("Category of what was bought, at that time."), Type.CODE),
    Dimension(
        "region", _("Region"), _("Province to which the order was sent."), Group.CUSTOMER, Type.TEXT, OF_SALES
    ),
    Dimension(
        "customer", _("New or returning"),
        _("New: nothing bought in the shop in the 365 days before the payment."), Group.CUSTOMER, Type.TEXT, OF_SALES,
    ),
    Dimension("merchant", _("Shop"), _("Shop, in reports over several."), Group.CUSTOMER, Type.CODE, ALL),
]  # fmt: skip

DIMENSIONS: dict[str, Dimension] = {dimension.code: dimension for dimension in _ALL}
CALENDAR = frozenset(dimension.code for dimension in _ALL if dimension.is_calendar)
