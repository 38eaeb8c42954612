"""Examples in the OpenAPI document: for every body and answer that has none of its own, one made of its schema."""

from collections.abc import Iterator, Mapping
from typing import Any

JSON = "application/json"
DEEPEST = 6
FORMATS = {
    "date": "2026-03-10",
    "date-time": "2026-03-10T12:00:00+08:00",
    "decimal": "12.50",
    "email": "sam@example.org",
    "uri": "https://shop.example.org/api/v1/…?page=2",
    "uuid": "0b8e7f52-4c1d-4a7e-9d35-6c2f1a9e8b40",
}
WORDS = {
    "ad": "ad_M3X7WQ2K9TZB4H1C", "audience": "aud_5TZB1H7KQ2M4XW9C", "batch": "bat_9WQ2M4XW7TZB1H5C",
    "bid_mode": "target_roi", "campaign": "cmp_7KQ2M4XW9TZB1H5C", "carrier": "SF", "category": "dresses",
    "change": "chg_2M4XW9TZB1H5C7KQ", "city": "杭州市", "code": "…_7KQ2M4XW9TZB1H5C", "country": "CN",
    "currency": "CNY", "group": "grp_4XW9TZB1H5C7KQ2M", "headline": "Linen for July", "hours": "1" * 168,
    "key": "feed", "merchant": "mch_ZB1H5C7KQ2M4XW9T", "name": "Spring", "name_en": "Spring",
    "note": "nte_1H5C7KQ2M4XW9TZB", "objective": "product_sales", "order": "ord_B1H5C7KQ2M4XW9TZ",
    "pacing": "even", "phone": "13800000000",
    "placement": "feed", "product": "prd_XW9TZB1H5C7KQ2M4", "proposal": "prp_C7KQ2M4XW9TZB1H5",
    "query": "linen dress", "roi_on": "paid", "sku": "S-1", "slug": "linen", "state": "active",
    "street": "1 West Lake Road", "text": "linen dress", "time_zone": "Asia/Shanghai", "title": "Linen dress",
    "title_en": "Linen dress", "token": "AAECAw…", "tracking": "SF1234567890", "variant": "sku_W9TZB1H5C7KQ2M4X",
}  # fmt: skip
PLURALS = {f"{name}s": word for name, word in WORDS.items()} | {"categories": "dresses"}


def add_examples(result: dict, generator: object, request: object, public: bool) -> dict:
    """Give every JSON body and every JSON answer of the document an example (a hook of drf-spectacular)."""
    maker = _Maker(result.get("components", {}).get("schemas", {}))
    for content in _contents(result):
        if JSON in content and not content[JSON].keys() & {"example", "examples"}:
            content[JSON]["example"] = maker.value(content[JSON]["schema"])
    return result


def _contents(document: Mapping) -> Iterator[dict]:
    for item in document["paths"].values():
        for operation in item.values():
            bodies = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
            yield from (body["content"] for body in bodies if "content" in body)


class _Maker:
    """Makes values that fit a schema."""

    def __init__(self, components: Mapping[str, Mapping]):
        self.components = components

    def value(self, schema: Mapping, name: str = "", depth: int = 0) -> Any:
        """Return a value; `name` is what it is called in the object that it belongs to."""
        plain = self._plain(schema)
        for said in ("example", "default"):
            if plain.get(said) is not None:
                return plain[said]
        if "enum" in plain:
            return next((choice for choice in plain["enum"] if choice), None)
        return self._made(plain, name, depth)

    def _plain(self, schema: Mapping) -> Mapping:
        """Follow references, and of several forms take the first."""
        while True:
            parts = schema.get("allOf") or schema.get("oneOf") or schema.get("anyOf")
            if "$ref" in schema:
                schema = self.components[schema["$ref"].rpartition("/")[2]]
            elif parts:
                schema = {key: said for key, said in schema.items() if key == "default"} | parts[0]
            else:
                return schema

    def _made(self, schema: Mapping, name: str, depth: int) -> Any:
        kind = schema.get("type", "object")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return [self.value(schema["items"], name, depth + 1)] if depth < DEEPEST else []
        if kind == "boolean":
            return True
        if kind in ("integer", "number"):
            return _number(schema, kind)
        return _text(schema, name)

    def _object(self, schema: Mapping, depth: int) -> dict[str, Any]:
        if depth >= DEEPEST:
            return {}
        properties = schema.get("properties", {})
        return {name: self.value(each, name, depth + 1) for name, each in properties.items()}


def _number(schema: Mapping, kind: str) -> int | float:
    least = schema.get("minimum", 1)
    return max(least, 1) if kind == "integer" else max(float(least), 0.25)


def _text(schema: Mapping, name: str) -> str:
    word = FORMATS.get(schema.get("format", "")) or WORDS.get(name) or PLURALS.get(name) or "…"
    return word[: schema.get("maxLength", len(word))]
