"""Accounts: coming in, being kept out, and being sent to the right place."""

from functools import partial

import pytest
from django.db.models import F
from django.test import Client
from django.urls import get_resolver, reverse

from shops import frame
from shops.accounts import attempts
from shops.accounts.attempts import MOST
from shops.models import Delegation, LoginTries, Membership, User
from shops.tenancy import access_of
from tests import factories
from tests.crowd import at_once, everybody_has_read
from tests.factories import AT

LOGIN = reverse("shops:login")
races = pytest.mark.django_db(transaction=True)


def log_in(client, email="sam@example.org", password="correct horse", **more):
    return client.post(LOGIN, {"username": email, "password": password, **more})


def test_a_person_logs_in_by_e_mail_in_any_case(client, sam):
    assert log_in(client, "SAM@example.org").headers["Location"] == reverse("shops:home")


def test_a_wrong_password_and_an_unknown_e_mail_are_told_alike(client, sam):
    errors = [log_in(client, *pair).context["form"].non_field_errors() for pair in
              [("sam@example.org", "wrong"), ("nobody@example.org", "wrong")]]  # fmt: skip
    assert errors[0] == errors[1] == ["This e-mail and password do not belong together."]


def test_guessing_is_stopped_for_one_address_and_not_for_others(client, sam, alice):
    for _ in range(MOST):
        log_in(client, password="wrong")
    assert log_in(client).status_code == 429
    assert log_in(client, "alice@example.org").status_code == 302


@races
@pytest.mark.parametrize("is_control", [False, True])
def test_guesses_at_once_get_no_further_than_one_after_another(rf, is_control):
    request = rf.post(LOGIN, {"username": "sam@example.org"})
    for _ in range(MOST - 2):
        attempts.may_try(request, at=AT)
    guess = naive_try if is_control else partial(attempts.may_try, request, at=AT)
    assert at_once([guess] * 4).count(True) == (4 if is_control else 2)


def naive_try() -> bool:
    """The control: look at the row, then count."""
    is_free = LoginTries.objects.get().tries < MOST
    everybody_has_read()
    LoginTries.objects.update(tries=F("tries") + 1)
    return is_free


def test_the_window_ends_and_what_is_over_is_forgotten(rf, db):
    sam, alice = (rf.post(LOGIN, {"username": f"{name}@example.org"}) for name in ("sam", "alice"))
    tries = [attempts.may_try(sam, at=AT) for _ in range(MOST + 1)]
    assert (tries, attempts.may_try(sam, at=AT + attempts.WINDOW)) == ([True] * MOST + [False], True)
    attempts.forget(alice, at=AT + 2 * attempts.WINDOW)
    assert not LoginTries.objects.exists()


def test_operators_log_in_where_tries_are_counted(client, sam):
    login = f"{LOGIN}?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == login
    client.force_login(sam)
    assert client.get("/admin/login/").status_code == 404


def test_logging_in_leads_nowhere_outside(client, sam):
    assert log_in(client, next="https://evil.example/").headers["Location"] == reverse("shops:home")


def test_logging_out_takes_a_form(client, sam):
    client.force_login(sam)
    assert client.get(reverse("shops:logout")).status_code == 405
    assert client.post(reverse("shops:logout")).headers["Location"] == reverse("shops:feed")
    assert "_auth_user_id" not in client.session


def register(client, **fields):
    data = {"email": "New@Example.org", "name": "New", "password": "correct horse"}
    return client.post(reverse("shops:register"), data | fields)


def test_a_shopper_registers_and_is_logged_in(client, db):
    answer = register(client, next="/cart/")
    user = User.objects.get()
    assert (user.email, user.is_staff, answer.headers["Location"]) == ("new@example.org", False, "/cart/")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [({"email": "SAM@example.org"}, "email"), ({"password": "12345678"}, "password"), ({"name": ""}, "name")],
)
def test_a_registration_that_is_refused_names_the_field(client, sam, fields, at_fault):
    assert list(register(client, **fields).context["form"].errors) == [at_fault]


def test_a_password_is_changed_by_who_knows_the_old_one(client, sam):
    client.force_login(sam)
    new = {"new_password1": "battery staple", "new_password2": "battery staple"}
    wrong = client.post(reverse("shops:password_change"), {"old_password": "wrong", **new})
    assert list(wrong.context["form"].errors) == ["old_password"]
    assert client.post(reverse("shops:password_change"), {"old_password": "correct horse", **new}).status_code == 302
    sam.refresh_from_db()
    assert sam.check_password("battery staple")


def home_of(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("shops:home")).headers["Location"]


def test_everybody_is_sent_to_their_place(client, shop, alice, oscar, kai, sam):
    places = {user.name: home_of(client, user) for user in (alice, oscar, kai, sam)}
    assert places == {
        "Alice": reverse("shops:enter", args=[shop.code]), "Oscar": reverse("admin:index"),
        "Kai": reverse("shops:ka_brands"), "Sam": reverse("shops:feed"),
    }  # fmt: skip


def test_a_person_of_several_shops_chooses(client, shop, foreign_shop, alice):
    Membership.objects.create(merchant=foreign_shop, user=alice, role="service", created_at=factories.AT)
    assert home_of(client, alice) == reverse("shops:merchants")
    assert list(client.get(reverse("shops:merchants")).context["merchants"]) == [shop, foreign_shop]


def test_a_stranger_does_not_enter(client, shop, charlie):
    client.force_login(charlie)
    assert client.get(reverse("shops:enter", args=[shop.code])).status_code == 404


def test_one_enters_by_the_first_page_that_one_may_see(client, shop, alice, bob):
    for user in (alice, bob):
        client.force_login(user)
        address = client.get(reverse("shops:enter", args=[shop.code])).headers["Location"]
        assert address == frame.first_page(access_of(user, shop, at=factories.AT))
        assert client.get(address).status_code == 200


def titles(user, shop) -> list[str]:
    access = access_of(user, shop, at=factories.AT)
    return [link.title for _title, links in frame.console_navigation(access) for link in links]


def test_the_navigation_offers_what_the_guards_let_in(shop, alice, bob, fay, dana):
    every = [place.title for _title, places in frame.CONSOLE for place in places]
    assert titles(alice, shop) == every
    service = ["Orders", "After the sale", "Vouchers", "Bookings", "Reviews"]
    goods = ["Products", "Imports", "Notes", "Shipping", "Stores"]
    promotions = ["Promotions", "Flash sales", "Presales"]
    assert titles(bob, shop) == [*service, *goods, *promotions]
    assert titles(fay, shop) == [
        "Cockpit", "Reports", "Exports", "Orders", "After the sale", "Bookings", "Reviews", *promotions,
        "Wallet", "Settlement", "Reconciliation",
    ]  # fmt: skip
    ads = [
        "Campaigns", "Approvals", "Auction insight", "Audiences", "Predictions", "Wallet", "Traffic quality",
    ]  # fmt: skip
    assert titles(dana, shop) == ["Cockpit", "Reports", "Exports", *goods, *promotions, *ads]


@pytest.mark.parametrize(
    ("page", "below", "marked"),
    [
        ("shops:people", "somebody/", "People"),
        ("reports:season", "brands/", "Reports"),
        ("reports:cockpit", "", "Cockpit"),
    ],
)
def test_the_page_one_is_on_is_marked_below_it_too(shop, alice, page, below, marked):
    path = reverse(page, args=[shop.code]) + below
    navigation = frame.console_navigation(access_of(alice, shop, at=factories.AT), path=path)
    assert [link.title for _title, links in navigation for link in links if link.is_current] == [marked]


def test_whoever_acts_for_another_is_told_until_when(client, shop, alice, kai):
    Delegation.objects.create(
        merchant=shop, delegate=kai, kind="ka", rights=["people.view"], granted_by=alice,
        starts_at="2020-01-01T00:00Z", expires_at="2999-12-31T00:00Z",
    )  # fmt: skip
    client.force_login(kai)
    page = client.get(reverse("shops:people", args=[shop.code])).content.decode()
    assert "You act for <strong>Alice &amp; Co</strong> until Dec. 31, 2999, 8 a.m." in page


@pytest.mark.parametrize(
    ("cookie", "root"),
    [
        ("dark", 'data-bs-theme="dark">'),
        ("", 'data-bs-theme="light" data-theme-follows-system>'),
        ("x><", 'data-bs-theme="light" data-theme-follows-system>'),
    ],
)
def test_the_theme_is_rendered_by_the_server(client, db, cookie, root):
    client.cookies["theme"] = cookie
    assert f'<html lang="en" {root}' in client.get("/accounts/login/").content.decode()


def test_a_missing_page_and_a_missing_endpoint_answer_in_their_own_shape(client, db):
    assert b"<h1" in client.get("/nowhere/").content
    assert client.get("/api/v1/nowhere").headers["Content-Type"] == "application/problem+json"


def test_a_form_that_came_without_its_token_is_explained(db):
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "sam@example.org", "password": "x"})
    assert (answer.status_code, b"Please send the form again" in answer.content) == (403, True)


def test_a_page_one_may_not_see_says_who_can_change_that(client, shop, bob):
    client.force_login(bob)
    answer = client.get(reverse("shops:people", args=[shop.code]))
    assert (answer.status_code, b"Your role does not include this" in answer.content) == (403, True)


def test_our_own_mistake_is_admitted_without_asking_the_database(rf):
    answer = get_resolver().resolve_error_handler(500)(rf.get("/"))
    assert (answer.status_code, b"Something went wrong</h1>" in answer.content) == (500, True)
