"""Pages of API tokens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from shops import tokens as verbs

from ...tenancy import merchant_page, own
from ..forms import TokenForm
from ..models import ApiToken
from ..rights import Right


@require_safe
@merchant_page(Right.PEOPLE_VIEW)
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the tokens of the merchant's programs, live ones first."""
    rows = own(ApiToken, request.access.merchant).select_related("created_by").order_by("-pk")
    context = {"tokens": rows, "may_edit": request.access.may(Right.PEOPLE_EDIT), "now": clock.now()}
    return render(request, "shops/people/tokens.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@merchant_page(Right.PEOPLE_EDIT)
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token; its secret is on the page that answers, and never again."""
    now = clock.now()
    form = TokenForm(request.POST or None, access=request.access, at=now)
    if request.method != "POST" or not form.is_valid():
        return render(request, "shops/people/token_new.html", {"form": form})
    wanted = form.cleaned_data
    token, secret = verbs.hand_out(
        request.access, name=wanted["name"], rights=wanted["rights"], expires_at=wanted["until"], at=now
    )
    return render(request, "shops/people/token_made.html", {"token": token, "secret": secret})


@require_POST
@merchant_page(Right.PEOPLE_EDIT)
def token_revoke(request: HttpRequest, token: str) -> HttpResponse:
    """End a token."""
    ended = get_object_or_404(own(ApiToken, request.access.merchant), code=token)
    if verbs.revoke(request.access, ended, at=clock.now()):
        messages.success(request, _("The token “%(name)s” opens nothing any more.") % {"name": ended.name})
    return redirect("shops:tokens", request.access.merchant.code)
