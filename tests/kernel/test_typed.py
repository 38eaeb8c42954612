"""What people type is kept without the characters that nobody sees."""

import pytest
from django import forms
from rest_framework import serializers

from chengfeng.typed import TypedField, TypedText


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202a138 0000 0000\u202c", "138 0000 0000"),  # as copied out of a list of contacts
        ("Sam\u202egpj.exe", "Samgpj.exe"),
        ("\u2066S\u2069\u200bam\ufeff ", "Sam"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🌾", "👩\u200d🌾"),
    ],
)
def test_marks_of_direction_and_invisible_characters_are_taken_out(typed, kept):
    assert (TypedField().clean(typed), TypedText().run_validation(typed)) == (kept, kept)


def test_a_text_of_nothing_that_is_seen_is_missing():
    for field, error in (
        (TypedField().clean, forms.ValidationError),
        (TypedText().run_validation, serializers.ValidationError),
    ):
        with pytest.raises(error):
            field("\u200b\u200d \u202e")
