"""Pages of promotion seasons: of all merchants for operators, of lent ones for key accounts, of one for itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock, sheets
from chengfeng.periods import local_date
from shops.models import Merchant
from shops.people.rights import Right
from shops.tenancy import merchant_page, operator_page, portfolio_page

from ..season import brands, choosing, curves, files, keeping, looking, occasions, reach
from ..season.choosing import Asked, AskForm
from ..season.forms import OfferForm, SeasonForm
from ..season.models import Season
from ..season.numbers import NUMBERS

PAGE = 50
TOP = 12
MERCHANT_COLUMNS = {
    "name": _("Merchant"), "paid_gmv": NUMBERS["paid_gmv"].label, "last": _("Last year"), "growth": _("Growth"),
    **{code: NUMBERS[code].label for code in (
        "paid_orders", "buyers", "spend", "ad_gmv", "roi", "kept_roi", "refunded_share",
    )},
}  # fmt: skip
BRAND_COLUMNS = {
    "brand": _("Brand"), "line_value": NUMBERS["line_value"].label, "growth": _("Growth"),
    **{code: NUMBERS[code].label for code in ("orders", "buyers", "ad_gmv", "spend", "roi", "kept_roi")},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a reader sits: the frame of the pages, the prefix of their names, and the merchants in reach."""

    name: str
    frame: str
    merchants: list[Merchant]
    arguments: tuple[str, ...] = ()

    @property
    def is_of_one(self) -> bool:
        return bool(self.arguments)

    @property
    def places(self) -> dict[str, str]:
        """The addresses of the pages of this desk."""
        pages = ("season", "season_brands", "season_brands_file") + (
            () if self.is_of_one else ("season_merchants", "season_merchants_file")
        )
        return {page: reverse(f"reports:{self.name}{page}", args=self.arguments) for page in pages}


View = Callable[..., HttpResponse]


def of_all(view: View) -> View:
    """Let operators look at all merchants."""

    @require_safe
    @operator_page
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        return view(request, Desk("platform_", "workspace.html", reach.of_all()))

    return guarded


def of_lent(view: View) -> View:
    """Let key-account managers and agencies look at the merchants whose reports are lent to them."""

    @require_safe
    @portfolio_page(Right.REPORTS_VIEW)
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        return view(request, Desk("ka_", "ka.html", reach.of_lent(request.user, at=clock.now())))

    return guarded


def of_one(view: View) -> View:
    """Let people of a merchant look at it alone."""

    @require_safe
    @merchant_page(Right.REPORTS_VIEW)
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        merchant = request.access.merchant
        return view(request, Desk("", "console.html", [merchant], (merchant.code,)))

    return guarded


def season(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The season as a whole; its best brands are asked for after, since they take as long again."""
    at = clock.now()
    asked, context = _asked(request, desk, at=at)
    if asked and asked.has_begun:
        report = looking.look(desk.merchants, asked, at=at)
        context |= {
            "report": report, "days": curves.by_day(asked, report.periods),
            "hours": curves.by_hour(desk.merchants, asked),
        }  # fmt: skip
    return render(request, "reports/season/season.html", context)


def merchants(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The merchants of a cohort, or of a move between two, or all, with their figures."""
    at = clock.now()
    asked, context = _asked(request, desk, at=at)
    if asked and asked.has_begun:
        report = looking.look(desk.merchants, asked, at=at)
        chosen = _members(report, request.GET)
        here, there = (_place(request.GET, name, len(report.cohorts)) for name in ("cohort", "was"))
        context |= {
            "report": report, "page": Paginator(chosen, PAGE).get_page(request.GET.get("page")),
            "cohort": here and report.cohorts[here - 1], "last_cohort": there and report.cohorts[there - 1],
            "columns": _columns(MERCHANT_COLUMNS, request.GET.get("sort", "-paid_gmv")),
        }  # fmt: skip
    return render(request, "reports/season/merchants.html", context)


def merchants_file(request: HttpRequest, desk: Desk) -> HttpResponse:
    at = clock.now()
    asked = _must_ask(request, desk, at=at)
    report = looking.look(desk.merchants, asked, at=at)
    content = files.merchants(_members(report, request.GET), currency=asked.currency)
    return _file(content, f"season-{asked.days.first}-{asked.days.last}-merchants.csv")


def season_brands(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every brand of the season, a page at a time; the best ones alone for the page of the season."""
    at = clock.now()
    asked, context = _asked(request, desk, at=at)
    if asked and asked.has_begun:
        found, all_brands = looking.look_at_brands(desk.merchants, asked, at=at)
        sort = request.GET.get("sort", "-line_value")
        page = Paginator(brands.in_order(found, sort), PAGE).get_page(request.GET.get("page"))
        if request.headers.get("HX-Request"):
            context |= {"brands": page.object_list[:TOP], "all_brands": all_brands, "number_of_brands": len(found)}
            return render(request, "reports/season/best_brands.html", context)
        context |= {"brands": page, "page": page, "all_brands": all_brands, "columns": _columns(BRAND_COLUMNS, sort)}
    return render(request, "reports/season/brands.html", context)


def brands_file(request: HttpRequest, desk: Desk) -> HttpResponse:
    at = clock.now()
    asked = _must_ask(request, desk, at=at)
    found, _together = looking.look_at_brands(desk.merchants, asked, at=at)
    rows = brands.in_order(found, request.GET.get("sort", "-line_value"))
    return _file(files.brands(rows, currency=asked.currency), f"season-{asked.days.first}-{asked.days.last}-brands.csv")


def _asked(request: HttpRequest, desk: Desk, *, at: datetime) -> tuple[Asked | None, dict]:
    """Return what is asked, and what every page of a season shows."""
    asked, form = _read(request.GET, desk, at=at)
    context = {
        "desk": desk, "frame": desk.frame, "places": desk.places, "asked": asked, "form": form, "at": at,
        "goal": choosing.GOAL, "is_operator": desk.name == "platform_",
    }  # fmt: skip
    return asked, context


def _must_ask(request: HttpRequest, desk: Desk, *, at: datetime) -> Asked:
    asked, _form = _read(request.GET, desk, at=at)
    if not asked or not asked.has_begun:
        raise Http404
    return asked


def _read(query: Mapping[str, str], desk: Desk, *, at: datetime) -> tuple[Asked | None, AskForm]:
    return choosing.ask(query, currencies=reach.currencies(desk.merchants), today=reach.today(desk.merchants, at=at))


def _place(query: Mapping[str, str], name: str, most: int) -> int | None:
    """Return the place of a cohort that the query names, the highest being 1."""
    given = query.get(name, "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 3 else 0
    return number if 0 < number <= most else None


def _members(report: looking.Report, query: Mapping[str, str]) -> list:
    """Return the merchants of the cohort of this year, of that of last year, or of both, that the query names."""
    places = (_place(query, name, len(report.cohorts)) for name in ("cohort", "was"))
    return looking.in_order(looking.chosen(report, *places), query.get("sort", "-paid_gmv"))


def _columns(labels: Mapping, sort: str) -> list[dict]:
    """Return headings with how a click on each sorts: the first by name, others from the highest, then turned round."""
    first = next(iter(labels))
    directions = {sort.removeprefix("-"): "descending" if sort.startswith("-") else "ascending"}
    told = []
    for code, label in labels.items():
        natural, other = (code, f"-{code}") if code == first else (f"-{code}", code)
        told.append({"label": label, "next": other if sort == natural else natural, "is": directions.get(code, "")})
    return told


def _file(content, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=sheets.CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@operator_page
def seasons(request: HttpRequest) -> HttpResponse:
    """The seasons that are named, and the ready list to name one from."""
    context = {"seasons": keeping.listed(), "offer": OfferForm(today=_today())}
    return render(request, "reports/season/seasons.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def season_new(request: HttpRequest) -> HttpResponse:
    """Name a season, beginning with the usual days of an occasion where one is chosen."""
    offer = OfferForm(request.GET, today=_today())
    usual = occasions.usual(**offer.cleaned_data) if offer.is_valid() else {}
    return _edited(request, Season(), SeasonForm(request.POST or None, initial=usual))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def season_edit(request: HttpRequest, season: str) -> HttpResponse:
    found = get_object_or_404(Season, code=season)
    return _edited(request, found, SeasonForm(request.POST or None, instance=found))


def _edited(request: HttpRequest, season: Season, form: SeasonForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        keeping.keep(form.save(commit=False), by=request.user, at=clock.now())
        return redirect("reports:seasons")
    context = {"form": form, "season": season}
    return render(request, "reports/season/edit.html", context, status=422 if form.is_bound else 200)


@require_POST
@operator_page
def season_remove(request: HttpRequest, season: str) -> HttpResponse:
    keeping.remove(get_object_or_404(Season, code=season))
    return redirect("reports:seasons")


def _today() -> date:
    return local_date(clock.now(), settings.PLATFORM_TIME_ZONE)
