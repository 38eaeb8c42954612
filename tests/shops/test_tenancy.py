"""The gate: who enters, with which rights, and that no page goes around it."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey
from django.http import Http404

from shops.models import Delegation, Membership, Merchant
from shops.people.rights import KA_RIGHTS, LEFT_WHILE_SUSPENDED, RIGHTS, VIEWS, Right, Role
from shops.tenancy import access_of, enter, merchants_of, rights_by_merchant
from tests.factories import AT, member, merchant, person

DAY = timedelta(days=1)


def lend(shop, delegate, **fields):
    terms = {"kind": "ka", "rights": ["ads.view"], "starts_at": AT, "expires_at": AT + DAY, "granted_by": delegate}
    return Delegation.objects.create(merchant=shop, delegate=delegate, **terms | fields)


@pytest.mark.parametrize("role", Role)
def test_a_member_has_the_rights_of_the_role(shop, role):
    assert access_of(member(shop, "olga", role), shop, at=AT).rights == RIGHTS[role]


@pytest.mark.parametrize("who", ["charlie", "kai", "sam", "oscar"])
def test_a_stranger_has_no_access(request, shop, who):
    assert access_of(request.getfixturevalue(who), shop, at=AT) is None


def test_nobody_in_particular_has_no_access(shop):
    assert access_of(AnonymousUser(), shop, at=AT) is None
    assert list(merchants_of(AnonymousUser(), at=AT)) == []


def test_a_delegation_counts_from_its_start_to_its_end(shop, kai):
    lend(shop, kai)
    instants = [AT - timedelta(microseconds=1), AT, AT + DAY - timedelta(microseconds=1), AT + DAY]
    assert [bool(access_of(kai, shop, at=at)) for at in instants] == [False, True, True, False]


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_ka_manager": False}])
def test_a_delegate_who_left_office_is_a_stranger(shop, kai, change):
    lend(shop, kai)
    type(kai).objects.filter(pk=kai.pk).update(**change)
    kai.refresh_from_db()
    assert (access_of(kai, shop, at=AT), list(merchants_of(kai, at=AT))) == (None, [])


def test_an_agency_needs_no_office(shop):
    agent = person("ana")
    lend(shop, agent, kind="agency")
    assert access_of(agent, shop, at=AT).rights == {"ads.view"}


def test_the_delegation_that_lends_the_right_answers_for_it(shop, kai):
    editing = lend(shop, kai, rights=["ads.edit"])
    viewing = lend(shop, kai, rights=["ads.view"])
    assert enter(kai, shop.code, right=Right.ADS_EDIT, at=AT).delegation == editing
    assert enter(kai, shop.code, right=Right.ADS_VIEW, at=AT).delegation == viewing
    assert enter(kai, shop.code, right=Right.ADS_VIEW, at=AT).rights == {"ads.edit", "ads.view"}


def test_the_rights_at_several_merchants_are_those_at_each(shop, foreign_shop, kai, django_assert_num_queries):
    """Kai has a role in one, two delegations of the next, which is suspended, and one of the third, which is over."""
    mine, over = merchant("Kai's"), merchant("Over")
    Membership.objects.create(merchant=mine, user=kai, role="finance", created_at=AT)
    for each, rights in ((mine, ["ads.edit"]), (shop, ["ads.edit", "orders.ship"]), (shop, ["ads.view"])):
        lend(each, kai, rights=rights)
    lend(over, kai, starts_at=AT - DAY, expires_at=AT)
    shop.state = Merchant.State.SUSPENDED
    merchants = [mine, shop, over, foreign_shop]
    with django_assert_num_queries(2):
        held = rights_by_merchant(kai, merchants, at=AT)
    access = {each.code: access_of(kai, each, at=AT) for each in merchants}
    assert held == {code: found.rights if found else set() for code, found in access.items()}
    assert held[shop.code] == {"ads.view", "orders.ship"}


def test_a_suspended_merchant_looks_on_and_serves_its_orders(shop, alice):
    Merchant.objects.update(state=Merchant.State.SUSPENDED)
    shop.refresh_from_db()
    assert access_of(alice, shop, at=AT).rights == VIEWS | {Right.ORDERS_SHIP, Right.ORDERS_REFUND}
    assert RIGHTS[Role.OWNER] > LEFT_WHILE_SUSPENDED


def test_a_foreign_merchant_costs_what_an_unknown_one_costs(shop, charlie, django_assert_num_queries):
    for code in (shop.code, "mch_0000000000000000"):
        with django_assert_num_queries(1), pytest.raises(Http404):
            enter(charlie, code, right=Right.ADS_VIEW, at=AT)


def test_a_member_without_the_right_is_told_so(shop, bob):
    with pytest.raises(PermissionDenied):
        enter(bob, shop.code, right=Right.ADS_VIEW, at=AT)


@pytest.mark.parametrize("path", ["/console/{code}%00/people/", "/console/{code}/tokens/%00/revoke/"])
def test_no_address_upsets_the_database(client, shop, alice, path):
    client.force_login(alice)
    assert client.post(path.format(code=shop.code)).status_code in (404, 405)


def test_no_query_and_no_form_upsets_the_database(client, shop, alice):
    client.force_login(alice)
    address = f"/console/{shop.code}/products/"
    asked = client.get(f"{address}?q=%00"), client.post(f"{address}state/", {"product": "\0"})
    assert [answer.status_code for answer in asked] == [400, 400]


def test_no_cache_on_the_way_keeps_what_is_somebodys(client, shop, alice):
    client.force_login(alice)
    kept = [client.get(page).headers["Cache-Control"] for page in ("/", f"/console/{shop.code}/people/")]
    assert kept == ["private, no-cache"] * 2
    assert "no-store" in client.get(f"/console/{shop.code}/tokens/new/").headers["Cache-Control"]


def test_a_key_account_manager_neither_funds_nor_refunds_nor_rules():
    kept = {Right.WALLET_FUND, Right.ORDERS_REFUND, Right.SETTLEMENT_EDIT, Right.PEOPLE_EDIT, Right.WEBHOOKS_EDIT}
    assert frozenset(Right) - KA_RIGHTS == kept


# No page goes around the gate

ROOMS = ("shops", "ads", "orders", "reports")
ALLOWED = {  # module → models it may name itself: what is prefetched below products that were limited already
    "shops.catalogue.api": {"Variant"},
}
ASKS = {"get_object_or_404", "get_list_or_404"}


def owned_models() -> set[str]:
    """Return the names of the models that belong to a merchant, themselves or through their parent."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    points_at = {model.__name__: targets(model) for model in models}
    owned, before = {"Merchant"}, set()
    while owned != before:
        before = set(owned)
        owned |= {name for name, names in points_at.items() if names & before}
    return owned


def targets(model) -> set[str]:
    return {field.related_model.__name__ for field in model._meta.fields if isinstance(field, ForeignKey)}


def is_of_a_merchant(path: Path) -> bool:
    """Whether a module has pages or programs of a merchant; shoppers' pages know none."""
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    return bool(names & {"merchant_page", "ka_page", "MerchantAPIView"}) and path.stem not in {"tenancy", "api_base"}


def ways_around(tree: ast.AST, owned: set[str]) -> list[tuple[int, str]]:
    """Return line and model of each query that starts at an owned model instead of at the gate."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            found.append((node.lineno, getattr(node.value, "id", getattr(node.value, "attr", ""))))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ASKS and node.args:
            found.append((node.lineno, getattr(node.args[0], "id", "")))
    return sorted((line, model) for line, model in found if model in owned)


def test_every_page_asks_through_the_gate():
    owned, offences = owned_models(), []
    for path in (path for room in ROOMS for path in sorted((settings.BASE_DIR / room).rglob("*.py"))):
        relative = path.relative_to(settings.BASE_DIR)
        if not is_of_a_merchant(path):
            continue
        module = ".".join(relative.with_suffix("").parts)
        allowed = ALLOWED.get(module, set())
        found = ways_around(ast.parse(path.read_text()), owned)
        offences += [f"{relative}:{line} {model}" for line, model in found if model not in allowed]
    assert offences == []


def test_the_search_sees_every_way_around():
    source = "Order.objects.get()\nmodels.Order.objects.all()\nget_object_or_404(Order, pk=1)\nown(Order, m).get()\n"
    assert ways_around(ast.parse(source), {"Order"}) == [(1, "Order"), (2, "Order"), (3, "Order")]


def test_what_a_merchant_owns_is_known():
    assert {"Order", "OrderLine", "Shipment", "Campaign", "Keyword", "Variant", "ImportProblem"} <= owned_models()
