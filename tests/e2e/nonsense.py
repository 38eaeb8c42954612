"""Requests made from an OpenAPI document: examples that fit it, and nonsense in every place of them."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

WIDE = b"[" + b"{}," * 999 + b"{}]"
DEEP = '{"a":' * 3000 + "1" + "}" * 3000
VALUES = [
    None, True, -1, 0, 1.5, 10**30, 2**31, 2**63, "", " ", "x", "\0", "a\0b", "\ud800", "’; --", "NaN", "1e400", "-1",
    "99999999999999999999", "0.000001", "3000-13-45T99:99:99Z", "2026-01-01T00:00:00", "漢" * 10_000, [], {}, [[]],
    [None], {"a": {"b": []}}, ["x"] * 2000,
]  # fmt: skip
SHAPES = [b"", b"null", b"[]", b"{}", b"1", b'"text"', b"true", WIDE]  # which an operation has to look into itself
UNREADABLE = [
    b"{", b'{"a":', b"\xff\xfe\x00", b'{"a": "\xc3\x28"}', b'{"a": NaN}', b'{"a": 1e999}',
    b'{"a": ' + b"9" * 5000 + b"}", b"[" * 5000, DEEP.encode(), b'"' + b"x" * 6_000_000 + b'"',
]  # fmt: skip
TYPES = [
    "application/json; charset=zlib", "application/json; charset=utf-16", "text/plain", "application/xml",
    "application/x-www-form-urlencoded", "multipart/form-data", "nonsense", "",
]  # fmt: skip
WORDS = ["", "x", "-1", "0", "99999999999999999999", "1.5", "\0", "%", "漢" * 300, "a" * 10_000, "2026-02-30", "null"]
REFUSED_EACH = 3
KEYS = ["", "k" * 81, "k" * 10_000, "\x7f", "漢"]


@dataclass(frozen=True)
class Sent:
    """One request: what it is about is in `what`, for the report of a failure."""

    what: str
    path: str
    body: bytes = b""
    content_type: str = "application/json"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One method of one path of the document; `known` are values that lead somewhere, by their names."""

    document: Mapping[str, Any]
    path: str
    method: str
    known: Mapping[str, Any]

    @property
    def spec(self) -> Mapping[str, Any]:
        return self.document["paths"][self.path][self.method]

    def example(self) -> Any:
        """A body that fits the document, None when the operation takes none."""
        content = self.spec.get("requestBody", {}).get("content", {})
        return self._value(content["application/json"]["schema"]) if "application/json" in content else None

    def requests(self, *, limit: int) -> Iterator[Sent]:
        """Yield the example, every other shape of body, and at most `limit` wrong values, always the same ones.

        Of what is refused before an operation sees it, some are sent to each, and so each to some.
        """
        body, chance = self.example(), Random(f"{self.method} {self.path}")
        yield self._sent("the example", body)
        if body is not None:
            raws = [*SHAPES, *chance.sample(UNREADABLE, REFUSED_EACH)]
            yield from (self._sent(f"body {raw[:20]!r}", raw) for raw in raws)
            types = chance.sample(TYPES, REFUSED_EACH)
            yield from (self._sent(f"content type {name!r}", body, content_type=name) for name in types)
        makers = (self._wrong_bodies, self._wrong_queries, self._wrong_paths, self._wrong_keys)
        wrong = [sent for maker in makers for sent in maker(body)]
        yield from chance.sample(wrong, min(limit, len(wrong)))

    def _wrong_bodies(self, body: Any) -> Iterator[Sent]:
        for place in places(body):
            for value in VALUES:
                yield self._sent(f"{'.'.join(map(str, place))} = {value!r:.40}", put(body, place, value))

    def _wrong_queries(self, body: Any) -> Iterator[Sent]:
        for name in self._parameters("query"):
            yield from (self._sent(f"?{name}={word:.40}", body, query={name: word}) for word in WORDS)

    def _wrong_paths(self, body: Any) -> Iterator[Sent]:
        for name in self._parameters("path"):
            for word in filter(None, WORDS):
                yield self._sent(f"{{{name}}} = {word:.40}", body, known={**self.known, name: word})

    def _wrong_keys(self, body: Any) -> Iterator[Sent]:
        if self.method != "get":
            yield from (self._sent(f"key {key:.40}", body, headers={"Idempotency-Key": key}) for key in KEYS)

    def _sent(self, what: str, body: Any, *, known: Mapping | None = None, **others) -> Sent:
        path = self.path
        for name in self._parameters("path"):
            path = path.replace(f"{{{name}}}", quote(str((known or self.known).get(name, "x")), safe=""))
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Sent(what, path, raw, **others)

    def _parameters(self, place: str) -> list[str]:
        return [p["name"] for p in self.spec.get("parameters", []) if p["in"] == place]

    def _value(self, schema: Mapping[str, Any], name: str = "") -> Any:
        schema = self._resolved(schema)
        if name in self.known:
            return self.known[name]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "array":
            return [self._value(schema["items"], name)]
        if "properties" in schema:
            own = {n: s for n, s in schema["properties"].items() if not s.get("readOnly")}
            return {n: self._value(s, n) for n, s in own.items()}
        return {"integer": 1, "number": 1, "boolean": True, "object": {}}.get(schema.get("type"), "text")

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        for word in ("allOf", "oneOf", "anyOf"):
            if word in schema:
                return self._resolved(schema[word][0])
        if "$ref" in schema:
            return self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema


def places(value: Any, way: tuple = ()) -> Iterator[tuple]:
    """Yield the way to every value inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield (*way, key)
        yield from places(part, (*way, key))


def put(value: Any, way: tuple, wrong: Any) -> Any:
    """Return a copy with another value in that place."""
    copied = copy.deepcopy(value)
    holder = copied
    for key in way[:-1]:
        holder = holder[key]
    holder[way[-1]] = wrong
    return copied
