"""Unusual numbers for a merchant's program."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from shops.api_base import MerchantAPIView
from shops.catalogue.api import Pages, paged
from shops.people.rights import Right

from ..anomalies import keeping
from ..anomalies.models import Anomaly


class AnomalySerializer(serializers.ModelSerializer):
    """A measure far from usual: on which local day, from which full hour until which, and what it is compared with.

    `usual` is the median of the same hours of so many `days` before, `low` and `high` the least and the most of them;
    amounts are in the merchant's currency. `over_at` says when it was usual again, `dismissed_at`
    when it was put aside.
    """

    is_high = serializers.BooleanField()

    class Meta:
        model = Anomaly
        fields = [
            "code", "day", "measure", "since", "until", "value", "usual", "low", "high", "days", "is_high", "found_at",
            "over_at", "dismissed_at",
        ]  # fmt: skip


class DaysSerializer(serializers.Serializer):
    """The local days that are wanted, all of them by default."""

    def get_fields(self):
        return {"from": serializers.DateField(required=False), "to": serializers.DateField(required=False)}


class Anomalies(MerchantAPIView):
    rights = {"GET": Right.REPORTS_VIEW}
    pagination_class = Pages

    @extend_schema(
        parameters=[DaysSerializer], responses=AnomalySerializer(many=True), operation_id="list_anomalies",
        tags=["reports"],
    )  # fmt: skip
    def get(self, request):
        """Numbers far from what they were by the same hour of the last four weeks, latest first."""
        asked = DaysSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        bounds = {"from": "day__gte", "to": "day__lte"}
        rows = keeping.found(self.merchant).filter(**{bounds[name]: day for name, day in asked.validated_data.items()})
        return paged(self, rows, AnomalySerializer)
