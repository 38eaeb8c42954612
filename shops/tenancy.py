"""The one gate to a merchant's rows: who may enter, with which rights, and queries that stay inside.

A stranger learns nothing: an unknown merchant and a foreign one are the same 404, found out by the same queries.
Somebody who belongs to the merchant but lacks the right gets 403.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from chengfeng import clock

from .models import ApiToken, Delegation, Membership, Merchant, User
from .people.rights import LEFT_WHILE_SUSPENDED, RIGHTS, Right

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody may do for one merchant, and by which title."""

    merchant: Merchant
    rights: frozenset[str]
    user: User | None = None
    membership: Membership | None = None
    delegation: Delegation | None = None
    token: ApiToken | None = None

    def may(self, right: Right) -> bool:
        return right in self.rights

    def require(self, right: Right) -> None:
        """Raise PermissionDenied unless the right is held."""
        if not self.may(right):
            raise PermissionDenied


def access_of(
    user: User | AnonymousUser, merchant: Merchant, *, at: datetime, right: Right | None = None
) -> Access | None:
    """Return what a person may do for a merchant at that instant, by role or by live delegations, or None.

    Of several delegations the access names the latest that lends `right`: the one to be held to account.
    """
    if not user.is_authenticated or not user.is_active:
        return None
    membership = Membership.objects.filter(merchant=merchant, user=user, revoked_at=None).first()
    if membership:
        return Access(merchant, effective(RIGHTS[membership.role], merchant), user, membership=membership)
    live = list(live_delegations(at=at).filter(merchant=merchant, delegate=user).order_by("pk"))
    if not live:
        return None
    title = [lent for lent in live if right in lent.rights] or live
    rights = frozenset().union(*(lent.rights for lent in live))
    return Access(merchant, effective(rights, merchant), user, delegation=title[-1])


def effective(rights: Iterable[str], merchant: Merchant) -> frozenset[str]:
    """Return what is left of some rights in the merchant's state: a suspended one looks on and serves its orders."""
    if merchant.state == Merchant.State.SUSPENDED:
        return LEFT_WHILE_SUSPENDED.intersection(rights)
    return frozenset(rights)


def rights_by_merchant(user: User, merchants: Sequence[Merchant], *, at: datetime) -> Mapping[str, frozenset[str]]:
    """Return by code what a person may do for each of some merchants: the rights of `access_of`, by two queries."""
    lent = live_delegations(at=at).filter(merchant__in=merchants, delegate=user).values_list("merchant", "rights")
    held = dict.fromkeys((merchant.pk for merchant in merchants), frozenset())
    for merchant, rights in lent:
        held[merchant] |= set(rights)
    roles = Membership.objects.filter(merchant__in=merchants, user=user, revoked_at=None)
    held |= {merchant: RIGHTS[role] for merchant, role in roles.values_list("merchant", "role")}
    return {merchant.code: effective(held[merchant.pk], merchant) for merchant in merchants}


def live_delegations(*, at: datetime) -> QuerySet[Delegation]:
    """Return the delegations that count at that instant: begun, not over nor revoked, the delegate still in place."""
    in_place = Q(kind=Delegation.Kind.AGENCY) | Q(delegate__is_ka_manager=True)
    return Delegation.objects.filter(
        in_place, starts_at__lte=at, expires_at__gt=at, revoked_at=None, delegate__is_active=True
    )


def merchants_of(user: User | AnonymousUser, *, at: datetime) -> QuerySet[Merchant]:
    """Return the merchants a person may enter at that instant."""
    if not user.is_authenticated or not user.is_active:
        return Merchant.objects.none()
    mine = Q(pk__in=Membership.objects.filter(user=user, revoked_at=None).values("merchant"))
    lent = Q(pk__in=live_delegations(at=at).filter(delegate=user).values("merchant"))
    return Merchant.objects.filter(mine | lent).order_by("name", "pk")


def enter(user: User | AnonymousUser, code: str, *, right: Right, at: datetime) -> Access:
    """Return the access of a person to the merchant of that code.

    Raises Http404 when there is no such merchant for this person, PermissionDenied when the right is lacking.
    """
    merchant = merchants_of(user, at=at).filter(code=code).first()
    access = merchant and access_of(user, merchant, at=at, right=right)
    if not access:
        raise Http404
    access.require(right)
    return access


def own(model: type[M], merchant: Merchant) -> QuerySet[M]:
    """Return the rows of a model that belong to the merchant: where every console and API query starts."""
    return model._default_manager.filter(merchant=merchant)


def refuse_nul(*parts: object) -> None:
    """Raise Http404 for a part of an address that no code can be, and that the database would choke on."""
    if any("\0" in str(part) for part in parts):
        raise Http404


def refuse_nul_in(request: HttpRequest, *parts: object) -> None:
    """Raise Http404 for such a part of the address of a page, BadRequest for such a value of its query or form."""
    refuse_nul(*parts)
    if any("\0" in value for asked in (request.GET, request.POST) for _, values in asked.lists() for value in values):
        raise BadRequest


def merchant_page(right: Right) -> Callable:
    """Guard a console view `view(request, …)` at an address with `<merchant>`; it finds `request.access`."""

    def guard(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, merchant: str, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            refuse_nul_in(request, merchant, *kwargs.values())
            request.access = enter(request.user, merchant, right=right, at=clock.now())
            with timezone.override(request.access.merchant.time_zone):
                return view(request, **kwargs)

        guarded.right = right
        return guarded

    return guard


def ka_page(view: Callable) -> Callable:
    """Guard a page of the key-account workspace, read by the platform's clock; to others it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        refuse_nul_in(request, *kwargs.values())
        if not request.user.is_ka_manager:
            raise Http404
        with timezone.override(settings.PLATFORM_TIME_ZONE):
            return view(request, **kwargs)

    guarded.is_for_ka_managers = True
    return guarded


def portfolio_page(right: Right) -> Callable:
    """Guard a page over all merchants that lend a person a right, a key-account manager or an agency.

    A manager whom nobody lends anything finds it empty; to others it does not exist.
    """

    def guard(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            refuse_nul_in(request, *kwargs.values())
            if not (request.user.is_ka_manager or is_lent(request.user, right, at=clock.now())):
                raise Http404
            with timezone.override(settings.PLATFORM_TIME_ZONE):
                return view(request, **kwargs)

        guarded.is_for_ka_managers = True
        return guarded

    return guard


def is_lent(user: User, right: Right, *, at: datetime) -> bool:
    """Whether any merchant lends a person a right at that instant."""
    return live_delegations(at=at).filter(delegate=user, rights__contains=[right]).exists()


def operator_page(view: Callable) -> Callable:
    """Guard a page of the platform's operators, read by its own clock; to everybody else it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        refuse_nul_in(request, *kwargs.values())
        if not (request.user.is_staff and request.user.is_active):
            raise Http404
        with timezone.override(settings.PLATFORM_TIME_ZONE):
            return view(request, **kwargs)

    guarded.is_for_operators = True
    return guarded
