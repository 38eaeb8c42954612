"""Text as people type it: without the characters that nobody sees and that make a text read other than it is stored.

They come along unnoticed when numbers and names are copied, so they are taken out and not refused. What joins or parts
letters (U+200C, U+200D) stays inside a text, for Persian, Indian names and emoji are written with it.
"""

import re

from django import forms
from rest_framework import serializers

UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """Return a text without marks of direction and invisible characters.

    >>> visible("\u202aSam\u202c\u200b")
    'Sam'
    """
    seen = UNSEEN.sub("", text)
    return seen if seen.strip(JOINERS + " ") else ""


class TypedField(forms.CharField):
    """A text of a form, made visible before it is judged."""

    def to_python(self, value: object) -> str:
        return super().to_python(visible(value) if isinstance(value, str) else value)


class TypedText(serializers.CharField):
    """A text of a program's request, made visible before it is judged."""

    def run_validation(self, data: object = serializers.empty) -> str:
        return super().run_validation(visible(data) if isinstance(data, str) else data)
