"""Reading the JSON that programs send."""

import json
import re

from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.utils.json import strict_constant

HALF_A_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")  # may be one: the other half may follow


class JSONParser(parsers.JSONParser):
    """JSON in UTF-8: no NaN, no half characters, which no database takes, not nested without end."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            text = stream.read().decode()
            data = json.loads(text, parse_constant=strict_constant)
            if HALF_A_CHARACTER.search(text):
                json.dumps(data, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError(f"This is no JSON: {error}") from error
        return data
