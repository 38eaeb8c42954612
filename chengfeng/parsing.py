"""Reading the JSON that programs and pages send."""

import json
import re
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.utils.json import strict_constant

HALF_A_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")  # may be one: the other half may follow


def read(text: str) -> Any:
    """Return what a JSON text says; raises ValueError.

    That includes NaN, half characters, which no database takes, and what is nested without end.
    """
    try:
        data = json.loads(text, parse_constant=strict_constant)
    except RecursionError as error:
        raise ValueError(str(error)) from error
    if HALF_A_CHARACTER.search(text):
        json.dumps(data, ensure_ascii=False).encode()
    return data


class JSONParser(parsers.JSONParser):
    """JSON in UTF-8."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return read(stream.read().decode())
        except ValueError as error:
            raise ParseError(f"This is no JSON: {error}") from error
