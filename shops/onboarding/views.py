"""Pages of the key-account workspace."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock
from chengfeng.periods import local_date

from ..people import invitations
from ..tenancy import Access, access_of, ka_page, own
from . import brands, handover, papers, pipeline, places
from .forms import CompanyForm, PaperForm, PipelineFilter, ShopForm
from .models import Brand, Document

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Seen:
    """A brand as one person sees it at one instant."""

    brand: Brand
    access: Access | None
    at: datetime
    may_work: bool


def see(request: HttpRequest, code: str) -> Seen:
    """Return the brand of that code; raises Http404 for everybody who may not see it."""
    at = clock.now()
    brand = get_object_or_404(brands.visible_to(request.user, at=at), code=code)
    access = access_of(request.user, brand.merchant, at=at)
    is_his = brand.manager == request.user and brand.handed_over_at is None
    return Seen(brand, access, at, may_work=is_his and access is not None)


def work_on(request: HttpRequest, code: str) -> Seen:
    """Return the brand to its manager at work; 404 for strangers, PermissionDenied for those who only look on."""
    seen = see(request, code)
    brands.acting(seen.brand, request.user, at=seen.at)
    return seen


@ka_page
@require_safe
def ka_brands(request: HttpRequest) -> HttpResponse:
    """Show the pipeline: every brand, how far it is and what is late."""
    form = PipelineFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"show": "", "q": ""}
    everything = pipeline.stages(request.user, at=clock.now())
    stages = pipeline.stages(request.user, at=clock.now(), show=wanted["show"], search=wanted["q"])
    context = {
        "form": form,
        "page": Paginator(stages, PER_PAGE).get_page(request.GET.get("page")),
        "in_progress": sum(stage.brand.handed_over_at is None for stage in everything),
        "late": sum(stage.is_late for stage in everything),
        "handed_over": sum(stage.brand.handed_over_at is not None for stage in everything),
        "is_filtered": any(wanted.values()),
        "now": clock.now(),
    }
    return render(request, "shops/onboarding/brands.html", context)


@ka_page
@require_http_methods(["GET", "POST"])
def ka_brand_new(request: HttpRequest) -> HttpResponse:
    """Open a brand."""
    company = CompanyForm(request.POST or None, instance=Brand(manager=request.user), prefix="company")
    shop = ShopForm(request.POST or None, prefix="shop")
    if request.method == "POST" and company.is_valid() & shop.is_valid():
        brand = brands.open_brand(
            manager=request.user, company=company.cleaned_data, shop=shop.cleaned_data, at=clock.now()
        )
        messages.success(request, _("%(brand)s is open.") % {"brand": brand})
        return redirect("shops:ka_brand", brand.code)
    return render(request, "shops/onboarding/brand_new.html", {"company": company, "shop": shop})


@ka_page
@require_safe
def ka_brand(request: HttpRequest, code: str) -> HttpResponse:
    """Show a brand: its checklist, what is in the way, and the hand-over."""
    seen = see(request, code)
    stage = pipeline.stage_of(seen.brand, at=seen.at)
    context = {
        "brand": seen.brand,
        "stage": stage,
        "lines": [_line(line, seen) for line in stage.lines],
        "may_work": seen.may_work,
        "may_extend": seen.brand.manager == request.user and seen.brand.handed_over_at is None,
        "delegation": seen.access and seen.access.delegation,
        "console": bool(seen.access),
        "is_ready": brands.is_ready_to_open(seen.brand),
        "offer": handover.offered(seen.brand),
        "now": seen.at,
    }
    return render(request, "shops/onboarding/brand.html", context)


def _line(line, seen: Seen) -> dict:
    if line.done:
        return {"line": line, "fact_url": places.fact_url(line.done, seen.brand, seen.access)}
    return {"line": line, "place": places.place_of(line.step, seen.brand, seen.access, may_work=seen.may_work)}


@ka_page
@require_http_methods(["GET", "POST"])
def ka_company(request: HttpRequest, code: str) -> HttpResponse:
    """Complete the details of the company."""
    seen = work_on(request, code)
    form = CompanyForm(request.POST or None, instance=seen.brand)
    if request.method == "POST" and form.is_valid():
        brands.describe(seen.brand, seen.access, at=seen.at, **form.cleaned_data)
        messages.success(request, _("The details are saved."))
        return redirect("shops:ka_brand", code)
    return render(request, "shops/onboarding/company.html", {"form": form, "brand": seen.brand})


@ka_page
@require_http_methods(["GET", "POST"])
def ka_papers(request: HttpRequest, code: str) -> HttpResponse:
    """Show the papers of a brand and take new ones."""
    seen = work_on(request, code) if request.method == "POST" else see(request, code)
    form = PaperForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid():
        papers.add(seen.access, at=seen.at, **form.cleaned_data)
        messages.success(request, _("The document is kept."))
        return redirect("shops:ka_papers", code)
    kept = own(Document, seen.brand.merchant).select_related("uploaded_by").order_by("-uploaded_at", "-pk")
    context = {"form": form, "brand": seen.brand, "papers": _validity(kept, seen), "may_work": seen.may_work}
    return render(request, "shops/onboarding/papers.html", context)


def _validity(kept, seen: Seen) -> list[tuple[Document, str]]:
    today = local_date(seen.at, seen.brand.merchant.time_zone)
    current = papers.current(kept)
    return [(paper, papers.validity(paper, current, today=today)) for paper in kept]


@ka_page
@require_safe
def ka_paper(request: HttpRequest, code: str, document: str) -> HttpResponse:
    """Hand out a paper."""
    paper = get_object_or_404(own(Document, see(request, code).brand.merchant), code=document)
    return FileResponse(paper.file.open("rb"), as_attachment=True, filename=paper.file_name)


@ka_page
@require_POST
def ka_open_shop(request: HttpRequest, code: str) -> HttpResponse:
    """Show the shop to shoppers."""
    seen = work_on(request, code)
    try:
        brands.open_shop(seen.brand, seen.access, at=seen.at)
    except brands.NotReady as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The shop is open to shoppers."))
    return redirect("shops:ka_brand", code)


@ka_page
@require_POST
def ka_extend(request: HttpRequest, code: str) -> HttpResponse:
    """Extend the manager's delegation."""
    seen = see(request, code)
    brands.extend(seen.brand, user=request.user, at=seen.at)
    messages.success(request, _("You may act for this brand for 90 more days."))
    return redirect("shops:ka_brand", code)


@ka_page
@require_POST
def ka_offer(request: HttpRequest, code: str) -> HttpResponse:
    """Offer the shop to the contact."""
    seen = work_on(request, code)
    try:
        invitation = handover.offer(seen.brand, seen.access, at=seen.at)
    except brands.NotReady as refusal:
        messages.error(request, refusal.message)
    except invitations.InvitationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": invitation.email})
    return redirect("shops:ka_brand", code)


@ka_page
@require_POST
def ka_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take the offer back while it is not accepted."""
    seen = work_on(request, code)
    offer = handover.offered(seen.brand)
    if offer and invitations.revoke(seen.access, offer, at=seen.at):
        messages.success(request, _("The hand-over is withdrawn."))
    return redirect("shops:ka_brand", code)
