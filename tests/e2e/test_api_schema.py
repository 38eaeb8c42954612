"""The OpenAPI document is valid and complete, and no nonsense brings the API to its knees."""

import json

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from shops import shopper, tokens
from shops.people.rights import FOR_PROGRAMS
from tests import factories

from .nonsense import Operation, Sent

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = "application/problem+json"
WRONG_VALUES = 10


@pytest.fixture(scope="module")
def document() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def routes(patterns, prefix: str = ""):
    """Yield path and view of every route of the API."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/v1/") and pattern.name != "schema":
            yield path, pattern.callback.cls


def test_the_document_is_valid_and_made_without_a_warning(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "openapi.yaml"))


def test_every_route_of_the_api_is_documented(document):
    offered = {(m, cls) for _, cls in routes(get_resolver().url_patterns) for m in METHODS if hasattr(cls, m)}
    written = sum(len(set(METHODS) & set(item)) for item in document["paths"].values())
    assert written == len(offered) > 0


def test_every_operation_has_a_description_of_its_own(document):
    bare = [
        f"{method} {path}"
        for path, item in document["paths"].items()
        for method in set(METHODS) & set(item)
        if not item[method].get("description", "").strip()
    ]
    assert bare == []


def test_every_body_and_every_answer_has_an_example(document):
    operations = [item[method] for item in document["paths"].values() for method in set(METHODS) & set(item)]
    bodies = [body for each in operations for body in (each.get("requestBody", {}), *each["responses"].values())]
    said = [body["content"]["application/json"] for body in bodies if "application/json" in body.get("content", {})]
    assert [content for content in said if not content.keys() & {"example", "examples"}] == []


class Program:
    """Somebody's program against the API: it is both a merchant's and a shopper's client."""

    def __init__(self, secret: str, sealed: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}", "X-Shopper": sealed, "Idempotency-Key": "key"}

    def send(self, method: str, sent: Sent):
        """Send a request and take back what it did."""
        with transaction.atomic():
            answer = self.client.generic(
                method.upper(), sent.path, sent.body, content_type=sent.content_type, query_params=sent.query,
                headers={**self.headers, **sent.headers},
            )  # fmt: skip
            transaction.set_rollback(True)
        return answer


def complaint(answer) -> str:
    """Say what is wrong with an answer, if anything."""
    if answer.status_code >= 500:
        error = getattr(answer, "exc_info", None)
        return f"{answer.status_code} {error and repr(error[1])}"
    if answer.status_code < 400:
        return ""
    if answer.headers.get("Content-Type") != PROBLEM:
        return f"{answer.status_code} as {answer.headers.get('Content-Type')}"
    told = json.loads(answer.content)
    return "" if told["status"] == answer.status_code and told["code"] and told["title"] else f"shapeless: {told}"


@pytest.fixture
def program(alice, shop) -> Program:
    token, secret = tokens.issue(merchant=shop, name="p", rights=list(FOR_PROGRAMS), by=alice, at=timezone.now())
    tokens.note_use(token, at=timezone.now())
    return Program(secret, shopper.seal(factories.shopper()))


@pytest.fixture
def known(program, shop) -> dict[str, object]:
    """Values by which the operations reach something, named as the document names them."""
    variant = factories.variant(shop, sku="S-1")
    return {
        "variant": variant.code, "sku": "S-1", "email": "sam@example.org", "quantity": 1, "source": "approve",
        "provider": "sandbox", "amount": "10.00", "price": "10.00", "currency": "CNY", "token": "x",
    }  # fmt: skip


def test_no_nonsense_makes_a_server_error(document, program, known):
    failures = []
    for path, item in document["paths"].items():
        for method in sorted(set(METHODS) & set(item)):
            for sent in Operation(document, path, method, known).requests(limit=WRONG_VALUES):
                wrong = complaint(program.send(method, sent))
                if wrong:
                    failures.append(f"{method.upper()} {path} {sent.what}: {wrong}")
    assert failures == []
