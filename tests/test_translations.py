"""The Chinese catalogue: every text has one, with the placeholders of its English."""

import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def catalogue():
    path = settings.LOCALE_PATHS[0] / "zh_Hans" / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return [message for message in read_po(file, locale="zh_Hans") if message.id]


def texts(message) -> tuple[str, str]:
    """Return the English (of several, where it counts) and the Chinese."""
    plural = isinstance(message.id, tuple)
    return (message.id[-1], message.string[0]) if plural else (message.id, message.string)


def test_nothing_is_left_untranslated(catalogue):
    assert [message.id for message in catalogue if not texts(message)[1] or message.fuzzy] == []


def test_placeholders_are_kept(catalogue):
    pairs = [texts(message) for message in catalogue]
    assert [en for en, zh in pairs if sorted(PLACEHOLDER.findall(en)) != sorted(PLACEHOLDER.findall(zh))] == []
