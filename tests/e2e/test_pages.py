"""Every page that each person of the cast can reach: nothing breaks, nothing overflows, everything has a name."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from .conftest import DESK, PHONE, Window
from .crowd import CONTACT, Client
from .stack import Stack

CAST = ("alice", "bob", "dana", "fay", "charlie", "kai", "oscar", "sam", "")  # the last one is not logged in
LEFT_OUT = {  # no pages: files, and what only a form leads to
    "logout", "set_language", "schema", "export_file", "media", "orders_csv", "orders_xlsx", "orders_file_template",
    "statement_file", "wallet_file", "season_brands_file", "ka_season_brands_file", "ka_season_merchants_file",
    "platform_season_brands_file", "platform_season_merchants_file", "import_problems", "case_photo", "my_case_photo",
    "dispute_photo", "my_data_file", "run_file", "run_changes_file", "portfolio_run_file", "portfolio_run_changes_file",
    "report_rows_file", "path_run_file",
}  # fmt: skip
MOST = 120
HERE = Path(__file__).parent
UNSOUND, TOO_WIDE = ((HERE / name).read_text() for name in ("unsound.js", "too_wide.js"))
WHEN_SETTLED = "document.addEventListener('htmx:afterSettle', () => { document.body.dataset.settled = 1; });"
LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => link.href)"


@pytest.fixture(scope="module")
def market(site) -> dict:
    """The market after a day of business: an order by an ad, one without, a refund, a parcel."""
    world = site.world("market")
    live_through_a_day(site, world)
    return world


def live_through_a_day(site: Stack, world: dict) -> None:
    merchant = Client(site.port, {"Authorization": f"Bearer {world['token']}"})
    shoppers = [Client(site.port, {}).call("POST", "shoppers")["shopper"] for _ in range(3)]
    orders = [buy(site, world, variant, sealed) for variant, sealed in enumerate(shoppers)]
    line = merchant.call("GET", f"orders/{orders[0]}")["lines"][0]["code"]
    merchant.call("POST", f"orders/{orders[0]}/refunds", {"lines": [{"line": line, "quantity": 1}]})
    merchant.call("POST", "shipments", {"shipments": [{"order": orders[1], "carrier": "SF", "tracking": "SF1"}]})
    merchant.call("POST", "shipping-templates", {"name": "Boxes", "rates": [{"regions": [], "first_price": "8.00"}]})
    line = merchant.call("GET", f"orders/{orders[2]}")["lines"][0]["code"]
    asked = {"order": orders[2], "kind": "refund", "reason": "other", "lines": [{"line": line, "quantity": 1}]}
    Client(site.port, {"X-Shopper": shoppers[2]}).call("POST", "my/cases", asked)


def buy(site: Stack, world: dict, variant: int, sealed: str) -> str:
    shopper = Client(site.port, {"X-Shopper": sealed})
    wanted = {"lines": [{"variant": world["variants"][variant], "quantity": 1}], **CONTACT}
    checkout = shopper.call("POST", "checkouts", wanted)
    shopper.call("POST", f"checkouts/{checkout['code']}/payments", {"source": "approve"})
    return checkout["orders"][0]["code"]


def route(address: str, origin: str) -> str | None:
    """Return the name of the route behind an address of the site; None when it is no page to look at."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != origin:
        return None
    try:
        found = resolve(parts.path)
    except Resolver404:
        return f"unknown {parts.path}"
    if found.url_name in LEFT_OUT or parts.path.startswith(("/api/", "/static/")) or found.app_names == ["admin"]:
        return None
    return found.view_name


def pages(window: Window) -> Iterator[str]:
    """Open one page per route, breadth first, beginning at the feed and the person's own place."""
    waiting, seen = ["/", "/home/"], set()
    while waiting and len(seen) < MOST:
        window.visit(waiting.pop(0))
        seen.add(route(window.page.url, window.origin))
        yield window.page.url
        for address in window.page.evaluate(LINKS):
            name = route(address, window.origin)
            if name and name not in seen:
                seen.add(name)
                waiting.append(address)


def faults(window: Window) -> list[str]:
    """Return what is wrong with the open page, on what it was opened on and on the other of phone and desk."""
    page = window.page
    found = page.evaluate(UNSOUND) + page.evaluate(TOO_WIDE)
    page.set_viewport_size(DESK if page.viewport_size == PHONE else PHONE)
    return found + page.evaluate(TOO_WIDE)


def crawl(window: Window) -> tuple[list[str], list[str]]:
    """Return the paths looked at, and every fault with its path."""
    looked_at, found = [], []
    for address in pages(window):
        path = address.removeprefix(window.origin)
        looked_at.append(path)
        found += [f"{path}: {fault}" for fault in faults(window)]
    return looked_at, found


@pytest.mark.parametrize("name", CAST)
def test_every_page_of_everybody_is_sound(market, window, name):
    look = window(viewport=PHONE)
    if name:
        look.log_in(f"{name}@example.org", market["password"])
    looked_at, found = crawl(look)
    assert found == []
    assert 6 <= len(looked_at) < MOST


def test_the_pages_of_an_owner_are_sound_in_chinese(market, window):
    look = window(language="zh-hans", viewport=PHONE)
    look.log_in("alice@example.org", market["password"])
    _, found = crawl(look)
    assert found == []
    assert look.page.locator("html").get_attribute("lang") == "zh-hans"


def test_a_swap_is_silent_beside_what_the_browser_has_styled(market, window):
    look = window()
    look.log_in("sam@example.org", market["password"])
    look.visit("/my/addresses/new/")
    look.page.locator("#id_street").evaluate("(field) => { field.style.width = '20em'; }")  # as a dragged corner does
    look.page.evaluate(WHEN_SETTLED)
    look.page.locator("#id_country").select_option("JP")
    look.page.wait_for_selector("[data-settled]", state="attached")
    assert look.page.locator("#id_country").input_value() == "JP"
