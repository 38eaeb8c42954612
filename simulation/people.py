"""The people of the demo: their logins, their roles, and the programs that act for the shops."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from shops import tokens
from shops.models import Delegation, Membership, Merchant, User
from shops.people.rights import KA_RIGHTS, Right, Role
from shops.tenancy import Access

PASSWORD = "chengfeng"

STAFF = (
    ("owner@demo.example", "林晚晴", Role.OWNER, "owner of a shop"),
    ("ads@demo.example", "周明轩", Role.AD_BUYER, "ad buyer"),
    ("finance@demo.example", "沈雨桐", Role.FINANCE, "finance"),
    ("service@demo.example", "陈子涵", Role.SERVICE, "customer service"),
)


def person(email: str, name: str, **fields) -> User:
    """Return the person of that address, made with the demo's password if need be."""
    defaults = {"name": name, "password": make_password(PASSWORD), **fields}
    return User.objects.get_or_create(email=email, defaults=defaults)[0]


def staff(merchant: Merchant, *, at: datetime) -> list[dict[str, str]]:
    """Give a merchant one person per role; return their logins."""
    for email, name, role, _ in STAFF:
        Membership.objects.get_or_create(
            merchant=merchant, user=person(email, name), role=role, defaults={"created_at": at}
        )
    return [login(email, who) for email, _, _, who in STAFF]


def login(email: str, who: str) -> dict[str, str]:
    return {"who": who, "email": email, "password": PASSWORD}


def operator() -> User:
    return person("operator@demo.example", "Operator", is_staff=True, is_superuser=True)


def approver() -> User:
    """Return the operator who approves what the other one prepares."""
    return person("approver@demo.example", "Approver", is_staff=True, is_superuser=True)


def acting(merchant: Merchant) -> Access:
    """Return the access of a merchant's owner, by whose hand things are done there."""
    owner = Membership.objects.select_related("user").get(merchant=merchant, role=Role.OWNER, revoked_at=None)
    return Access(merchant, frozenset(Right), user=owner.user)


def ka_manager() -> User:
    return person("ka@demo.example", "何佳宁", is_ka_manager=True)


def shopper() -> User:
    return person("shopper@demo.example", "许静怡")


def lend(merchant: Merchant, manager: User, *, by: User, at: datetime, until: datetime) -> None:
    """Lend a key-account manager the usual rights, once."""
    Delegation.objects.get_or_create(
        merchant=merchant,
        delegate=manager,
        kind=Delegation.Kind.KA,
        defaults={"rights": sorted(KA_RIGHTS), "granted_by": by, "starts_at": at, "expires_at": until},
    )


def program(merchant: Merchant, *, by: User, at: datetime) -> str:
    """Return the secret of a new API token with every right."""
    return tokens.issue(merchant=merchant, name="Simulation", rights=list(Right), by=by, at=at)[1]


def in_a_year(at: datetime) -> datetime:
    return at + timedelta(days=365)


def own(merchant: Merchant, user: User, *, at: datetime) -> None:
    """Make somebody the owner of a merchant."""
    Membership.objects.get_or_create(
        merchant=merchant, user=user, revoked_at=None, defaults={"role": Role.OWNER, "created_at": at}
    )
