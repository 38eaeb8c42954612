"""The loop in a browser: an ad is seen, clicked, bought and paid; the cockpit shows it; the refund takes it back."""

import re
import time
from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation

from .conftest import DESK, PHONE, Window
from .stack import Stack, until

ADVERTISED = {"en": "Hand-woven bamboo lamp", "zh-hans": "手工竹编台灯"}
PRICE = Decimal("128")


def word(english: str, language: str, **values: str) -> str:
    """Return one of the site's texts in that language."""
    with translation.override(language):
        return translation.gettext(english) % values


def amount(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.]", "", text) or "0")


def button(window: Window, english: str, language: str, *, exact: bool = False):
    return window.page.get_by_role("button", name=word(english, language), exact=exact)


def shop(window: Window, language: str) -> str:
    """Meet the advertised product, click it, buy one and stand before the payment; return the checkout's code."""
    find_the_ad(window, language).click()
    window.page.wait_for_url("**/p/prd_*/")
    assert window.page.locator("h1").inner_text() == ADVERTISED[language]
    button(window, "Buy now", language).click()
    window.page.wait_for_url("**/checkout/**")
    for name, text in (("email", "sam@example.org"), ("recipient", "Sam"), ("street", "1 Road")):
        window.page.fill(f"[name={name}]", text)
    window.page.select_option("[name=region]", "浙江省")
    window.page.select_option("select[name=city]", "杭州市")
    window.page.locator("#districts option").first.wait_for(state="attached")
    window.page.fill("[name=district]", "西湖区")
    button(window, "Order and pay", language).click()
    window.page.wait_for_url("**/pay/chk_*/")
    return window.page.url.rstrip("/").rpartition("/")[2]


def find_the_ad(window: Window, language: str):
    """Open the feed until an ad is in it – each web process learns of new campaigns by itself – and look at it."""
    ad = window.page.locator("[data-token]").filter(has_text=ADVERTISED[language]).first

    def is_served() -> bool:
        window.visit("/")
        return ad.count() == 1

    until(is_served, "an ad in the feed", within=15)
    ad.scroll_into_view_if_needed()
    assert word("Sponsored", language) in ad.inner_text()
    window.page.wait_for_selector("[data-token][data-viewable]", state="attached")
    return ad.get_by_role("link")


def pay(window: Window, language: str) -> float:
    """Pay in the sandbox; return the moment at which the shopper was told that it is paid."""
    window.page.locator("button[name=source][value=approve]").click()
    window.page.get_by_role("heading", name=word("Thank you, it is paid", language)).wait_for()
    return time.monotonic()


def cockpit(window: Window, merchant: str) -> dict[str, Decimal]:
    """Open the cockpit of today and read its lead numbers and what the campaign brought in."""
    window.visit(f"/console/{merchant}/?preset=today")
    return figures(window)


def figures(window: Window) -> dict[str, Decimal]:
    page = window.page
    read = {name: amount(page.locator(f"#figure-{name}").get_attribute("title")) for name in ("paid_gmv", "spend")}
    row = page.locator("section[aria-labelledby=campaigns-title] tbody tr")
    cells = [amount(text) for text in row.first.locator("td").all_inner_texts()[1:]] if row.count() else [0, 0, 0, 0]
    return read | {"ad_orders": cells[1], "ad_gmv": cells[2]}


def asked_anew(window: Window, merchant: str, figure: str) -> Decimal:
    """Ask the server for the cockpit, past the open page, and read one figure of the answer."""
    html = window.page.request.get(f"{window.origin}/console/{merchant}/?preset=today").text()
    return amount(re.search(rf'id="figure-{figure}"[^>]* title="([^"]*)"', html)[1])


def test_a_sale_knows_its_ad_until_it_is_refunded(site, market, window):
    sam, alice = window(), window(viewport=DESK)
    alice.log_in("alice@example.org", market["password"])
    before = cockpit(alice, market["merchant"])
    assert before == {"paid_gmv": 0, "spend": 0, "ad_orders": 0, "ad_gmv": 0}

    shop(sam, "en")
    paid_at = pay(sam, "en")
    assert time.monotonic() - paid_at < 1
    shown = asked_anew(alice, market["merchant"], "paid_gmv")
    total, spend = site.rows("SELECT (SELECT total FROM orders_order), (SELECT sum(amount) FROM ads_charge)")[0]
    assert shown == total
    assert 0 < spend <= 2
    wanted = {"paid_gmv": total, "spend": round(spend, 2), "ad_orders": 1, "ad_gmv": PRICE}
    until(lambda: figures(alice) == wanted, "the open cockpit renews itself", within=15)

    sam.page.get_by_role("link", name="See the order").click()
    sam.page.wait_for_url("**/my/orders/ord_*/")
    order = sam.page.url.rstrip("/").rpartition("/")[2]
    assert trail(alice, market["merchant"], order) == [PRICE]
    refund(alice, market["merchant"], order)
    assert trail(alice, market["merchant"], order) == [PRICE, Decimal(0)]
    alice.visit(f"/console/{market['merchant']}/?preset=today")
    assert amount(alice.page.locator("#detail-refunds").inner_text()) == PRICE
    assert site.rows("SELECT sum(amount) FROM ads_credit") == [(0,)]
    assert site.violations() == ""


def trail(window: Window, merchant: str, order: str) -> list[Decimal]:
    """Read on the order's trail what the click that earned it is credited with, and what refunds leave of that."""
    window.visit(f"/console/{merchant}/orders/{order}/why/")
    taken = window.page.locator("table.touches tr.is-taken")
    assert taken.count() == 1
    assert "Spring lamps" in taken.inner_text()
    verdict = taken.locator("td.touch-verdict")
    return [amount(text) for text in verdict.locator("strong, strong ~ .text-secondary").all_inner_texts()]


def refund(window: Window, merchant: str, order: str) -> None:
    """Give the whole line back through the console."""
    window.visit(f"/console/{merchant}/orders/{order}/")
    form = window.page.locator("form#refund")
    form.locator(".refund-line input").fill("1")
    form.locator("[name=reason]").fill("Changed my mind")
    form.get_by_role("button").click()
    window.settle()
    window.page.locator("ul.lines li", has_text="Changed my mind").wait_for()


def test_the_same_walk_in_chinese_on_a_phone(site, market, window):
    sam, alice = window(language="zh-hans", viewport=PHONE), window(language="zh-hans", viewport=PHONE)
    sold = site.rows("SELECT count(*) FROM orders_order WHERE state = 'paid'")[0][0]
    shop(sam, "zh-hans")
    pay(sam, "zh-hans")
    assert sam.page.locator("html").get_attribute("lang") == "zh-hans"
    alice.log_in("alice@example.org", market["password"])
    alice.visit(f"/console/{market['merchant']}/?preset=today")
    assert ADVERTISED["zh-hans"] in alice.page.locator("main").inner_text()
    assert site.rows("SELECT count(*) FROM orders_order WHERE state = 'paid'")[0][0] == sold + 1
    assert site.violations() == ""


SCROLL = """(card, part) => {
    const { top, height } = card.getBoundingClientRect();
    const shown = part && part * Math.min(height, innerHeight);
    scrollTo({ top: part ? scrollY + top + shown - innerHeight : 0, behavior: "instant" });
}"""


@dataclass
class Onlooker:
    """A shopper whose page runs on a clock that stands still, and what this page has reported so far."""

    window: Window
    card: object
    said: list[tuple[str, str]]

    def look(self, part: float, *, seconds: float) -> list[str]:
        """Have that part of the ad in view for so long; return the kinds that were reported till now."""
        self.card.evaluate(SCROLL, part)
        self.window.page.wait_for_timeout(150)  # of real time, in which the browser draws
        return self.wait(seconds)

    def wait(self, seconds: float) -> list[str]:
        self.window.page.clock.run_for(round(1000 * seconds))
        return [kind for _token, kind in self.said]


def onlooker(window: Window) -> Onlooker:
    """Open the feed until an ad is in it, below what is in view, and stop the clock of the page."""
    page, said = window.page, []

    def hear(request) -> None:
        if request.url.endswith("/api/v1/events"):
            said.extend((event["token"], event["kind"]) for event in request.post_data_json["events"])

    page.on("request", hear)
    page.clock.install()
    card = page.locator("[data-token]").filter(has_text=ADVERTISED["en"]).first

    def is_served() -> bool:
        window.visit("/")
        return card.count() == 1

    until(is_served, "an ad in the feed", within=15)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 5)
    return Onlooker(window, card, said)


def test_an_ad_is_viewable_once_after_a_second_with_half_of_it_in_view_and_knows_its_click(site, market, window):
    sam = window(viewport={"width": 390, "height": 560})
    begun = site.rows("SELECT now()")[0][0]
    eyes = onlooker(sam)
    token = eyes.card.get_attribute("data-token")
    assert eyes.look(0, seconds=9) == []
    assert eyes.look(0.4, seconds=9) == ["impression"]
    eyes.look(0.8, seconds=0.9)
    assert eyes.look(0, seconds=9) == ["impression"]
    assert eyes.look(0.8, seconds=3) == ["impression", "viewable"]
    eyes.look(0, seconds=9)
    assert eyes.look(1, seconds=9) == ["impression", "viewable"]

    with sam.page.expect_response("**/api/v1/behaviours"):
        eyes.card.get_by_role("link").click()
        sam.page.wait_for_url("**/p/prd_*/")
    assert eyes.wait(14) == ["impression", "viewable"]
    assert eyes.wait(60) == ["impression", "viewable", "engagement"]
    assert {told for told, _kind in eyes.said} == {token}
    kept = ["click", "engagement", "impression", "viewable"]
    until(lambda: kinds(site, "event", "received_at", begun) == kept, "each event once", within=5)
    assert kinds(site, "behaviour", "at", begun) == ["view"]

    product = sam.page.url
    sam.visit("/privacy/")
    sam.page.locator("button[name=personalised][value=no]").click()
    sam.settle()
    with sam.page.expect_response("**/api/v1/behaviours"):
        sam.page.goto(product)
    assert kinds(site, "behaviour", "at", begun) == []


def kinds(site: Stack, table: str, column: str, since) -> list[str]:
    rows = site.rows(f"SELECT kind FROM ads_{table} WHERE {column} >= %s ORDER BY kind", since)
    return [kind for (kind,) in rows]
