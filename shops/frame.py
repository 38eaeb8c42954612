"""What every page's frame needs: where we are, and where this person may go."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from chengfeng import clock

from .models import Merchant
from .tenancy import Access, merchants_of

THEMES = {"light", "dark"}


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the navigation offers, by the name of its address; `holds` names those it leads to elsewhere."""

    name: str
    title: str
    icon: str
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A place as one page shows it."""

    url: str
    title: str
    icon: str
    is_current: bool


CONSOLE = (
    (
        _("Overview"),
        (
            Place("reports:cockpit", _("Cockpit"), "gauge"),
            Place("reports:reports", _("Reports"), "chart-dots", ("reports:season",)),
            Place("reports:exports", _("Exports"), "file-download"),
        ),
    ),
    (
        _("Orders and service"),
        (
            Place("orders:orders", _("Orders"), "receipt"),
            Place("orders:cases", _("After the sale"), "receipt-refund"),
            Place("orders:voucher_verification", _("Vouchers"), "ticket"),
            Place("orders:bookings", _("Bookings"), "calendar-event"),
            Place("shops:reviews", _("Reviews"), "star"),
        ),
    ),
    (
        _("Shop"),
        (
            Place("shops:products", _("Products"), "package"),
            Place("shops:imports", _("Imports"), "file-upload"),
            Place("shops:notes", _("Notes"), "photo-heart"),
            Place("shops:shipping", _("Shipping"), "truck-delivery"),
            Place("shops:stores", _("Stores"), "building-store"),
        ),
    ),
    (
        _("Marketing"),
        (
            Place("shops:promotions", _("Promotions"), "discount"),
            Place("shops:flash_sales", _("Flash sales"), "bolt"),
            Place("shops:presales", _("Presales"), "calendar-dollar"),
        ),
    ),
    (
        _("Advertising"),
        (
            Place("ads:campaigns", _("Campaigns"), "speakerphone"),
            Place("ads:approvals", _("Approvals"), "user-check"),
            Place("ads:insight", _("Auction insight"), "gavel"),
            Place("ads:audiences", _("Audiences"), "users-group"),
            Place("ads:predictions", _("Predictions"), "target"),
            Place("ads:wallet", _("Wallet"), "wallet"),
            Place("ads:traffic", _("Traffic quality"), "shield-check"),
        ),
    ),
    (
        _("Money"),
        (
            Place("orders:settlement", _("Settlement"), "cash"),
            Place("reports:reconciliation", _("Reconciliation"), "scale"),
        ),
    ),
    (
        _("Merchant"),
        (
            Place("shops:people", _("People"), "users"),
            Place("shops:tokens", _("Tokens"), "key"),
            Place("shops:webhooks", _("Webhooks"), "webhook"),
            Place("shops:audit", _("Audit"), "history"),
            Place("shops:settings", _("Settings"), "settings"),
        ),
    ),
)
KEY_ACCOUNTS = (
    _("Key accounts"),
    (
        Place("shops:ka_brands", _("Brands"), "briefcase"),
        Place("reports:portfolio", _("Portfolio"), "chart-dots"),
        Place("reports:portfolio_reports", _("Reports"), "file-download", ("reports:ka_season",)),
    ),
)
AGENCIES = (
    _("Agencies"),
    (Place("reports:portfolio_reports", _("Reports"), "chart-dots", ("reports:ka_season",)),),
)
OPERATOR = (
    _("Operator"),
    (
        Place("reports:platform", _("Marketplace"), "chart-dots"),
        Place("shops:platform_promotions", _("Promotions"), "discount"),
        Place("orders:disputes", _("Disputes"), "scale"),
        Place("shops:platform_reviews", _("Reviews"), "star"),
        Place("orders:payouts", _("Payouts"), "building-bank"),
        Place("ads:ad_review", _("Review of ads"), "checklist"),
        Place("ads:platform_traffic", _("Traffic quality"), "shield-check"),
        Place("ads:grants", _("Advertising grants"), "gift"),
        Place("orders:commission", _("Commission"), "percentage"),
        Place("ads:platform_predictions", _("Predictions"), "target"),
        Place("reports:reconciliations", _("Reconciliation"), "scale"),
        Place("admin:index", _("Administration"), "shield-cog"),
    ),
)


def frame(request: HttpRequest) -> dict:
    """Return the template context of the frame; what costs a query is looked up when a page asks for it."""
    access = getattr(request, "access", None)
    theme = request.COOKIES.get("theme")
    return {
        "access": access,
        "merchant": access and access.merchant,
        "theme": theme if theme in THEMES else "",
        "navigation": SimpleLazyObject(lambda: console_navigation(access, path=request.path) if access else []),
        "ka_navigation": SimpleLazyObject(lambda: lent_navigation(request)),
        "operator_navigation": SimpleLazyObject(lambda: navigation(*OPERATOR, path=request.path)),
        "my_merchants": SimpleLazyObject(lambda: my_merchants(request)),
    }


def lent_navigation(request: HttpRequest) -> list[tuple[str, list[Link]]]:
    """Return the pages over all merchants that are lent to the person: those of managers, or those of agencies."""
    return navigation(*(KEY_ACCOUNTS if request.user.is_ka_manager else AGENCIES), path=request.path)


def my_merchants(request: HttpRequest) -> list[Merchant]:
    """Return the merchants that the person may enter now."""
    return list(merchants_of(request.user, at=clock.now()))


def console_navigation(access: Access, *, path: str = "") -> list[tuple[str, list[Link]]]:
    """Return the titled groups of console pages that this access opens; the one that holds `path` is current."""
    opened = [(title, [place for place in places if opens(access, place)]) for title, places in CONSOLE]
    code = access.merchant.code
    current = holding(path, [place for _title, places in opened for place in places], code)
    return [(title, links(places, current, code)) for title, places in opened if places]


def navigation(title: str, places: Iterable[Place], *, path: str = "") -> list[tuple[str, list[Link]]]:
    """Return one titled group of the pages that exist; the one that holds `path` is current."""
    there = [place for place in places if exists(place.name)]
    return [(title, links(there, holding(path, there)))]


def links(places: Iterable[Place], current: Place | None, *code: str) -> list[Link]:
    return [Link(reverse(place.name, args=code), place.title, place.icon, place is current) for place in places]


def holding(path: str, places: Iterable[Place], *code: str) -> Place | None:
    """Return the place under whose longest address `path` lies, or None."""
    addresses = [(reverse(name, args=code), place) for place in places for name in (place.name, *place.holds)]
    under = [(address, place) for address, place in addresses if path.startswith(address)]
    return max(under, key=lambda found: len(found[0]), default=("", None))[1]


def opens(access: Access, place: Place) -> bool:
    """Whether the guard of a console page lets this access in; a page that does not exist lets nobody in."""
    right = right_of(place.name)
    return right is not None and access.may(right)


@cache
def right_of(name: str) -> str | None:
    """Return the right that the guard of the console page of that name asks for."""
    try:
        return getattr(resolve(reverse(name, args=["mch_0"])).func, "right", None)
    except NoReverseMatch:
        return None


@cache
def exists(name: str) -> bool:
    """Whether there is a page of that name."""
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False


def first_page(access: Access) -> str:
    """Return the address at which a person starts in a merchant's console; empty when nothing is open."""
    return next((link.url for _title, group in console_navigation(access) for link in group), "")
