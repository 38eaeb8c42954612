"""The frame's tags: icons, money, texts, links, and what templates may not contain."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from chengfeng.templatetags import frame

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path
    for room in ("chengfeng", "shops", "ads", "orders", "reports")
    for path in ROOT.glob(f"{room}/templates/**/*.html")
)


def render(source: str, **context) -> str:
    return Template(source).render(Context(context))


def test_an_icon_is_drawn_and_hidden_from_screen_readers():
    drawn = frame.icon("truck", "text-red")
    assert drawn.startswith('<svg class="icon text-red" aria-hidden="true" focusable="false"')
    assert drawn.count("<path") == 4 and drawn.endswith("</svg>")


def test_an_unknown_icon_is_refused():
    with pytest.raises(LookupError, match="'no-such-icon'"):
        frame.icon("no-such-icon")


ICON = re.compile(r"""{%-? icon ["']([^"']+)["']""")
LOOSE = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*(?:src=|application/json))")


def test_every_template_obeys_the_strict_policy():
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in TEMPLATES}
    assert len(sources) > 100
    assert {path: LOOSE.findall(source) for path, source in sources.items() if LOOSE.search(source)} == {}


def test_every_template_names_icons_that_exist():
    for name in {name for path in TEMPLATES for name in ICON.findall(path.read_text())}:
        frame.drawing(name)


@pytest.mark.parametrize(
    ("amount", "currency", "english", "chinese"),
    [
        ("1234.5000", "CNY", "CN¥1,234.50", "¥1,234.50"),
        ("-3.0000", "CNY", "-CN¥3.00", "-¥3.00"),
        ("0.0123", "CNY", "CN¥0.0123", "¥0.0123"),
        ("1200.0000", "JPY", "¥1,200", "JP¥1,200"),
    ],
)
def test_money_is_written_in_the_reader_s_language_and_never_rounded(amount, currency, english, chinese):
    assert frame.money(Decimal(amount), currency) == english
    with translation.override("zh-hans"):
        assert frame.money(Decimal(amount), currency) == chinese


def test_missing_numbers_are_a_dash():
    assert [frame.money(None, "CNY"), frame.percent(None), frame.count(None)] == ["–", "–", "–"]


def test_ratios_and_counts_are_localised():
    assert frame.percent(Decimal("0.12346")) == "12.35%"
    assert frame.count(1234567) == "1,234,567"


@pytest.mark.parametrize(
    ("language", "title", "title_en", "shown"),
    [
        ("en", "丝巾", "Scarf", "Scarf"),
        ("zh-hans", "丝巾", "Scarf", "丝巾"),
        ("en", "丝巾", "", "丝巾"),
        ("zh-hans", "", "Scarf", "Scarf"),
    ],
)
def test_a_text_comes_in_the_reader_s_language_or_the_other(language, title, title_en, shown):
    both = {"title": title, "title_en": title_en}
    with translation.override(language):
        assert frame.text(both, "title") == shown
        assert frame.text(type("Thing", (), both), "title") == shown


def test_a_link_keeps_the_query(rf):
    context = {"request": rf.get("/?q=silk&page=2&sort=newest")}
    assert render('{% query page=3 sort="" %}', **context) == "?q=silk&amp;page=3"


def test_a_title_is_escaped_once_and_shown_twice():
    source = "{% keep as title %} {{ name }} {% endkeep %}<title>{{ title }}</title><h1>{{ title }}</h1>"
    assert render(source, name="<b>") == "<title>&lt;b&gt;</title><h1>&lt;b&gt;</h1>"


@pytest.mark.parametrize(("state", "colour"), [("paid", "info"), ("active", "success"), ("no such", "secondary")])
def test_a_state_has_a_colour(state, colour):
    assert frame.state_colour(state) == colour
