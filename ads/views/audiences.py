"""Console pages of audiences: the list, one audience, making, changing and archiving."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..audiences import defining, people
from ..audiences.forms import AudienceForm, initial_of
from ..audiences.sizes import Size, rounded
from ..audiences.telling import who
from ..models import Audience

PER_PAGE = 30


@require_safe
@merchant_page(Right.ADS_VIEW)
def audiences(request: HttpRequest) -> HttpResponse:
    """List the audiences with their rounded sizes and the groups that use them."""
    page = Paginator(defining.audiences_of(request.access), PER_PAGE).get_page(request.GET.get("page"))
    uses = defining.uses_of(page)
    for audience in page:
        _tell(audience)
        audience.uses = uses[audience.pk]
    return render(request, "ads/audiences.html", {"page": page, "may_edit": request.access.may(Right.ADS_EDIT)})


@require_safe
@merchant_page(Right.ADS_VIEW)
def audience(request: HttpRequest, audience: str) -> HttpResponse:
    """Show an audience: who, how many, and which groups are shown or not shown to it."""
    shown = _found(request, audience)
    _tell(shown)
    context = {
        "audience": shown,
        "uses": defining.uses_of([shown])[shown.pk],
        "may_edit": request.access.may(Right.ADS_EDIT),
    }
    return render(request, "ads/audience.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def audience_new(request: HttpRequest) -> HttpResponse:
    """Make an audience."""
    form = AudienceForm(request.POST or None, merchant=request.access.merchant)
    if _is_ready(request, form):
        try:
            made = defining.create(request.access, at=clock.now(), **form.changes())
        except defining.NameTaken:
            form.add_error("name", _("Another audience has this name."))
        except defining.TooMany:
            form.add_error(None, _("At most %(most)d audiences.") % {"most": defining.MOST_AUDIENCES})
        else:
            messages.success(request, _("The audience is made; its people are counted in a moment."))
            return redirect("ads:audience", request.access.merchant.code, made.code)
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_page(Right.ADS_EDIT)
def audience_edit(request: HttpRequest, audience: str) -> HttpResponse:
    """Change an audience."""
    shown = _found(request, audience)
    form = AudienceForm(request.POST or None, merchant=request.access.merchant, initial=initial_of(shown))
    if _is_ready(request, form):
        try:
            defining.edit(request.access, shown, at=clock.now(), **form.changes())
        except defining.NameTaken:
            form.add_error("name", _("Another audience has this name."))
        else:
            messages.success(request, _("Saved; its people are counted in a moment."))
            return redirect("ads:audience", request.access.merchant.code, shown.code)
    return _page(request, form, shown)


@require_POST
@merchant_page(Right.ADS_EDIT)
def audience_archive(request: HttpRequest, audience: str) -> HttpResponse:
    """Archive an audience, unless a group uses it."""
    shown = _found(request, audience)
    try:
        defining.archive(request.access, shown, at=clock.now())
    except defining.InUse as error:
        messages.error(request, _("It is still used by: %(groups)s.") % {"groups": error})
        return redirect("ads:audience", request.access.merchant.code, shown.code)
    messages.success(request, _("“%(name)s” is archived.") % {"name": shown.name})
    return redirect("ads:audiences", request.access.merchant.code)


def _found(request: HttpRequest, code: str) -> Audience:
    return get_object_or_404(defining.audiences_of(request.access), code=code)


def _tell(audience: Audience) -> None:
    audience.who = who(audience)
    audience.people = None if audience.size is None else rounded(audience.size)


def _is_ready(request: HttpRequest, form: AudienceForm) -> bool:
    """Whether the form is to be carried out, rather than only looked at: for products, or for how many it means."""
    if request.method != "POST" or {"look", "estimate"} & request.POST.keys():
        return False
    return form.is_valid()


def _page(request: HttpRequest, form: AudienceForm, audience: Audience | None = None) -> HttpResponse:
    estimate = _estimate(form)
    is_draft = bool({"look", "estimate"} & request.POST.keys())
    if is_draft:
        form.as_draft()
    context = {"form": form, "audience": audience, "estimate": estimate}
    return render(request, "ads/audience_form.html", context, status=422 if form.errors else 200)


def _estimate(form: AudienceForm) -> Size | None:
    """Return about how many people the form means now, once it says enough."""
    definition = form.definition() if form.is_bound else None
    return rounded(people.count(definition, at=clock.now())) if definition else None
