"""Pages of webhooks: the endpoints, one with its log, one message with its attempts."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock

from ..people.rights import Right
from ..tenancy import merchant_page
from . import keeping, listing, replaying, sending
from .events import EVENTS
from .forms import EndpointForm, LogFilter
from .models import HookEndpoint, HookMessage
from .secrets import OVERLAP, secret_of

PER_PAGE = 50


@require_safe
@merchant_page(Right.WEBHOOKS_VIEW)
def webhooks(request: HttpRequest) -> HttpResponse:
    """List the endpoints with what their last day brought, and say how messages are verified."""
    context = {
        "endpoints": listing.with_numbers(request.access.merchant, at=clock.now()),
        "events": EVENTS.values(),
        "may_edit": request.access.may(Right.WEBHOOKS_EDIT),
        "at_most": keeping.AT_MOST,
    }
    return render(request, "shops/hooks/webhooks.html", context)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_new(request: HttpRequest) -> HttpResponse:
    """Make an endpoint."""
    form = EndpointForm(request.POST or None)
    if form.is_valid():
        try:
            made = keeping.create(request.access, values=form.values, at=clock.now())
        except keeping.TooMany:
            form.add_error(None, _("There are as many webhooks as there may be; delete one first."))
        else:
            messages.success(request, _("The webhook is made. Copy its secret, and send a test message."))
            return _to(request, made)
    return _form(request, form)


@require_http_methods(["GET", "POST"])
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_edit(request: HttpRequest, webhook: str) -> HttpResponse:
    """Change an endpoint."""
    shown = _find(request, webhook)
    form = EndpointForm.of(shown, request.POST or None)
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            keeping.edit(request.access, shown, version=version, values=form.values, at=clock.now())
        except keeping.EndpointConflict:
            form.add_error(None, _("Somebody else changed this webhook while you were editing. Nothing was saved."))
        else:
            messages.success(request, _("Saved."))
            return _to(request, shown)
    return _form(request, form, shown)


@require_safe
@merchant_page(Right.WEBHOOKS_VIEW)
def webhook(request: HttpRequest, webhook: str) -> HttpResponse:
    """Show an endpoint and its log."""
    shown = _find(request, webhook)
    form = LogFilter(request.GET)
    wanted = form.wanted()
    rows = listing.messages(request.access.merchant, endpoint=shown, **wanted)
    context = {
        "endpoint": shown, "form": form, "is_filtered": bool(wanted), "failed": replaying.failed(shown).count(),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "events": [EVENTS[name] for name in shown.events if name in EVENTS],
        "may_edit": request.access.may(Right.WEBHOOKS_EDIT), "kept": settings.WEBHOOKS_KEPT,
    }  # fmt: skip
    return render(request, "shops/hooks/webhook.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_secret(request: HttpRequest, webhook: str) -> HttpResponse:
    """Show the secret of an endpoint; a POST puts another in its place."""
    shown, now = _find(request, webhook), clock.now()
    if request.method == "POST":
        keeping.rotate(request.access, shown, at=now)
        messages.success(request, _("There is a new secret. The one before signs as well for 24 hours."))
        return redirect("shops:webhook_secret", request.access.merchant.code, shown.code)
    until = shown.rotated_at and shown.rotated_at + OVERLAP
    context = {"endpoint": shown, "secret": secret_of(shown), "both_until": until if until and until > now else None}
    return render(request, "shops/hooks/secret.html", context)


@require_POST
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_test(request: HttpRequest, webhook: str) -> HttpResponse:
    """Send a test message."""
    shown = _find(request, webhook)
    try:
        message = replaying.test(request.access, shown, at=clock.now())
    except replaying.SwitchedOff:
        return _to(request, shown, problem=_("This webhook is switched off; switch it on first."))
    messages.success(request, _("A test message is on its way."))
    return redirect("shops:webhook_message", request.access.merchant.code, message.code)


@require_POST
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_replay(request: HttpRequest, webhook: str) -> HttpResponse:
    """Send all again that did not arrive."""
    shown = _find(request, webhook)
    try:
        number = replaying.replay_failed(request.access, shown, at=clock.now())
    except replaying.SwitchedOff:
        return _to(request, shown, problem=_("This webhook is switched off; switch it on first."))
    text = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", number)
    messages.success(request, text % {"n": number})
    return _to(request, shown)


@require_POST
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_enable(request: HttpRequest, webhook: str) -> HttpResponse:
    """Switch an endpoint on."""
    return _switched(request, webhook, keeping.enable, _("The webhook is switched on."))


@require_POST
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_disable(request: HttpRequest, webhook: str) -> HttpResponse:
    """Switch an endpoint off."""
    return _switched(request, webhook, keeping.disable, _("The webhook is switched off; what comes is held back."))


@require_POST
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_delete(request: HttpRequest, webhook: str) -> HttpResponse:
    """Delete an endpoint."""
    keeping.delete(request.access, _find(request, webhook), at=clock.now())
    messages.success(request, _("The webhook is deleted."))
    return redirect("shops:webhooks", request.access.merchant.code)


@require_safe
@merchant_page(Right.WEBHOOKS_VIEW)
def webhook_message(request: HttpRequest, message: str) -> HttpResponse:
    """Show a message as it is sent, and every attempt."""
    shown = _message(request, message)
    context = {
        "message": shown, "event": EVENTS.get(shown.event), "attempts": listing.attempts(shown),
        "body": sending.body_of(shown, indent=2), "may_edit": request.access.may(Right.WEBHOOKS_EDIT),
    }  # fmt: skip
    return render(request, "shops/hooks/message.html", context)


@require_POST
@merchant_page(Right.WEBHOOKS_EDIT)
def webhook_message_replay(request: HttpRequest, message: str) -> HttpResponse:
    """Send a message again."""
    shown = _message(request, message)
    try:
        replaying.replay(request.access, shown, at=clock.now())
        messages.success(request, _("It is sent again, with the same id."))
    except replaying.SwitchedOff:
        messages.error(request, _("This webhook is switched off; switch it on first."))
    return redirect("shops:webhook_message", request.access.merchant.code, shown.code)


def _find(request: HttpRequest, code: str) -> HookEndpoint:
    return get_object_or_404(keeping.endpoints(request.access.merchant), code=code)


def _message(request: HttpRequest, code: str) -> HookMessage:
    return get_object_or_404(listing.messages(request.access.merchant), code=code)


def _to(request: HttpRequest, endpoint: HookEndpoint, *, problem: str = "") -> HttpResponse:
    if problem:
        messages.error(request, problem)
    return redirect("shops:webhook", request.access.merchant.code, endpoint.code)


def _switched(request: HttpRequest, code: str, switch: Callable, said: str) -> HttpResponse:
    endpoint = _find(request, code)
    if switch(request.access, endpoint, at=clock.now()):
        messages.success(request, said)
    return _to(request, endpoint)


def _form(request: HttpRequest, form: EndpointForm, shown: HookEndpoint | None = None) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "shops/hooks/form.html", {"form": form, "endpoint": shown}, status=status)
