"""Reports that are defined, kept and run over the API: what may be asked, and what was answered."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import idempotent
from chengfeng.models import Job
from shops.catalogue.api import Conflict, Pages, paged

from ..building import asking, files, saving, scheduling
from ..building.models import Format, ReportRun, ReportSchedule, SavedReport
from ..building.reading import Kept, NotComparable, compare
from ..building.ready_made import ACROSS
from ..building.sending import sent
from ..measuring.asking import Row
from ..measuring.definition import BadDefinition, Definition, parse
from ..measuring.dimensions import DIMENSIONS
from ..measuring.measures import MEASURES
from ..measuring.naming import Named
from ..measuring.offers import matrix
from ..metrics import Unit
from .doors import ReportsView

TAGS = ["reports"]
MOST = 1000
EARLY = 8  # the hour at which reports are sent unless another is named
CODE = OpenApiParameter("code", str, OpenApiParameter.PATH)


class Unlike(Problem):
    status_code = 409
    code = "reports_ask_different_questions"
    title = "Only runs of the same question can be compared"


class TooLongForASheet(Problem):
    status_code = 409
    code = "too_long_for_a_sheet"
    title = "A sheet holds 1,048,575 rows; choose CSV or Parquet"


def parsed(document: Any) -> Definition:
    """Return a definition; raises ValidationError with the path and the rule of every flaw."""
    try:
        return parse(document)
    except BadDefinition as error:
        raise flawed(error) from error


def flawed(error: BadDefinition) -> ValidationError:
    found: dict[str, list] = {}
    for flaw in error.flaws:
        found.setdefault(f"definition.{flaw.field}".rstrip("."), []).append(ErrorDetail(flaw.message, flaw.rule))
    return ValidationError(found)


class DefinitionField(serializers.JSONField):
    """A definition as JSON: dimensions, measures, rule, clock, period, compare, filters, sort, limit, as_of."""


class ScheduleSerializer(serializers.ModelSerializer):
    """When a report is sent, and to which members of the shop, by their codes; that of a portfolio to its person."""

    recipients = serializers.SlugRelatedField("code", many=True, read_only=True)

    class Meta:
        model = ReportSchedule
        fields = ["rhythm", "hour", "weekday", "day", "recipients", "format", "is_sent_empty", "next_at", "fault"]
        read_only_fields = ["next_at", "fault"]


class SavedReportSerializer(serializers.ModelSerializer):
    """A definition with a name; a PATCH names the `version` that was read."""

    definition = DefinitionField()
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    schedule = ScheduleSerializer(read_only=True)

    class Meta:
        model = SavedReport
        fields = [
            "code", "name", "definition", "currency", "is_shared", "version", "schedule", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["code", "currency", "created_at", "updated_at"]


class RunRequestSerializer(serializers.Serializer):
    """What to run: a definition, or the code of a saved report, or the name of a ready-made one."""

    definition = DefinitionField(required=False)
    report = serializers.CharField(max_length=24, required=False)
    ready_made = serializers.ChoiceField(list(ACROSS), required=False)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)

    def validate(self, attrs):
        if sum(name in attrs for name in ("definition", "report", "ready_made")) != 1:
            raise ValidationError("Name one of definition, report and ready_made.")
        return attrs


class ReportRunSerializer(serializers.ModelSerializer):
    """A run as it stands: of which shops, its progress in per cent, when it will be ready, what its answer rests on."""

    shops = serializers.SerializerMethodField()
    report = serializers.SlugRelatedField("code", read_only=True)
    state = serializers.ChoiceField(Job.State.choices, read_only=True)
    progress = serializers.SerializerMethodField()
    eta = serializers.SerializerMethodField()
    error = serializers.CharField(source="job.error", default="")
    heading = serializers.JSONField()
    totals = serializers.SerializerMethodField()

    class Meta:
        model = ReportRun
        fields = [
            "code", "name", "shops", "report", "state", "progress", "eta", "error", "definition", "as_of", "version",
            "heading", "rows", "totals", "requested_at", "ready_at", "expires_at",
        ]  # fmt: skip

    def get_shops(self, run) -> list[str]:
        return [shop.code for shop in run.shops]

    def get_progress(self, run) -> int:
        return 100 if run.ready_at else run.job.percent if run.job else 0

    def get_eta(self, run) -> str | None:
        found = asking.eta(run, at=clock.now())
        return found.isoformat() if found else None

    def get_totals(self, run) -> dict[str, Any] | None:
        return values(Kept(run).total, run.question) if run.totals and run.question else None


class RowsQuerySerializer(serializers.Serializer):
    """Which rows: after which place, how many, sorted by which column (`-` for the largest first)."""

    after = serializers.IntegerField(min_value=0, max_value=2**53, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=100)
    sort = serializers.CharField(max_length=40, required=False)


class RowsSerializer(serializers.Serializer):
    """Rows of a run; `next` is the place to go on after, null at the end."""

    results = serializers.ListField(child=serializers.DictField())
    next = serializers.IntegerField(allow_null=True)
    rows = serializers.IntegerField()


class ChangesSerializer(serializers.Serializer):
    """What differs between two runs of the same question, each row new, gone or changed (`difference`).

    `happened` is what was recorded between their moments, `causes` what was posted to credits by the default rule.
    """

    earlier = serializers.CharField()
    later = serializers.CharField()
    rows = serializers.IntegerField()
    results = serializers.ListField(child=serializers.DictField())
    totals = serializers.DictField()
    happened = serializers.ListField(child=serializers.DictField())
    causes = serializers.ListField(child=serializers.DictField())


def values(row: Row, definition: Definition) -> dict[str, Any]:
    """Return the measures of a row as programs read them, with what they were and how they changed."""
    told: dict[str, Any] = {}
    for code in definition.offered:
        told[code] = number(code, row[code])
        if definition.compare:
            change = row.change(code)
            told |= {f"{code}_before": number(code, row.was(code)), f"{code}_change": change and str(round(change, 6))}
    return told


def number(code: str, value) -> int | str | None:
    """Return counts as numbers, money and ratios as texts, for a float would change them."""
    if value is None or (MEASURES[code].unit == Unit.COUNT and not MEASURES[code].over):
        return value
    return str(round(value, 6 if MEASURES[code].over else 4))


def keys(row_keys: tuple, definition: Definition) -> dict[str, Any]:
    """Return the values of the dimensions; what has a code has a name beside it."""
    told = zip(definition.dimensions, row_keys, strict=True)
    return {code: {"code": key.code, "name": key.name} if isinstance(key, Named) else key for code, key in told}


class ReportOffers(ReportsView):
    """What may be asked."""

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="report_offers", tags=TAGS)
    def get(self, request):
        """List dimensions and measures, what each means, and which are not offered together and why."""
        measures = [
            {
                "code": metric.code, "label": str(metric.label), "meaning": str(metric.meaning), "unit": metric.unit,
                "formula": metric.formula,
            }
            for metric in MEASURES.values()
        ]  # fmt: skip
        dimensions = [
            {"code": each.code, "label": str(each.label), "meaning": str(each.meaning)} for each in DIMENSIONS.values()
        ]
        return Response({"dimensions": dimensions, "measures": measures, "offers": _told(matrix())})


def _told(rows: list[dict]) -> list[dict]:
    return [row | {"not_offered": {code: str(why) for code, why in row["not_offered"].items()}} for row in rows]


class ReadyMade(ReportsView):
    """Reports that everybody has."""

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="ready_made_reports", tags=TAGS)
    def get(self, request):
        """List ready-made reports with their definitions."""
        found = [
            {"name": name, "title": str(title), "definition": parse(document).document()}
            for name, (title, document) in self.audience.ready_made.items()
        ]
        return Response(found)


class SavedReports(ReportsView):
    """The shop's reports."""

    pagination_class = Pages

    @extend_schema(responses=SavedReportSerializer(many=True), operation_id="list_saved_reports", tags=TAGS)
    def get(self, request):
        """List saved reports by name."""
        return paged(self, saving.visible(self.audience), SavedReportSerializer)

    @extend_schema(
        request=SavedReportSerializer, responses={201: SavedReportSerializer}, operation_id="save_report", tags=TAGS
    )
    @idempotent
    def post(self, request):
        """Keep a definition under a name."""
        asked = _valid(SavedReportSerializer(data=request.data))
        definition = parsed(asked["definition"]).document()
        made = saving.save(
            self.audience, name=asked["name"], definition=definition, is_shared=asked.get("is_shared", True),
            at=clock.now(),
        )  # fmt: skip
        return Response(SavedReportSerializer(made).data, status=201)


class SavedReportDetail(ReportsView):
    """One saved report."""

    @extend_schema(responses=SavedReportSerializer, operation_id="get_saved_report", tags=TAGS, parameters=[CODE])
    def get(self, request, code):
        """A saved report with its schedule."""
        return Response(SavedReportSerializer(self.saved(code)).data)

    @extend_schema(
        request=SavedReportSerializer(partial=True), responses=SavedReportSerializer,
        operation_id="change_saved_report", tags=TAGS, parameters=[CODE],
    )  # fmt: skip
    def patch(self, request, code):
        """Change name, definition or sharing of the version that was read."""
        found = self.saved(code)
        asked = _valid(SavedReportSerializer(found, data=request.data, partial=True))
        version = asked.pop("version", found.version)
        if "definition" in asked:
            asked["definition"] = parsed(asked["definition"]).document()
        try:
            changed = saving.change(self.audience, found, version=version, at=clock.now(), **asked)
        except saving.Outdated as error:
            raise Conflict from error
        return Response(SavedReportSerializer(changed).data)

    @extend_schema(responses={204: None}, operation_id="remove_saved_report", tags=TAGS, parameters=[CODE])
    def delete(self, request, code):
        """Remove a saved report; it can be brought back, and its runs stay."""
        saving.remove(self.audience, self.saved(code), at=clock.now())
        return Response(status=204)


class SavedReportRestore(ReportsView):
    """A removed report, brought back."""

    @extend_schema(
        request=None, responses=SavedReportSerializer, operation_id="restore_saved_report", tags=TAGS, parameters=[CODE]
    )
    def post(self, request, code):
        """Bring a removed report back, without its schedule."""
        found = get_object_or_404(saving.removed(self.audience) | saving.visible(self.audience), code=code)
        saving.restore(self.audience, found, at=clock.now())
        return Response(SavedReportSerializer(self.saved(code)).data)


class Runs(ReportsView):
    """Runs of reports."""

    pagination_class = Pages

    @extend_schema(responses=ReportRunSerializer(many=True), operation_id="list_report_runs", tags=TAGS)
    def get(self, request):
        """List the runs, the latest first."""
        return paged(self, asking.visible(self.audience), ReportRunSerializer)

    @extend_schema(
        request=RunRequestSerializer, responses={201: ReportRunSerializer}, operation_id="run_report", tags=TAGS
    )
    @idempotent
    def post(self, request):
        """Run a report: little is answered at once (state done), much in the background (state queued)."""
        asked = _valid(RunRequestSerializer(data=request.data))
        report = self.saved(asked["report"]) if "report" in asked else None
        document, name = self._what(asked, report)
        try:
            run = asking.ask(self.audience, parsed(document), report=report, name=name, at=clock.now())
        except BadDefinition as error:
            raise flawed(error) from error
        return Response(ReportRunSerializer(run).data, status=201)

    def _what(self, asked: Mapping, report: SavedReport | None) -> tuple[Any, str]:
        name = asked.get("name", "")
        if report:
            return report.definition, name
        if "ready_made" in asked:
            if asked["ready_made"] not in self.audience.ready_made:
                raise ValidationError({"ready_made": "This one is over several shops."})
            title, document = self.audience.ready_made[asked["ready_made"]]
            return document, name or str(title)
        return asked["definition"], name


class RunDetail(ReportsView):
    """One run."""

    @extend_schema(responses=ReportRunSerializer, operation_id="get_report_run", tags=TAGS, parameters=[CODE])
    def get(self, request, code):
        """A run as it stands."""
        return Response(ReportRunSerializer(self.run(code)).data)


class RunCancel(ReportsView):
    """A run called off."""

    @extend_schema(
        request=None, responses=ReportRunSerializer, operation_id="cancel_report_run", tags=TAGS, parameters=[CODE]
    )
    def post(self, request, code):
        """Cancel a run that is not over; one that is stays as it is."""
        asking.cancel(self.audience, self.run(code), at=clock.now())
        return Response(ReportRunSerializer(self.run(code)).data)


class RunRetry(ReportsView):
    """A failed run, tried again."""

    @extend_schema(
        request=None, responses=ReportRunSerializer, operation_id="retry_report_run", tags=TAGS, parameters=[CODE]
    )
    def post(self, request, code):
        """Let a failed run go on from where it failed."""
        asking.retry(self.audience, self.run(code), at=clock.now())
        return Response(ReportRunSerializer(self.run(code)).data)


class RunRows(ReportsView):
    """Rows of a run."""

    @extend_schema(
        parameters=[CODE, RowsQuerySerializer], responses=RowsSerializer, operation_id="report_run_rows", tags=TAGS
    )
    def get(self, request, code):
        """Rows of a run that is done, in its order or sorted by another column; a run's rows never change."""
        run, asked = self.ready(code), _valid(RowsQuerySerializer(data=request.query_params))
        kept, start = Kept(run), asked["after"]
        try:
            rows = kept.page(start=start, number=asked["limit"], sort=asked.get("sort"))
        except ValueError as error:
            raise ValidationError({"sort": "The run has no such column."}) from error
        results = [keys(row.keys, kept.definition) | values(row, kept.definition) for row in rows]
        end = start + len(rows)
        return Response({"results": results, "next": end if end < run.rows else None, "rows": run.rows})


class RunFile(ReportsView):
    """The file of a run."""

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="report_run_file", tags=TAGS,
        parameters=[CODE, OpenApiParameter("file_format", str, OpenApiParameter.PATH, enum=Format.values)],
    )  # fmt: skip
    def get(self, request, code, file_format):
        """All rows of a run that is done, as CSV, XLSX or Parquet."""
        run = self.ready(code)
        try:
            return sent(run, file_format)
        except files.TooLong as error:
            raise TooLongForASheet(str(error)) from error


class RunChanges(ReportsView):
    """What changed between two runs."""

    @extend_schema(
        parameters=[CODE, OpenApiParameter("other", str, OpenApiParameter.PATH), RowsQuerySerializer],
        responses=ChangesSerializer, operation_id="report_run_changes", tags=TAGS,
    )  # fmt: skip
    def get(self, request, code, other):
        """Rows that differ between two runs of the same question, and what was posted between their moments."""
        asked = _valid(RowsQuerySerializer(data=request.query_params))
        try:
            found = compare(self.ready(code), self.ready(other), start=asked["after"], number=asked["limit"])
        except NotComparable as error:
            raise Unlike from error
        definition = Kept(found.later).definition
        results = [
            {"difference": row.kind}
            | keys(row.keys, definition)
            | {c: _pair(c, pair) for c, pair in row.values.items()}
            for row in found.rows
        ]
        happened = [
            {"what": each.what, "number": each.number, "amount": None if each.amount is None else str(each.amount)}
            for each in found.happened
        ]
        causes = [{"reason": c.reason, "entries": c.entries, "amount": str(c.amount)} for c in found.causes]
        told = {
            "earlier": found.earlier.code, "later": found.later.code, "rows": found.number, "results": results,
            "totals": {code: _pair(code, pair) for code, pair in found.totals.items()}, "happened": happened,
            "causes": causes,
        }  # fmt: skip
        return Response(told)


def _pair(code: str, pair: tuple) -> dict[str, Any]:
    earlier, later = pair
    difference = None if earlier is None or later is None else later - earlier
    told = {"earlier": earlier, "later": later, "difference": difference}
    return {name: number(code, value) for name, value in told.items()}


class Schedules(ReportsView):
    """When a saved report is sent."""

    @extend_schema(responses=ScheduleSerializer, operation_id="get_report_schedule", tags=TAGS, parameters=[CODE])
    def get(self, request, code):
        """When a report is sent, and to whom; schedules are set by people."""
        planned = getattr(self.saved(code), "schedule", None)
        if planned is None:
            raise Http404
        return Response(ScheduleSerializer(planned).data)

    @extend_schema(responses={204: None}, operation_id="stop_report_schedule", tags=TAGS, parameters=[CODE])
    def delete(self, request, code):
        """Send a report no more."""
        scheduling.unschedule(self.audience, self.saved(code), at=clock.now())
        return Response(status=204)


class OwnSchedules(Schedules):
    """When a report of one's portfolio is sent to oneself."""

    @extend_schema(
        request=ScheduleSerializer, responses=ScheduleSerializer, operation_id="set_report_schedule", tags=TAGS,
        parameters=[CODE],
    )  # fmt: skip
    def put(self, request, code):
        """Have a report sent, instead of whenever it was before, over the shops that are lent by then."""
        report, asked = self.saved(code), _valid(ScheduleSerializer(data=request.data))
        try:
            planned = scheduling.schedule(
                self.audience, report, recipients=[self.audience.user], file_format=asked.pop("format", Format.XLSX),
                at=clock.now(), **{"hour": EARLY} | asked,
            )  # fmt: skip
        except scheduling.BadSchedule as error:
            raise ValidationError({error.field: str(error)}) from error
        return Response(ScheduleSerializer(planned).data)


def _valid(serializer: serializers.Serializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
