"""The page behind the link of an invitation."""

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chengfeng import clock

from ...onboarding import handover
from .. import invitations
from ..forms import JoinForm
from ..models import Invitation, User

PAGE = "shops/people/invitation.html"


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Let the invited person in: with an account by logging in, without one by name and password."""
    invited = invitations.find(secret)
    if invited is None:
        raise Http404
    if not invitations.is_open(invited, at=clock.now()):
        return answer(request, invited, "closed", status=410)
    if request.user.is_authenticated:
        return take(request, invited)
    if User.objects.filter(email=invited.email).exists():
        return answer(request, invited, "login")
    return join(request, invited)


def take(request: HttpRequest, invited: Invitation) -> HttpResponse:
    """Ask somebody who is logged in to accept, if the invitation is theirs."""
    if request.user.email != invited.email:
        return answer(request, invited, "other", status=403)
    if request.method != "POST":
        return answer(request, invited, "accept")
    try:
        handover.accept(invited, user=request.user, at=clock.now())
    except invitations.InvitationRefused as refusal:
        return answer(request, invited, "refused", status=409, refusal=str(refusal))
    return redirect("shops:enter", invited.merchant.code)


def join(request: HttpRequest, invited: Invitation) -> HttpResponse:
    """Ask somebody new for name and password, and let them in."""
    form = JoinForm(request.POST or None, email=invited.email)
    if request.method != "POST" or not form.is_valid():
        return answer(request, invited, "join", form=form)
    try:
        user = handover.join(invited, at=clock.now(), **form.cleaned_data)
    except invitations.InvitationRefused as refusal:
        return answer(request, invited, "refused", status=409, refusal=str(refusal))
    login(request, user)
    return redirect("shops:enter", invited.merchant.code)


def answer(request: HttpRequest, invited: Invitation, situation: str, *, status: int = 200, **more) -> HttpResponse:
    return render(request, PAGE, {"invitation": invited, "situation": situation, **more}, status=status)
