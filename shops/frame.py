"""What every page's frame needs: where we are, and where this person may go."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from chengfeng import clock

from .tenancy import Access, merchants_of

THEMES = {"light", "dark"}
CONSOLE = (
    (
        _("Overview"),
        (("reports:cockpit", _("Cockpit"), "gauge"), ("reports:exports", _("Exports"), "file-download")),
    ),
    (
        _("Shop"),
        (
            ("orders:orders", _("Orders"), "receipt"),
            ("shops:products", _("Products"), "package"),
            ("shops:notes", _("Notes"), "photo-heart"),
            ("shops:imports", _("Imports"), "file-upload"),
        ),
    ),
    (
        _("Advertising"),
        (("ads:campaigns", _("Ads"), "speakerphone"), ("ads:wallet", _("Wallet"), "wallet")),
    ),
    (
        _("Merchant"),
        (
            ("shops:people", _("People"), "users"),
            ("shops:tokens", _("Tokens"), "key"),
            ("shops:audit", _("Audit"), "history"),
            ("shops:settings", _("Settings"), "settings"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation."""

    url: str
    title: str
    icon: str
    is_current: bool = False


def frame(request: HttpRequest) -> dict:
    """Return the template context of the frame; `access`, `merchant` and the navigation on console pages."""
    access = getattr(request, "access", None)
    return {
        "access": access,
        "merchant": access and access.merchant,
        "theme": request.COOKIES.get("theme") if request.COOKIES.get("theme") in THEMES else "",
        "navigation": SimpleLazyObject(lambda: console_navigation(access, path=request.path) if access else []),
        "my_merchants": SimpleLazyObject(lambda: my_merchants(request)),
    }


def my_merchants(request: HttpRequest) -> list:
    """Return the merchants that the person may enter now."""
    user = getattr(request, "user", None)
    return list(merchants_of(user, at=clock.now())) if user and user.is_authenticated else []


def console_navigation(access: Access, *, path: str = "") -> list[tuple[str, list[Link]]]:
    """Return the titled groups of console pages that this access opens, the one at `path` marked."""
    groups = [(title, [page for page in pages if opens(access, page[0])]) for title, pages in CONSOLE]
    urls = [reverse(name, args=[access.merchant.code]) for _title, pages in groups for name, *_rest in pages]
    current = max((url for url in urls if path.startswith(url)), key=len, default="")
    return [(title, [link(access, *page, current=current) for page in pages]) for title, pages in groups if pages]


def link(access: Access, name: str, title: str, icon: str, *, current: str) -> Link:
    url = reverse(name, args=[access.merchant.code])
    return Link(url, title, icon, is_current=url == current)


def opens(access: Access, name: str) -> bool:
    """Whether the guard of a console page lets this access in; a page that does not exist lets nobody in."""
    guard = guard_of(name)
    return guard is not None and access.may(guard)


@cache
def guard_of(name: str) -> str | None:
    """Return the right that the console page of that name asks for."""
    try:
        view: Callable = resolve(reverse(name, args=["mch_0"])).func
    except NoReverseMatch:
        return None
    return getattr(view, "right", None)


def first_page(access: Access) -> str:
    """Return the address at which a person starts in a merchant's console; empty when nothing is open."""
    return next((page.url for _title, pages in console_navigation(access) for page in pages), "")
