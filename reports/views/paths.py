"""Pages of paths: what several models say of the channels of a shop, at once or in the background, and as files."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengfeng import clock, sheets
from chengfeng.models import Job
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..paths.asked import PathForm, filled
from ..paths.question import MOST_STEPS, PathQuestion, Pinned, pin

DEFAULTS = {name: str(getattr(PathQuestion(), name)) for name in PathForm.base_fields if hasattr(PathQuestion, name)}
LISTED = 10


def _form(given) -> PathForm:
    """Return the form of an address, what it leaves open filled in."""
    given = given.copy()
    for name, value in DEFAULTS.items():
        if name != "as_of" and not given.get(name):
            given[name] = value
    return PathForm(given)


@merchant_page(Right.REPORTS_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def paths(request: HttpRequest) -> HttpResponse:
    """What the models say, side by side, and the most frequent paths; a POST has them reckoned in the background."""
    from ..paths import asking, running

    form, merchant = _form(request.POST if request.method == "POST" else request.GET), request.access.merchant
    context = {"form": form}
    if form.is_valid() and request.method == "POST":
        made = running.ask(request.access, form.question(), at=clock.now())
        return redirect("reports:path_run", merchant.code, made.code)
    if form.is_valid():
        asked = pin(form.question(), merchant, at=clock.now())
        if asking.is_quick(asked, merchant):
            context |= _shown(asking.answered(asked, merchant))
        else:
            context |= {"too_much": asked}
    runs = running.of(merchant).defer("result")[:LISTED]
    return _page(request, context | {"runs": [(each, running.asked_by(each)) for each in runs]})


def _shown(found) -> dict[str, Any]:
    from ..paths import picturing

    return {
        "found": found, "channels": picturing.by_weight(found),
        "models": [(each, picturing.LABELS[each], picturing.MEANINGS[each]) for each in found.models],
        "refused": [(picturing.LABELS[each], reason) for each, reason in found.refused.items()],
        "picture": picturing.picture(found), "listed": found.frequent[:20],
    }  # fmt: skip


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "reports/paths.html", context | {"steps": MOST_STEPS})


def _run(request: HttpRequest, code: str) -> Job:
    from ..paths import running

    return get_object_or_404(running.of(request.access.merchant), code=code)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def path_run(request: HttpRequest, run: str) -> HttpResponse:
    """A run: how far it is, else its answer."""
    from ..paths import running

    job = _run(request, run)
    asked = running.asked_by(job)
    context = {"run": job, "asked": asked, "form": filled(asked)}
    if request.headers.get("HX-Request"):
        answer = render(request, "reports/path_run.html", context)
        if job.is_over:
            answer["HX-Refresh"] = "true"
        return answer
    found = running.answer(job, request.access.merchant)
    return _page(request, context | (_shown(found) if found else {}))


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def path_run_cancel(request: HttpRequest, run: str) -> HttpResponse:
    from ..paths import running

    running.cancel(request.access, _run(request, run), at=clock.now())
    return redirect("reports:path_run", request.access.merchant.code, run)


@merchant_page(Right.REPORTS_VIEW)
@require_POST
def path_run_retry(request: HttpRequest, run: str) -> HttpResponse:
    from ..paths import running

    running.retry(request.access, _run(request, run), at=clock.now())
    return redirect("reports:path_run", request.access.merchant.code, run)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def paths_file(request: HttpRequest) -> HttpResponse:
    """The channels as CSV, or `of=paths` the most frequent paths; what cannot be asked leads back to the page."""
    from ..paths import asking

    form, merchant, of = _form(request.GET), request.access.merchant, _of(request)
    asked: Pinned | None = pin(form.question(), merchant, at=clock.now()) if form.is_valid() else None
    if asked is None or not asking.is_quick(asked, merchant):
        return redirect("reports:paths", merchant.code)
    return _file(asking.answered(asked, merchant), of)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def path_run_file(request: HttpRequest, run: str) -> HttpResponse:
    """The same of a run that is done; of any other it leads back to its page."""
    from ..paths import running

    of, job = _of(request), _run(request, run)
    found = running.answer(job, request.access.merchant)
    if found is None:
        messages.error(request, _("This run has no answer yet."))
        return redirect("reports:path_run", request.access.merchant.code, run)
    return _file(found, of)


def _of(request: HttpRequest) -> str:
    """Return what a file is of; raises Http404."""
    of = request.GET.get("of", "channels")
    if of not in ("channels", "paths"):
        raise Http404
    return of


def _file(found, of: str) -> HttpResponse:
    from ..paths import picturing

    headings, rows = (picturing.path_rows if of == "paths" else picturing.channel_rows)(found)
    name = f"{of}_{found.asked.days.first}_{found.asked.days.last}.csv"
    return StreamingHttpResponse(
        sheets.csv_of(rows, headings=headings), content_type=sheets.CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
