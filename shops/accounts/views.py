"""Pages of accounts."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengfeng import clock
from shops import tenancy
from shops.frame import first_page

from ..identity.models import Link
from ..people.rights import Right
from . import attempts, devices
from .forms import LoginForm, RegisterForm


class Login(auth_views.LoginView):
    """Log in by e-mail and password; too many tries are refused before the password is looked at."""

    template_name = "shops/accounts/login.html"
    form_class = LoginForm
    redirect_authenticated_user = True

    def post(self, request, *args, **kwargs):
        if not attempts.may_try(request, at=clock.now()):
            messages.error(request, _("Too many failed attempts. Please wait a quarter of an hour."))
            return render(request, self.template_name, self.get_context_data(form=LoginForm()), status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        attempts.forget(self.request, at=clock.now())
        response = super().form_valid(form)
        devices.remember(self.request, evidence=Link.Evidence.LOGIN, at=clock.now())
        return response


@require_safe
def operator_login(request: HttpRequest) -> HttpResponse:
    """Lead to the one page where tries are counted; for people who are logged in and no operators there is none."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise Http404
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


class PasswordChange(auth_views.PasswordChangeView):
    """Change one's own password; the session stays."""

    template_name = "shops/accounts/password_change.html"
    success_url = reverse_lazy("shops:home")

    def form_valid(self, form):
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Open a shopper's account and log in."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(language=get_language()))
        devices.remember(request, evidence=Link.Evidence.REGISTER, at=clock.now())
        messages.success(request, _("Welcome to Chengfeng."))
        return redirect(wanted(request) or "shops:feed")
    return render(request, "shops/accounts/register.html", {"form": form, "next": wanted(request)})


def wanted(request: HttpRequest) -> str:
    """Return the page somebody came from, when it is one of ours."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else ""


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to their place: operator, key-account manager, merchant's colleague or shopper."""
    if request.user.is_staff:
        return redirect("admin:index")
    if request.user.is_ka_manager:
        return redirect("shops:ka_brands")
    mine = list(tenancy.merchants_of(request.user, at=clock.now())[:2])
    if not mine:
        return redirect("shops:feed")
    return redirect("shops:enter", mine[0].code) if len(mine) == 1 else redirect("shops:merchants")


@login_required
@require_safe
def merchants(request: HttpRequest) -> HttpResponse:
    """Let a person choose among the merchants they may enter."""
    at = clock.now()
    context = {
        "merchants": tenancy.merchants_of(request.user, at=at),
        "has_portfolio": tenancy.is_lent(request.user, Right.REPORTS_VIEW, at=at),
    }
    return render(request, "shops/accounts/merchants.html", context)


@login_required
@require_safe
def enter(request: HttpRequest, merchant: str) -> HttpResponse:
    """Lead into a merchant's console, to the first page that is open to this person; strangers get 404."""
    entered = tenancy.merchants_of(request.user, at=clock.now()).filter(code=merchant).first()
    access = entered and tenancy.access_of(request.user, entered, at=clock.now())
    address = access and first_page(access)
    if not address:
        raise Http404
    return redirect(address)
