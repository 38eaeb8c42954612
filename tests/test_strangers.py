"""Strangers: every route declares who may enter; nobody else sees, learns or changes anything."""

import json
import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.admin import site
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from chengfeng import clock
from shops import tokens
from shops.models import ApiToken, Brand, Delegation, Merchant, User
from shops.people.rights import RIGHTS, Right
from tests import factories
from tests.factories import AT
from tests.routes import (
    DECLARED,
    KA,
    MEMBER,
    OF_NOBODY,
    OPERATOR,
    PERSON,
    PROGRAM,
    SHOPPER,
    codes_of_alice,
    routes,
)  # fmt: skip

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST")
API_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
UNKNOWN = "xxx_0000000000000000"
DAY = timedelta(days=1)
VARIABLE = re.compile(rb'(csrfmiddlewaretoken" value="|name="next" value=")[^"]*')
PROGRAM_CLIENT = Client(raise_request_exception=False)
UNWATCHED = {"django_session"}  # a visitor's own


@dataclass
class Stage:
    """Alice's shop with one of everything, and what the database held before anybody knocked."""

    shop: Merchant
    alice: User
    codes: dict[str, str]
    leaks: list[str] = field(default_factory=list)

    def address(self, route, *, known: bool, merchant: str = "") -> str:
        """Return the route's address with Alice's codes or unknown ones; `merchant` stands for the shop in both."""
        codes = [self.codes[blank] if known or blank in OF_NOBODY else UNKNOWN for blank in route.blanks]
        if merchant:
            codes[0] = merchant
        return route.address(*codes)

    def expect(self, condition: bool, *about) -> None:
        if not condition:
            self.leaks.append(" ".join(map(str, about)))


@pytest.fixture(autouse=True)
def noon():
    """It is noon all the time, and refusals are no news."""
    logging.disable(logging.WARNING)
    with clock.at(AT):
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def stage(shop, alice):
    return Stage(shop, alice, codes_of_alice(shop, alice))


def of(*audiences: str):
    return [route for route in routes() if route.audience in audiences]


def content_of_database() -> dict[str, tuple[int, int]]:
    """Return, for every table, how many rows it has and a sum of their digests."""
    with connection.cursor() as cursor:
        tables = sorted({table.name for table in connection.introspection.get_table_list(cursor)} - UNWATCHED)
        digest = "SELECT '{0}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{0}\" t"
        cursor.execute(" UNION ALL ".join(digest.format(table) for table in tables))
        return {name: (rows, int(total)) for name, rows, total in cursor.fetchall()}


@contextmanager
def unchanged():
    """Whatever is done inside, the database holds what it held."""
    before = content_of_database()
    yield
    assert content_of_database() == before


def answer(client: Client, method: str, address: str, body: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Return status and body, without what differs from one request to the next anyway."""
    is_api = address.startswith("/api/")
    response = client.generic(
        method, address, json.dumps(body or {}) if is_api else urlencode(body or {}),
        content_type="application/json" if is_api else "application/x-www-form-urlencoded",
        headers={"idempotency-key": "k"},
    )  # fmt: skip
    return response.status_code, VARIABLE.sub(rb"\1", read(response).replace(address.encode(), b"here"))


def read(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def compare(stage: Stage, client: Client, route, wanted: tuple[int, ...], *, body=None, merchant: str = "") -> None:
    """Expect one of these answers, and the same where Alice's things are as where nothing is.

    An answer that is byte for byte the 404 of an address that does not exist needs no second look.
    """
    for method in METHODS:
        found = answer(client, method, stage.address(route, known=True, merchant=merchant), body)
        if 404 in wanted and found == nowhere(client):
            continue
        nothing = answer(client, method, stage.address(route, known=False, merchant=merchant), body)
        stage.expect(found == nothing and found[0] in wanted, method, route.pattern, found[0], nothing[0])


def nowhere(client: Client) -> tuple[int, bytes]:
    """Return the client's answer at an address that no route has."""
    if not hasattr(client, "nowhere"):
        client.nowhere = answer(client, "GET", f"/{UNKNOWN}/{UNKNOWN}")
    return client.nowhere


def visitor(user) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def lend(shop, delegate, alice, **fields):
    terms = {"kind": "ka", "rights": list(Right), "starts_at": AT - 2 * DAY, "expires_at": AT + DAY} | fields
    Delegation.objects.create(merchant=shop, delegate=delegate, granted_by=alice, **terms)


# Decisions


def test_every_route_declares_who_may_enter():
    assert [route.name for route in routes() if route.audience is None] == []


def test_no_declaration_outlives_its_route():
    assert sorted(set(DECLARED) - {route.name for route in routes()}) == []


def test_every_guarded_parameter_has_something_of_alice(stage):
    blanks = {blank for route in of(MEMBER, KA, PROGRAM, SHOPPER) for blank in route.blanks}
    assert sorted(blanks - set(stage.codes)) == []


def test_every_method_of_a_program_names_its_right():
    assert [route.name for route in of(PROGRAM) if None in route.rights.values()] == []


# Alice's own door opens: without this, every 404 below could be an address that leads nowhere


def test_the_addresses_are_real(stage):
    alice, kim = visitor(stage.alice), visitor(User.objects.get(email="kim@example.org"))
    for route in of(MEMBER, KA):
        client = kim if route.audience == KA else alice
        for method in METHODS:
            with transaction.atomic():
                status, _ = answer(client, method, stage.address(route, known=True))
                transaction.set_rollback(True)
            stage.expect(status not in (403, 404) and status < 500, method, route.pattern, status)
    assert stage.leaks == []


def test_the_addresses_of_programs_are_real(stage):
    _, secret = tokens.issue(merchant=stage.shop, name="erp", rights=list(Right), by=stage.alice, at=AT)
    for route in of(PROGRAM):
        for method in route.rights:
            with transaction.atomic():
                status, _ = ask(secret, method, stage.address(route, known=True))
                transaction.set_rollback(True)
            stage.expect(status not in (401, 403, 404) and status < 500, method, route.pattern, status)
    assert stage.leaks == []


# Pages


STRANGERS = ("charlie", "sam", "oscar", "kai", "gone")
LOANS = {  # that hold no longer or not yet
    "expired": {"expires_at": AT},
    "not yet": {"starts_at": AT + timedelta(seconds=1)},
    "revoked": {"revoked_at": AT},
}


@pytest.fixture
def stranger(request, stage):
    """Somebody with no business in Alice's shop."""
    if request.param == "gone":
        user = factories.member(stage.shop, "gone", "owner")
        user.memberships.update(revoked_at=AT)
        return user
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("stranger", STRANGERS, indirect=True)
def test_a_stranger_meets_the_same_404_as_where_nothing_is(stage, stranger):
    client = visitor(stranger)
    own_workspace = {route for route in of(KA) if stranger.is_ka_manager and not route.blanks}
    with unchanged():
        for route in (route for route in of(MEMBER, KA) if route not in own_workspace):
            compare(stage, client, route, (404, 405))
    assert stage.leaks == []


@pytest.mark.parametrize("terms", LOANS.values(), ids=LOANS)
def test_a_loan_that_does_not_hold_opens_nothing(stage, kai, terms):
    """The pages that borrowers have for themselves, and one for each right, for which all ask at the same gate."""
    lend(stage.shop, kai, stage.alice, **terms)
    client, one_each = visitor(kai), {route.right: route for route in of(MEMBER)}.values()
    with unchanged():
        for route in (*one_each, *(route for route in of(KA) if route.blanks)):
            compare(stage, client, route, (404, 405))
    assert stage.leaks == []


def test_a_foreign_code_in_ones_own_shop_is_unknown(stage, charlie, foreign_shop):
    """Charlie has every right in his own shop; Alice's codes lead nowhere there."""
    client = visitor(charlie)
    with unchanged():
        for route in (route for route in of(MEMBER) if set(route.blanks[1:]) - set(OF_NOBODY)):
            compare(stage, client, route, (404, 405), merchant=foreign_shop.code)
    assert stage.leaks == []


def test_a_foreign_document_of_ones_own_brand_is_unknown(stage, kai):
    other = factories.merchant(state="onboarding")
    brand = Brand.objects.create(
        merchant=other, manager=kai, company="K", contact_email="k@example.org", opened_at=AT, due_at=AT
    )
    lend(other, kai, kai)
    client = visitor(kai)
    for route in (route for route in of(KA) if len(route.blanks) > 1):
        status, _ = answer(client, "GET", stage.address(route, known=True, merchant=brand.code))
        stage.expect(status == 404, route.pattern, status)
    assert stage.leaks == []


def test_nobody_in_particular_is_sent_to_the_login(stage):
    client = visitor(None)
    with unchanged():
        for route in of(MEMBER, KA, PERSON, OPERATOR):
            compare(stage, client, route, (302, 405))
    assert stage.leaks == []


@pytest.mark.parametrize(("name", "role"), [("bob", "service"), ("dana", "ad_buyer"), ("fay", "finance")])
def test_a_member_without_the_right_is_refused(request, stage, name, role):
    client = visitor(request.getfixturevalue(name))
    with unchanged():
        for route in (route for route in of(MEMBER) if route.right and route.right not in RIGHTS[role]):
            for method in METHODS:
                status, _ = answer(client, method, stage.address(route, known=True))
                stage.expect(status in (403, 405), method, route.pattern, status)
    assert stage.leaks == []


@pytest.mark.parametrize("person", ["alice", "bob", "kai", "sam"])
def test_only_operators_see_the_platform(request, stage, person):
    client = visitor(request.getfixturevalue(person))
    for route in of(OPERATOR):
        status, _ = answer(client, "GET", stage.address(route, known=True))
        stage.expect(status in (403, 404, 405), route.pattern, status)
    assert stage.leaks == []


# Programs


def ask(secret: str, method: str, address: str, body: str = "{}") -> tuple[int, bytes]:
    """Return status and body of the answer to a program's request."""
    headers = {"idempotency-key": "k", **({"authorization": f"Bearer {secret}"} if secret else {})}
    response = PROGRAM_CLIENT.generic(method, address, body, content_type="application/json", headers=headers)
    return response.status_code, read(response).replace(address.encode(), b"here")


def token_of(shop, by, rights) -> str:
    token, secret = tokens.issue(merchant=shop, name="erp", rights=rights, by=by, at=AT)
    ApiToken.objects.filter(pk=token.pk).update(used_at=AT)
    return secret


@pytest.mark.parametrize("secret", ["", "cf_forged"])
def test_a_program_without_a_token_is_told_to_bring_one(stage, secret):
    with unchanged():
        for route in of(PROGRAM):
            for method in API_METHODS:
                status, body = ask(secret, method, stage.address(route, known=True))
                stage.expect(status == 401 and b"urn:chengfeng:problem:" in body, method, route.pattern, status)
    assert stage.leaks == []


@pytest.mark.parametrize("end", ["revoked_at", "expires_at"])
def test_a_token_that_is_over_opens_nothing(stage, end):
    secret = token_of(stage.shop, stage.alice, list(Right))
    ApiToken.objects.filter(name="erp").update(**{end: AT})
    for route in of(PROGRAM):
        status, _ = ask(secret, "GET", stage.address(route, known=True))
        stage.expect(status == 401, route.pattern, status)
    assert stage.leaks == []


def test_a_program_meets_the_same_404_at_a_foreign_code_as_where_nothing_is(stage, charlie, foreign_shop):
    secret = token_of(foreign_shop, charlie, list(Right))
    with unchanged():
        for route in (route for route in of(PROGRAM) if route.blanks):
            for method in route.rights:
                found = ask(secret, method, stage.address(route, known=True))
                nothing = ask(secret, method, stage.address(route, known=False))
                stage.expect(found == nothing and found[0] == 404, method, route.pattern, found[0], nothing[0])
    assert stage.leaks == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("orders:api_shipments", lambda codes: {"shipments": [{"order": codes["orders"]}]}),
        ("orders:api_deliveries", lambda codes: {"orders": [codes["orders"]]}),
        ("orders:api_offers", lambda codes: {"lines": [{"sku": codes["variants"], "quantity": 1}]}),
    ],
)
def test_a_program_names_foreign_things_in_vain(stage, charlie, foreign_shop, name, body):
    secret, route = token_of(foreign_shop, charlie, list(Right)), next(r for r in routes() if r.name == name)
    with unchanged():
        found = told(ask(secret, "POST", route.address(), json.dumps(body(stage.codes))), stage.codes)
        nothing = told(ask(secret, "POST", route.address(), json.dumps(body(dict.fromkeys(stage.codes, UNKNOWN)))))
    assert found == nothing


def told(response: tuple[int, bytes], codes: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Return a response without the codes that were asked for."""
    status, body = response
    for code in [UNKNOWN, *(codes or {}).values()]:
        body = body.replace(code.encode(), b"it")
    return status, body


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("orders:orders_ship", lambda codes: {"order": codes["orders"]}),
        ("shops:products_state", lambda codes: {"product": codes["products"], "state": "archived"}),
    ],
)
def test_foreign_things_are_chosen_in_vain(stage, charlie, foreign_shop, name, form):
    client, address = visitor(charlie), reverse(name, args=[foreign_shop.code])
    with unchanged():
        assert client.post(address, form(stage.codes)).status_code == 302


def test_a_program_without_the_right_is_refused(stage):
    for route in of(PROGRAM):
        for method, right in route.rights.items():
            secret = token_of(stage.shop, stage.alice, set(Right) - {right})
            status, _ = ask(secret, method, stage.address(route, known=True))
            stage.expect(status == 403, method, route.pattern, status)
    assert stage.leaks == []


# Shoppers


PAYING = {"provider": "sandbox", "source": "approve", "method": "credit_card"}


@pytest.mark.parametrize("person", [None, "sam", "charlie"])
def test_what_another_shopper_bought_is_unknown(request, stage, person):
    client = visitor(person and request.getfixturevalue(person))
    with unchanged():
        for route in of(SHOPPER):
            compare(stage, client, route, (404, 405), body=PAYING)
    assert stage.leaks == []


# The operator's desk


@pytest.mark.parametrize("person", [None, "alice", "kai", "sam"])
def test_the_desk_is_for_operators(request, stage, person):
    client = visitor(person and request.getfixturevalue(person))
    for model in site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        status, _ = answer(client, "GET", address)
        stage.expect(status == 302, address, status)
    assert stage.leaks == []
