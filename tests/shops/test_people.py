"""People: the trail without gaps, invitations for one, owners who always stay, delegations and tokens that end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse

from chengfeng import clock, outbox
from shops import tokens
from shops.models import ApiToken, AuditEntry, Delegation, Invitation, Membership, User
from shops.people import audit, delegations, invitations, members
from shops.people import settings as shop_settings
from shops.people.rights import KA_RIGHTS, LENDABLE, RIGHTS, VIEWS, Right, Role
from shops.tenancy import access_of, own
from tests.factories import AT, member, merchant, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def access(user, shop, at=AT):
    return access_of(user, shop, at=at)


def at_once(*acts):
    """Run the acts at the same time, each on a connection of its own; return what each returned or raised."""
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def link_in(message) -> str:
    return next(line for line in message.body.splitlines() if "/invitations/" in line)


# The trail


def test_the_trail_is_numbered_per_merchant(shop, foreign_shop, alice, charlie):
    for _ in range(2):
        audit.record(access(alice, shop), "x.do", at=AT)
    audit.record(access(charlie, foreign_shop), "x.do", at=AT)
    numbers = AuditEntry.objects.order_by("pk").values_list("merchant__slug", "number")
    assert list(numbers) == [("alice", 1), ("alice", 2), ("charlie", 1)]


@pytest.mark.parametrize("change", [lambda q: q.update(verb="y"), lambda q: q.delete()])
def test_the_trail_is_append_only(shop, alice, change):
    audit.record(access(alice, shop), "x.do", at=AT)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(AuditEntry.objects.all())


@pytest.mark.django_db(transaction=True)
def test_entries_written_at_once_leave_no_gap(shop, alice):
    his = access(alice, shop)
    at_once(*[lambda: audit.record(his, "x.do", at=AT)] * 8)
    assert sorted(AuditEntry.objects.values_list("number", flat=True)) == list(range(1, 9))


@pytest.mark.django_db(transaction=True)
def test_without_its_lock_the_trail_loses_entries(shop, alice, monkeypatch):
    his, arrived = access(alice, shop), threading.Barrier(4)

    def unlocked(merchant):
        number = AuditEntry.objects.filter(merchant=merchant).count() + 1
        arrived.wait()
        return number

    monkeypatch.setattr(audit, "_next_number", unlocked)
    results = at_once(*[lambda: audit.record(his, "x.do", at=AT)] * 4)
    assert [type(result) for result in results].count(IntegrityError) == 3


def test_what_is_done_on_behalf_names_the_delegation(shop, alice, kai):
    lent = delegations.grant(access(alice, shop), email=kai.email, rights=VIEWS, expires_at=AT + DAY, at=AT)
    entry = audit.record(access(kai, shop), "x.do", at=AT)
    assert (entry.actor, entry.delegation) == (kai, lent)


def test_nothing_is_done_on_behalf_once_the_delegation_is_over(shop, alice, kai):
    lent = delegations.grant(access(alice, shop), email=kai.email, rights=VIEWS, expires_at=AT + DAY, at=AT)
    his = access(kai, shop)
    with pytest.raises(PermissionDenied):
        audit.record(his, "x.do", at=AT + DAY)
    delegations.revoke(access(alice, shop), lent, at=AT)
    with pytest.raises(PermissionDenied):
        audit.record(his, "x.do", at=AT)


def test_a_delegation_ends_after_the_last_thing_done_under_it(shop, alice, kai):
    lent = delegations.grant(access(alice, shop), email=kai.email, rights=VIEWS, expires_at=AT + DAY, at=AT)
    entry = audit.record(access(kai, shop), "x.do", at=AT + timedelta(seconds=1))
    delegations.revoke(access(alice, shop), lent, at=AT)
    lent.refresh_from_db()
    assert lent.revoked_at > entry.at


def test_the_trail_is_filtered_by_person_action_and_target(client, shop, alice, bob):
    audit.record(access(alice, shop), "order.ship", target="ord_1", at=AT)
    audit.record(access(bob, shop), "order.refund", target="ord_2", at=AT)
    client.force_login(alice)

    def shown(**query):
        page = client.get(reverse("shops:audit", args=[shop.code]), query)
        return [entry.number for entry in page.context["page"]]

    assert shown() == [2, 1]
    assert (shown(person="bob"), shown(verb="order.ship"), shown(target="ord_2")) == ([2], [1], [2])


# Invitations


def invite(shop, by, email="nina@example.org", role=Role.AD_BUYER, at=AT):
    return invitations.invite(access(by, shop, at), email=email, role=role, at=at)


def test_an_invitation_is_mailed_and_lets_somebody_new_in(client, shop, alice):
    shop.name = "Alice\n& Co"
    shop.save()
    invite(shop, alice)
    outbox.relay(at=AT)
    link = link_in(mail.outbox[0])
    with clock.at(AT):
        page = client.post(link, {"name": "Nina", "password": "a long enough one"})
    nina = User.objects.get(email="nina@example.org")
    assert page.url == reverse("shops:enter", args=[shop.code])
    assert access(nina, shop).rights == RIGHTS[Role.AD_BUYER]
    assert client.session["_auth_user_id"] == str(nina.pk)


def test_the_secret_is_stored_nowhere(shop, alice):
    invitation = invite(shop, alice)
    secret = invitations.secret_of(invitation)
    with connection.cursor() as cursor:
        for table in ("shops_invitation", "shops_auditentry", "chengfeng_outboxmessage"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{secret}%"])
            assert cursor.fetchone() == (0,)


def test_an_invitation_works_once(shop, alice):
    invitation, nina = invite(shop, alice), person("nina")
    invitations.accept(invitation, user=nina, at=AT)
    with pytest.raises(invitations.InvitationRefused):
        invitations.accept(invitation, user=nina, at=AT)
    assert Membership.objects.filter(user=nina).count() == 1


def test_an_invitation_is_for_its_address_alone(client, shop, alice, sam):
    secret = invitations.secret_of(invite(shop, alice))
    client.force_login(sam)
    with clock.at(AT):
        page = client.post(reverse("shops:invitation", args=[secret]))
    assert page.status_code == 403
    assert access(sam, shop) is None


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_closed_invitation_opens_nothing(client, shop, alice, end):
    invitation, at = invite(shop, alice), AT
    if end == "expired":
        at = AT + invitations.LIFETIME
    else:
        invitations.revoke(access(alice, shop), invitation, at=AT)
    with clock.at(at):
        page = client.post(reverse("shops:invitation", args=[invitations.secret_of(invitation)]), {"name": "N"})
    assert page.status_code == 410
    assert not User.objects.filter(email=invitation.email).exists()


def test_a_new_link_kills_the_old_one(client, shop, alice):
    invitation = invite(shop, alice)
    old = invitations.secret_of(invitation)
    assert invitations.resend(access(alice, shop), invitation, at=AT + DAY)
    assert client.get(reverse("shops:invitation", args=[old])).status_code == 404
    assert invitations.find(invitations.secret_of(invitation)) == invitation


def test_an_address_has_one_open_invitation_and_an_expired_one_makes_room(shop, alice):
    first = invite(shop, alice)
    with pytest.raises(invitations.InvitationRefused):
        invite(shop, alice)
    second = invite(shop, alice, at=first.expires_at)
    assert list(Invitation.objects.filter(revoked_at=None)) == [second]


def test_a_member_is_not_invited_again(shop, alice, bob):
    with pytest.raises(invitations.InvitationRefused):
        invite(shop, alice, email=bob.email)


# Members


def membership(user):
    return Membership.objects.get(user=user, revoked_at=None)


def test_a_removed_member_is_a_stranger_at_once(client, shop, alice, bob):
    client.force_login(bob)
    page = reverse("shops:people", args=[shop.code])
    assert client.get(page).status_code == 403
    members.remove(access(alice, shop), membership(bob), at=AT)
    assert client.get(page).status_code == 404


def test_the_last_owner_stays_an_owner(shop, alice):
    for attempt in (
        lambda: members.remove(access(alice, shop), membership(alice), at=AT),
        lambda: members.change_role(access(alice, shop), membership(alice), role=Role.SERVICE, at=AT),
    ):
        with pytest.raises(members.LastOwner):
            attempt()
    assert access(alice, shop).rights == RIGHTS[Role.OWNER]


def test_an_owner_with_a_closed_account_does_not_count(shop, alice):
    other = member(shop, "olga", "owner")
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(members.LastOwner):
        members.remove(access(alice, shop), membership(alice), at=AT)


def remove_each_other(shop, alice):
    olga = member(shop, "olga", "owner")
    pairs = [(access(alice, shop), membership(olga)), (access(olga, shop), membership(alice))]
    results = at_once(*[lambda pair=pair: members.remove(*pair, at=AT) for pair in pairs])
    return results, own(Membership, shop).filter(role=Role.OWNER, revoked_at=None).count()


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_remove_each_other(shop, alice):
    results, left = remove_each_other(shop, alice)
    assert ({type(result) for result in results}, left) == ({bool, members.LastOwner}, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_two_owners_remove_each_other(shop, alice, monkeypatch):
    monkeypatch.setattr(members, "_keep_an_owner", lambda *args, **kwargs: None)
    assert remove_each_other(shop, alice) == ([True, True], 0)


# Delegations and tokens


@pytest.mark.parametrize(
    "change",
    [
        {"email": "nobody@example.org"},
        {"rights": []},
        {"rights": [Right.PEOPLE_EDIT]},
        {"expires_at": AT},
        {"expires_at": AT + 367 * DAY},
    ],
)
def test_what_cannot_be_lent(shop, alice, kai, change):
    terms = {"email": kai.email, "rights": VIEWS, "expires_at": AT + DAY} | change
    with pytest.raises(delegations.DelegationRefused):
        delegations.grant(access(alice, shop), at=AT, **terms)
    assert not Delegation.objects.exists()


def test_a_delegation_lends_what_it_says_until_it_ends(client, shop, alice, kai):
    client.force_login(alice)
    form = {"email": kai.email, "rights": [Right.ADS_VIEW, Right.ADS_EDIT], "until": "2026-03-20"}
    with clock.at(AT):
        client.post(reverse("shops:lend", args=[shop.code]), form)
    lent = Delegation.objects.get()
    assert (lent.kind, access(kai, shop).rights) == ("ka", {"ads.view", "ads.edit"})
    assert lent.expires_at.isoformat() == "2026-03-20T16:00:00+00:00"
    assert access(kai, shop, lent.expires_at) is None


def test_nobody_lends_on_what_was_lent():
    assert Right.PEOPLE_EDIT not in set(LENDABLE) | KA_RIGHTS


def test_a_token_opens_until_it_is_revoked_and_remembers_its_use(client, shop, alice):
    token, secret = tokens.hand_out(access(alice, shop), name="erp", rights=[Right.ORDERS_VIEW], at=AT)
    assert tokens.find(secret, at=AT) == token
    tokens.note_use(token, at=AT)
    assert tokens.revoke(access(alice, shop), token, at=AT)
    assert tokens.find(secret, at=AT) is None
    assert ApiToken.objects.get().used_at == AT


def test_a_token_holds_no_more_than_its_maker(shop, dana):
    with pytest.raises(PermissionDenied):
        tokens.hand_out(access(dana, shop), name="erp", rights=[Right.ORDERS_REFUND], at=AT)


def test_the_page_shows_a_secret_once(client, shop, alice):
    client.force_login(alice)
    page = client.post(reverse("shops:token_new", args=[shop.code]), {"name": "erp", "rights": ["orders.view"]})
    secret = page.context["secret"]
    assert (page.status_code, page.headers["Cache-Control"]) == (
        200, "max-age=0, no-cache, no-store, must-revalidate, private",
    )  # fmt: skip
    assert secret not in client.get(reverse("shops:tokens", args=[shop.code])).content.decode()


# Settings


def test_currency_and_time_zone_are_fixed_once_the_shop_is_open(client, shop, alice):
    client.force_login(alice)
    form = {"name": "New", "accent": "#000000", "currency": "USD", "time_zone": "Europe/Berlin", "city": "X"}
    client.post(reverse("shops:settings", args=[shop.code]), form)
    shop.refresh_from_db()
    assert (shop.name, shop.currency, shop.time_zone) == ("New", "CNY", "Asia/Shanghai")
    with pytest.raises(ValueError, match="currency"):
        shop_settings.change(access(alice, shop), at=AT, currency="USD")


def test_a_shop_in_onboarding_chooses_its_currency(db):
    shop = merchant(state="onboarding")
    owner = member(shop, "olga", "owner")
    shop_settings.change(access(owner, shop), at=AT, currency="USD", time_zone="Europe/Berlin")
    shop.refresh_from_db()
    assert (shop.currency, shop.time_zone) == ("USD", "Europe/Berlin")
