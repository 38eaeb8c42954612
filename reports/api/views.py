"""Report numbers and exports for a merchant's program."""

from dataclasses import asdict

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from ads.models import Campaign
from chengfeng import clock
from chengfeng.idempotency import idempotent
from chengfeng.periods import local_date
from shops.api_base import MerchantAPIView
from shops.models import Product
from shops.people.rights import Right
from shops.tenancy import own

from .. import exports, finality, ladder, reading
from ..metrics import total, value
from ..models import Export
from ..sources import Grain
from . import serializers


class ReportView(MerchantAPIView):
    rights = {"GET": Right.REPORTS_VIEW, "POST": Right.REPORTS_VIEW}

    def days(self, request) -> tuple[dict, list[dict]]:
        """Return what heads an answer, and the rows of the days that the query names."""
        asked = serializers.PeriodSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        at = clock.now()
        span = reading.span([self.merchant], asked.validated_data["from"], asked.validated_data["to"], at=at)
        head = {"currency": self.merchant.currency, "time_zone": self.merchant.time_zone, "as_of": at}
        head |= serializers.FinalitySerializer(finality.of(span.last, at=at)).data
        return head, reading.days(span)


class Days(ReportView):
    @extend_schema(
        parameters=[serializers.PeriodSerializer], responses=serializers.DaysSerializer,
        operation_id="report_days", tags=["reports"],
    )  # fmt: skip
    def get(self, request):
        """Every measure of each local day."""
        head, rows = self.days(request)
        head["provisional_from"] = finality.provisional_from(local_date(head["as_of"], self.merchant.time_zone))
        return Response(serializers.DaysSerializer(head | {"results": rows}).data)


class Summary(ReportView):
    @extend_schema(
        parameters=[serializers.PeriodSerializer], responses=serializers.SummarySerializer,
        operation_id="report_summary", tags=["reports"],
    )  # fmt: skip
    def get(self, request):
        """The sums of the days, and the ratios made of them."""
        head, rows = self.days(request)
        sums = total(rows)
        serializer = serializers.SummarySerializer()
        numbers = {code: value(code, sums) for code in serializer.fields if code not in head}
        return Response(serializers.SummarySerializer(head | numbers).data)


class Ladder(ReportView):
    @extend_schema(
        parameters=[serializers.LadderRequestSerializer], responses=serializers.LadderSerializer,
        operation_id="report_ladder", tags=["reports"],
    )  # fmt: skip
    def get(self, request):
        """The claims ladder of the shop, a campaign or a product, by any clock."""
        asked = serializers.LadderRequestSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted, at = asked.validated_data, clock.now()
        span = reading.span([self.merchant], wanted["from"], wanted["to"], at=at)
        grain, only = self._narrowed(wanted)
        sums = total(reading.days(span, grain=grain, only=only))
        told = {
            "currency": self.merchant.currency, "time_zone": self.merchant.time_zone, "as_of": at,
            "clock": wanted["clock"], "rungs": ladder.climb(sums, clock=wanted["clock"]),
            **asdict(finality.of(span.last, at=at)),
        }  # fmt: skip
        return Response(serializers.LadderSerializer(told).data)

    def _narrowed(self, wanted) -> tuple[Grain, int | None]:
        for grain, name, model in ((Grain.CAMPAIGN, "campaign", Campaign), (Grain.PRODUCT, "product", Product)):
            if wanted[name]:
                return grain, get_object_or_404(own(model, self.merchant), code=wanted[name]).pk
        return Grain.MERCHANT, None


class Exports(ReportView):
    @extend_schema(
        request=serializers.ExportRequestSerializer, responses={201: serializers.ExportSerializer},
        operation_id="ask_export", tags=["reports"],
    )  # fmt: skip
    @idempotent
    def post(self, request):
        """Ask for a file; it is written in the background."""
        asked = serializers.ExportRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        made = exports.ask(
            self.access, kind=wanted["kind"], file_format=wanted["format"], first=wanted["from"], last=wanted["to"],
            columns=wanted["columns"], at=clock.now(),
        )  # fmt: skip
        return Response(serializers.ExportSerializer(made).data, status=201)


class ExportDetail(ReportView):
    @extend_schema(responses=serializers.ExportSerializer, operation_id="get_export", tags=["reports"])
    def get(self, request, code):
        """An export as it stands."""
        found = get_object_or_404(own(Export, self.merchant).select_related("job"), code=code)
        return Response(serializers.ExportSerializer(found).data)


class ExportFile(ReportView):
    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="get_export_file",
        tags=["reports"],
    )  # fmt: skip
    def get(self, request, code):
        """The file itself, once it is ready and until it expires."""
        found = get_object_or_404(own(Export, self.merchant), code=code)
        self.access.require(exports.COLUMNS[found.kind].right)
        if not found.file or found.expires_at < clock.now():
            raise Http404
        return FileResponse(found.file.open("rb"), as_attachment=True, filename=f"{found.code}.{found.format}")
