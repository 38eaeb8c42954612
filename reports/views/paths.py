"""Pages of paths: what several models say of the channels of a shop, and the same as files."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from chengfeng import clock, sheets
from shops.people.rights import Right
from shops.tenancy import merchant_page

from ..paths.asked import PathForm
from ..paths.question import MOST_STEPS, PathQuestion

DEFAULTS = {name: str(getattr(PathQuestion(), name)) for name in PathForm.base_fields if hasattr(PathQuestion, name)}


def _form(request: HttpRequest) -> PathForm:
    """Return the form of the address, what it leaves open filled in."""
    given = request.GET.copy()
    for name, value in DEFAULTS.items():
        if name != "as_of" and not given.get(name):
            given[name] = value
    return PathForm(given)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def paths(request: HttpRequest) -> HttpResponse:
    """What the models say, side by side, and the most frequent paths."""
    form = _form(request)
    context = {"form": form, "steps": MOST_STEPS}
    if form.is_valid():
        from ..paths import picturing
        from ..paths.asking import answered

        found = answered(form.question(), request.access.merchant, at=clock.now())
        models = [(each, picturing.LABELS[each], picturing.MEANINGS[each]) for each in found.models]
        refused = [(picturing.LABELS[each], reason) for each, reason in found.refused.items()]
        context |= {
            "found": found, "channels": picturing.by_weight(found), "models": models, "refused": refused,
            "picture": picturing.picture(found), "listed": found.frequent[:20],
        }  # fmt: skip
    return render(request, "reports/paths.html", context)


@merchant_page(Right.REPORTS_VIEW)
@require_safe
def paths_file(request: HttpRequest) -> HttpResponse:
    """The channels as CSV, or `of=paths` the most frequent paths; what cannot be asked leads back to the page."""
    form, of = _form(request), request.GET.get("of", "channels")
    if of not in ("channels", "paths"):
        raise Http404
    if not form.is_valid():
        return redirect("reports:paths", request.access.merchant.code)
    from ..paths import picturing
    from ..paths.asking import answered

    found = answered(form.question(), request.access.merchant, at=clock.now())
    headings, rows = (picturing.path_rows if of == "paths" else picturing.channel_rows)(found)
    name = f"{of}_{found.days.first}_{found.days.last}.csv"
    return StreamingHttpResponse(
        sheets.csv_of(rows, headings=headings), content_type=sheets.CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
