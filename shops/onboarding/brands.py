"""Brands: opened by a key-account manager, seen by nobody but him and those a merchant lends rights to.

Opening a brand makes its merchant (in onboarding, not shown to shoppers) and a delegation by which the manager acts.
Once company, documents, contract, shop and catalogue are done the manager may open the shop to shoppers, so that a
first order can come in before the hand-over; opening is an act of its own and no step.
"""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ..people import audit
from ..people.models import Delegation, Merchant, User
from ..people.rights import KA_RIGHTS
from ..tenancy import Access, access_of, live_delegations
from .checklist import reach
from .models import Brand, StepDone
from .steps import BEFORE_OPENING, DUE_AFTER, Step

DELEGATED_FOR = timedelta(days=90)
COMPANY = ("company", "contact_name", "contact_email", "registration_number")


class NotReady(Exception):
    """Steps that come first are open; nothing was done."""

    message = _("Company, documents, contract, shop and catalogue come first.")


def visible_to(user: User, *, at: datetime) -> QuerySet[Brand]:
    """Return the brands a person may see: those he brings in, and those whose merchant lends him rights."""
    lent = live_delegations(at=at).filter(delegate=user).values("merchant")
    mine = Q(manager=user, handed_over_at=None)
    return Brand.objects.filter(mine | Q(merchant__in=lent)).select_related("merchant", "manager")


def acting(brand: Brand, user: User, *, at: datetime) -> Access:
    """Return the access by which the manager works on a brand that is still his to bring in.

    Raises PermissionDenied when somebody else manages it, it is handed over, or the delegation has run out.
    """
    access = access_of(user, brand.merchant, at=at)
    if access is None or brand.manager != user or brand.handed_over_at:
        raise PermissionDenied
    return access


@transaction.atomic
def open_brand(*, manager: User, company: dict[str, str], shop: dict[str, str], at: datetime) -> Brand:
    """Open a brand: its merchant with the fields of `shop`, its file with those of `company`, the delegation."""
    merchant = Merchant.objects.create(state=Merchant.State.ONBOARDING, created_at=at, **shop)
    due_at = at + max(DUE_AFTER.values())
    brand = Brand.objects.create(merchant=merchant, manager=manager, opened_at=at, due_at=due_at, **company)
    access = delegate(brand, at=at)
    _tick_company(brand, at=at)
    audit.record(access, "brand.open", target=brand.code, at=at, company=brand.company)
    return brand


def delegate(brand: Brand, *, at: datetime) -> Access:
    """Lend the manager his rights for ninety days, and return the access they give."""
    delegation = Delegation.objects.create(
        merchant=brand.merchant, delegate=brand.manager, kind=Delegation.Kind.KA, rights=sorted(KA_RIGHTS),
        granted_by=brand.manager, starts_at=at, expires_at=at + DELEGATED_FOR,
    )  # fmt: skip
    return Access(brand.merchant, KA_RIGHTS, brand.manager, delegation=delegation)


@transaction.atomic
def extend(brand: Brand, *, user: User, at: datetime) -> Delegation:
    """Begin ninety more days of a brand not yet handed over. Raises PermissionDenied to anybody but its manager."""
    held = Brand.objects.select_for_update(no_key=True).filter(pk=brand.pk, manager=user, handed_over_at=None)
    if not held.exists():
        raise PermissionDenied
    access = delegate(brand, at=at)
    audit.record(access, "brand.extend", target=brand.code, at=at)
    return access.delegation


@transaction.atomic
def describe(brand: Brand, access: Access, *, at: datetime, **company: str) -> None:
    """Set the details of the company and tick its step once they are complete."""
    for name, value in company.items():
        setattr(brand, name, value)
    brand.save(update_fields=list(company))
    _tick_company(brand, at=at)
    audit.record(access, "brand.describe", target=brand.code, at=at, **company)


def _tick_company(brand: Brand, *, at: datetime) -> None:
    if all(getattr(brand, name) for name in COMPANY):
        reach(brand.merchant, Step.COMPANY, at=at, by=brand.manager, fact=brand.code)


def is_ready_to_open(brand: Brand) -> bool:
    done = StepDone.objects.filter(merchant=brand.merchant, step__in=BEFORE_OPENING)
    return done.count() == len(BEFORE_OPENING)


@transaction.atomic
def open_shop(brand: Brand, access: Access, *, at: datetime) -> bool:
    """Show the shop to shoppers; return whether it was closed until now. Raises NotReady."""
    if not is_ready_to_open(brand):
        raise NotReady
    waiting = Merchant.objects.filter(pk=brand.merchant.pk, state=Merchant.State.ONBOARDING)
    if not waiting.update(state=Merchant.State.OPEN):
        return False
    audit.record(access, "brand.open_shop", target=brand.code, at=at)
    return True
