"""Pages of one's own data: have it handed out, and be forgotten, in two steps."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from chengfeng import clock

from ..accounts import attempts
from ..shopper import COOKIE
from . import erasing, handing_out
from .forms import PasswordForm
from .linking import comes_to_work

ASKED = "erasure_asked"  # in the session, from the password to the last word
PATIENCE = 600  # seconds between these two


@login_required
@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """Say what is kept of a person and lead to both: having it handed out, and being forgotten."""
    works = comes_to_work(request.user, at=clock.now())
    return render(request, "shops/accounts/data.html", {"works": works})


@login_required
@require_safe
@never_cache
def download(request: HttpRequest) -> JsonResponse:
    """Hand out what is known of a person as a JSON file."""
    name = f"chengfeng-{clock.now():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    layout = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(handing_out.all_of(request.user), json_dumps_params=layout, headers=headers)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
def erase(request: HttpRequest) -> HttpResponse:
    """Ask for the password, say what goes and what has to stay, and forget the person at the last word."""
    if comes_to_work(request.user, at=clock.now()):
        return redirect("shops:my_data")
    form = PasswordForm(request.POST if "password" in request.POST else None, user=request.user)
    if "erase" in request.POST and _has_shown_the_password(request):
        return _erased(request)
    if form.is_bound and not attempts.may_try(request, at=clock.now()):
        messages.error(request, _("Too many failed attempts. Please wait a quarter of an hour."))
        return render(request, "shops/accounts/erase.html", {"form": form.__class__(user=request.user)}, status=429)
    if form.is_valid():
        request.session[ASKED] = clock.now().timestamp()
        needed = erasing.is_needed(request.user)
        return render(request, "shops/accounts/erase_confirm.html", {"needed": needed})
    return render(request, "shops/accounts/erase.html", {"form": form})


def _has_shown_the_password(request: HttpRequest) -> bool:
    return 0 <= clock.now().timestamp() - request.session.get(ASKED, 0) < PATIENCE


def _erased(request: HttpRequest) -> HttpResponse:
    """Have the person forgotten; the browser becomes a new one."""
    erasing.ask(request.user, at=clock.now())
    logout(request)
    messages.success(request, _("Your account is closed, and you are being forgotten."))
    response = redirect("shops:feed")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
