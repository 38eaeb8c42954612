"""Pages of members, invitations and delegations."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ...tenancy import merchant_page, own
from .. import delegations, invitations, members
from ..forms import DelegationForm, InviteForm, RoleForm
from ..models import Delegation, Invitation, Membership
from ..rights import RIGHTS, Right, Role


@require_safe
@merchant_page(Right.PEOPLE_VIEW)
def people(request: HttpRequest) -> HttpResponse:
    """Show who belongs to the merchant, who is invited, and who acts for it."""
    merchant = request.access.merchant
    invited = own(Invitation, merchant).filter(accepted_at=None, revoked_at=None).select_related("invited_by")
    context = {
        "members": own(Membership, merchant).filter(revoked_at=None).select_related("user").order_by("created_at"),
        "invitations": invited.order_by("-created_at"),
        "delegations": own(Delegation, merchant).filter(revoked_at=None).select_related("delegate").order_by("-pk"),
        "roles": [(role, role.label, sorted(Right(right).label for right in RIGHTS[role])) for role in Role],
        "may_edit": request.access.may(Right.PEOPLE_EDIT),
        "now": clock.now(),
    }
    return render(request, "shops/people/people.html", context)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.PEOPLE_EDIT)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invitations.invite(request.access, at=clock.now(), **form.cleaned_data)
        except invitations.InvitationRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": invitation.email})
            return back(request)
    roles = [(role.label, sorted(Right(right).label for right in RIGHTS[role])) for role in Role]
    return render(request, "shops/people/invite.html", {"form": form, "roles": roles})


@require_POST
@merchant_page(Right.PEOPLE_EDIT)
def resend(request: HttpRequest, invitation: str) -> HttpResponse:
    """Mail an invitation anew."""
    invited = get_object_or_404(own(Invitation, request.access.merchant), code=invitation)
    if invitations.resend(request.access, invited, at=clock.now()):
        messages.success(request, _("A new link is on its way to %(email)s.") % {"email": invited.email})
    return back(request)


@require_POST
@merchant_page(Right.PEOPLE_EDIT)
def uninvite(request: HttpRequest, invitation: str) -> HttpResponse:
    """Take an invitation back."""
    invited = get_object_or_404(own(Invitation, request.access.merchant), code=invitation)
    if invitations.revoke(request.access, invited, at=clock.now()):
        messages.success(request, _("The invitation to %(email)s is void.") % {"email": invited.email})
    return back(request)


@require_POST
@merchant_page(Right.PEOPLE_EDIT)
def change_role(request: HttpRequest, person: str) -> HttpResponse:
    """Give a member another role."""
    membership, form = member(request, person), RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role."))
        return back(request)
    try:
        members.change_role(request.access, membership, role=Role(form.cleaned_data["role"]), at=clock.now())
    except members.LastOwner as refusal:
        messages.error(request, refusal.message)
    return back(request)


@require_POST
@merchant_page(Right.PEOPLE_EDIT)
def remove(request: HttpRequest, person: str) -> HttpResponse:
    """Let a member go; one who leaves is led home."""
    membership = member(request, person)
    try:
        members.remove(request.access, membership, at=clock.now())
    except members.LastOwner as refusal:
        messages.error(request, refusal.message)
        return back(request)
    messages.success(request, _("%(name)s has no access any more.") % {"name": membership.user})
    return redirect("shops:home") if membership.user == request.user else back(request)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.PEOPLE_EDIT)
def lend(request: HttpRequest) -> HttpResponse:
    """Lend rights to a key-account manager or an agency."""
    now = clock.now()
    form = DelegationForm(request.POST or None, access=request.access, at=now)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            delegations.grant(
                request.access, email=wanted["email"], rights=wanted["rights"], expires_at=wanted["until"], at=now
            )
        except delegations.DelegationRefused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("%(email)s may act for you now.") % {"email": wanted["email"]})
            return back(request)
    return render(request, "shops/people/lend.html", {"form": form})


@require_POST
@merchant_page(Right.PEOPLE_EDIT)
def unlend(request: HttpRequest, delegation: str) -> HttpResponse:
    """Take lent rights back."""
    lent = get_object_or_404(own(Delegation, request.access.merchant).select_related("delegate"), code=delegation)
    if delegations.revoke(request.access, lent, at=clock.now()):
        messages.success(request, _("%(name)s acts for you no more.") % {"name": lent.delegate})
    return back(request)


def member(request: HttpRequest, person: str) -> Membership:
    """Return the live membership of the person of that code."""
    alive = own(Membership, request.access.merchant).filter(revoked_at=None).select_related("user")
    return get_object_or_404(alive, user__code=person)


def back(request: HttpRequest) -> HttpResponse:
    return redirect("shops:people", request.access.merchant.code)
