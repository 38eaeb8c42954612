"""Every page that each person of the cast can reach: nothing breaks, nothing overflows, everything has a name.

Pages that differ are shown in the browser, each once: one that is built like one shown before, with the same elements,
classes and attributes in its main part and only other texts, is read. What is read is fetched as its person, with what
it loads by itself, and looked through for names and links; it has to be measured no second time.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

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
    "report_rows_file", "paths_file", "path_run_file",
}  # fmt: skip
MOST = 120
HERE = Path(__file__).parent
BUILT, UNSOUND, TOO_WIDE, READ = (
    (HERE / name).read_text() for name in ("built.js", "unsound.js", "too_wide.js", "read.js")
)
READ_FROM = f"(address) => ({READ})(address, {BUILT}, {UNSOUND})"
BUILT_OF = f"(text) => ({BUILT})(new DOMParser().parseFromString(text, 'text/html'))"
UNSOUND_HERE = f"() => ({UNSOUND})(document)"
LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => link.href)"
WHEN_SETTLED = "document.addEventListener('htmx:afterSettle', () => { document.body.dataset.settled = 1; });"


@pytest.fixture(scope="module")
def busy_market(site, market) -> dict:
    """The market after a day of business: orders paid, a refund, a parcel, a case."""
    live_through_a_day(site, market)
    return market


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


@dataclass
class Walk:
    """A person's way through the site, breadth first, one page per route, from the feed and the person's own place.

    `shown` holds, for every route, how the pages are built that somebody has been shown.
    """

    window: Window
    shown: dict[str | None, set[str]]
    looked_at: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def go(self) -> None:
        waiting, seen = ["/", "/home/"], set()
        while waiting and len(seen) < MOST:
            page = self._look(waiting.pop(0))
            seen.add(route(page["url"], self.window.origin))
            for address in page["links"]:
                name = route(address, self.window.origin)
                if name and name not in seen:
                    seen.add(name)
                    waiting.append(address)

    def _look(self, address: str) -> dict:
        """Read a page, or have it shown where none was that is built like it; return its address and links.

        An address that leads to another has shown nothing itself, so everybody's own place is shown to everybody; so
        is the first page, for an empty window fetches nothing.
        """
        is_known = self.looked_at and self._shown_at(address)
        page = self.window.page.evaluate(READ_FROM, address) if is_known else None
        if page is None or page["built"] not in self._shown_at(page["url"]):
            page = self._show(address)
        path = page["url"].removeprefix(self.window.origin)
        self.looked_at.append(path)
        self.faults += [f"{path}: {fault}" for fault in page["faults"]]
        return page

    def _show(self, address: str) -> dict:
        """Open a page, look through what it has become, and measure it on phone and desk."""
        answer, page = self.window.visit(address), self.window.page
        self._shown_at(page.url).add(page.evaluate(BUILT_OF, answer.text()))
        told = {"url": page.url, "links": page.evaluate(LINKS)}
        faults = page.evaluate(UNSOUND_HERE) + page.evaluate(TOO_WIDE)
        page.set_viewport_size(DESK if page.viewport_size == PHONE else PHONE)
        return told | {"faults": faults + page.evaluate(TOO_WIDE)}

    def _shown_at(self, address: str) -> set[str]:
        return self.shown[route(urljoin(self.window.origin, address), self.window.origin)]


@pytest.fixture(scope="module")
def shown() -> dict[str | None, set[str]]:
    return defaultdict(set)


@pytest.mark.parametrize("name", CAST)
def test_every_page_of_everybody_is_sound(busy_market, window, shown, name):
    look = window(viewport=PHONE)
    if name:
        look.log_in(f"{name}@example.org", busy_market["password"])
    walk = Walk(look, shown)
    walk.go()
    assert walk.faults == []
    assert 6 <= len(walk.looked_at) < MOST


def test_the_pages_of_an_owner_are_sound_in_chinese(busy_market, window):
    look = window(language="zh-hans", viewport=PHONE)
    look.log_in("alice@example.org", busy_market["password"])
    walk = Walk(look, defaultdict(set))
    walk.go()
    assert walk.faults == []
    assert look.page.locator("html").get_attribute("lang") == "zh-hans"


def test_a_swap_is_silent_beside_what_the_browser_has_styled(busy_market, window):
    look = window()
    look.log_in("sam@example.org", busy_market["password"])
    look.visit("/my/addresses/new/")
    look.page.locator("#id_street").evaluate("(field) => { field.style.width = '20em'; }")  # as a dragged corner does
    look.page.evaluate(WHEN_SETTLED)
    look.page.locator("#id_country").select_option("JP")
    look.page.wait_for_selector("[data-settled]", state="attached")
    assert look.page.locator("#id_country").input_value() == "JP"
