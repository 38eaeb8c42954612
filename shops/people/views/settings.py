"""The page of a shop's settings."""

from copy import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock

from ...tenancy import merchant_page
from .. import settings as shop_settings
from ..forms import SettingsForm
from ..rights import Right


@require_http_methods(["GET", "POST"])
@merchant_page(Right.CATALOGUE_EDIT)
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change how the shop presents itself."""
    form = SettingsForm(request.POST or None, instance=copy(request.access.merchant))
    if request.method == "POST" and form.is_valid():
        shop_settings.change(request.access, at=clock.now(), **form.values)
        messages.success(request, _("The settings are saved."))
        return redirect("shops:settings", request.access.merchant.code)
    return render(request, "shops/people/settings.html", {"form": form})
