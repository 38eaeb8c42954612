"""The site under test and the browser that looks at it.

The site is the real one: Granian with two processes, the Celery worker and the beat under their supervisor, on a
PostgreSQL of its own, from a copy of the project in a temporary directory (tests/e2e/stack.py). So several processes
are really there, the candidate index refreshes itself beside the requests, and killing any part hurts nobody else.
Tests speak to it as people and programs do and never through Django's ORM: Playwright keeps an event loop in this
thread, in which Django refuses to use the database. For the same reason the browser lives for one module only.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import migrated

from . import stack

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}
AGENT = (  # a headless one calls itself a robot, whose clicks do not count
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@pytest.fixture(scope="session")
def blueprint(tmp_path_factory) -> Path:
    """A prepared site that does not run: source and migrated database."""
    root = tmp_path_factory.mktemp("blueprint")
    stack.prepare(root, migrated.dump())
    return root


@pytest.fixture(scope="package")
def site(blueprint, tmp_path_factory) -> Iterator[stack.Stack]:
    """A running site, for all tests that do it no harm."""
    with stack.running(tmp_path_factory.mktemp("site") / "root", blueprint) as running:
        yield running


@pytest.fixture(scope="package")
def market(site) -> dict:
    """The market before its first sale, for tests that count what they sell; see `busy_market`."""
    return site.world("market")


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("no Chromium here: install Debian's `chromium` for the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Window:
    """A browser window of one person, which remembers everything that went wrong in it."""

    page: object
    origin: str
    troubles: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self._note(f"uncaught {error}"))
        self.page.on("response", lambda answer: answer.status >= 400 and self._note(f"{answer.status} {answer.url}"))
        self.page.on("requestfailed", self._failed)

    def visit(self, address: str):
        """Open an address of the site and wait until what it loads by itself is there."""
        answer = self.page.goto(f"{self.origin}{address}" if address.startswith("/") else address)
        self.settle()
        return answer

    def settle(self) -> None:
        self.page.wait_for_load_state("load")
        self.page.wait_for_selector(".htmx-request", state="detached")

    def log_in(self, email: str, password: str) -> None:
        """Log in through the form."""
        self.visit("/accounts/login/")
        form = self.page.locator("main form, form[method=post]").filter(has=self.page.locator("[type=password]"))
        form.locator("[name=username]").fill(email)
        form.locator("[name=password]").fill(password)
        form.locator("button").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        self.settle()

    def _heard(self, message) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):  # its answer is noted
            self._note(message.text)

    def _failed(self, request) -> None:
        if request.failure != "net::ERR_ABORTED":  # left the page while it was under way
            self._note(f"{request.failure} {request.url}")

    def _note(self, trouble: str) -> None:
        self.troubles.append(f"{self.page.url}: {trouble}")


@pytest.fixture
def window(chromium, site):
    """A function that opens a window for a person; in the end nothing may have gone wrong in any of them."""
    opened = []

    def open_window(*, language: str = "en", viewport: dict = DESK) -> Window:
        context = chromium.new_context(viewport=viewport, locale=LOCALES[language], user_agent=AGENT)
        context.set_default_timeout(30_000)
        made = Window(context.new_page(), site.url)
        made.watch()
        opened.append(made)
        return made

    yield open_window
    for made in opened:
        made.page.context.close()
    assert [trouble for made in opened for trouble in made.troubles] == []
