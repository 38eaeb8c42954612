"""Problem documents: which path an error has."""

import pytest
from rest_framework import serializers

from chengfeng.http import field_errors


class Line(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=1)


class Parcel(serializers.Serializer):
    lines = Line(many=True, max_length=2, allow_empty=False)

    def validate(self, wanted):
        raise serializers.ValidationError("Never.", "never")


def paths(body) -> list[tuple[str, str]]:
    wanted = Parcel(data=body)
    assert not wanted.is_valid()
    return [(error["field"], error["rule"]) for error in field_errors(wanted.errors)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"lines": [{"quantity": 1}, {"quantity": 0}]}, [("lines.1.quantity", "min_value")]),
        ({"lines": []}, [("lines", "empty")]),
        ({"lines": [{"quantity": 1}] * 3}, [("lines", "max_length")]),
        ({"lines": "x"}, [("lines", "not_a_list")]),
        ({"lines": [3]}, [("lines.0", "invalid")]),
        ({"lines": [{"quantity": 1}]}, [("non_field_errors", "never")]),
    ],
)
def test_an_error_has_the_path_of_what_is_wrong(body, expected):
    assert paths(body) == expected
