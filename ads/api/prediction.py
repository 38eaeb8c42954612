"""How predictions for a merchant's ads came true, for its programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from ..models import Campaign, Placement, PredictionModel
from ..prediction import reliability
from ..prediction.standing import Fallback, Standing, standings


class ModelSerializer(serializers.Serializer):
    """What answers for a kind of event: a version of a model, or smoothed counts for a reason."""

    kind = serializers.ChoiceField(choices=PredictionModel.Kind.choices)
    version = serializers.IntegerField(help_text="0: smoothed counts")
    fallback = serializers.ChoiceField(choices=Fallback.choices, allow_null=True)
    trained_through = serializers.DateTimeField(allow_null=True)
    log_loss = serializers.FloatField(allow_null=True)
    baseline_log_loss = serializers.FloatField(allow_null=True, help_text="Of smoothed counts, on the same events")
    auc = serializers.FloatField(allow_null=True)
    baseline_auc = serializers.FloatField(allow_null=True)


class TenthSerializer(serializers.Serializer):
    impressions = serializers.IntegerField(source="seen")
    predicted = serializers.FloatField()
    observed = serializers.FloatField()


class PlacementReliabilitySerializer(serializers.Serializer):
    placement = serializers.ChoiceField(choices=Placement.choices)
    tenths = TenthSerializer(many=True)


class JudgedSerializer(serializers.Serializer):
    """Predicted and observed events of late, those of older days counting less."""

    predicted = serializers.FloatField()
    observed = serializers.FloatField(source="hits")
    ratio = serializers.FloatField()
    within = serializers.BooleanField(source="is_within", help_text="Between 0.95 and 1.05")
    off = serializers.BooleanField(source="is_off", help_text="Further outside than chance explains")


class CampaignReliabilitySerializer(serializers.Serializer):
    """A campaign's events; null where there were too few to judge."""

    campaign = serializers.CharField(source="campaign.code")
    clicks = JudgedSerializer(source="click", allow_null=True)
    purchases = JudgedSerializer(source="purchase", allow_null=True)


class PredictionsSerializer(serializers.Serializer):
    models = ModelSerializer(many=True)
    reliability = PlacementReliabilitySerializer(many=True, help_text="Clicks on the merchant's ads in seven days")
    campaigns = CampaignReliabilitySerializer(many=True, help_text="Only those with enough clicks to judge")


class Predictions(MerchantAPIView):
    """Calibration of predictions."""

    rights = {"GET": Right.ADS_VIEW}

    @extend_schema(responses=PredictionsSerializer, operation_id="get_predictions", tags=["ads"])
    def get(self, request):
        """Show what predicts now, and how predictions for the merchant's ads came true."""
        checks = [reliability.newest_check(kind) for kind in PredictionModel.Kind]
        judged = own(Campaign, self.merchant).filter(pk__in=reliability.worst(*checks)).order_by("pk")
        served = reliability.of_merchant(self.merchant, at=clock.now())
        found = {
            "models": [_model(standing) for standing in standings()],
            "reliability": [{"placement": place, "tenths": tenths} for place, tenths in served.items()],
            "campaigns": reliability.outcomes(*checks, list(judged)),
        }
        return Response(PredictionsSerializer(found).data)


def _model(standing: Standing) -> dict:
    model = None if standing.fallback else standing.model
    metrics = model.metrics if model else {}
    names = ("log_loss", "baseline_log_loss", "auc", "baseline_auc")
    return {
        "kind": standing.kind, "version": model.version if model else 0, "fallback": standing.fallback,
        "trained_through": model and model.trained_through, **{name: metrics.get(name) for name in names},
    }  # fmt: skip
