"""What the machine learnt and did by itself: prediction models by version, and the steering of campaigns."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.money import AmountField
from shops.models import Merchant

from .campaigns import Campaign


class PredictionModel(models.Model):
    """A trained model of clicks or purchases; the newest one that serves is used by every process."""

    class Kind(models.TextChoices):
        CLICK = "click", _("Clicks")
        PURCHASE = "purchase", _("Purchases")

    class State(models.TextChoices):
        SERVING = "serving", _("Serving")
        REJECTED = "rejected", _("Rejected")
        RETIRED = "retired", _("Retired")

    kind = models.CharField(max_length=8, choices=Kind)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State)
    weights = models.BinaryField()
    trained_through = models.DateTimeField(help_text=_("Events received before it were learnt from"))
    examples = models.BigIntegerField()
    metrics = models.JSONField(default=dict, help_text=_("Progressive validation and calibration"))
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="prediction_model_version"),
            models.UniqueConstraint(fields=["kind"], condition=Q(state="serving"), name="prediction_model_serves_once"),
        ]

    def __str__(self):
        return f"{self.kind} {self.version}"


class Steering(models.Model):
    """How a campaign is steered now: what the auction multiplies, and how often it takes part."""

    class Phase(models.TextChoices):
        LEARNING = "learning", _("Learning")
        LEARNED = "learned", _("Learned")
        LIMITED = "limited", _("Limited by the budget")
        FAILED = "failed", _("Could not learn")

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="steering")
    phase = models.CharField(_("phase"), max_length=8, choices=Phase, default=Phase.LEARNING)
    phase_since = models.DateTimeField()
    multiplier = models.FloatField(default=1, help_text=_("Bid = multiplier × what a click is predicted to be worth"))
    participation = models.FloatField(default=1, help_text=_("Share of auctions entered, where the bid is fixed"))
    state = models.JSONField(default=dict, help_text=_("What the controller remembers"))
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(multiplier__gte=0), name="steering_multiplies"),
            models.CheckConstraint(
                condition=Q(participation__gte=0) & Q(participation__lte=1), name="steering_takes_part"
            ),
        ]

    def __str__(self):
        return f"{self.campaign} {self.phase}"


class SteeringStep(models.Model):
    """One adjustment of a campaign and why it was made."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=24)
    phase = models.CharField(max_length=8, choices=Steering.Phase)
    spent = AmountField(help_text=_("Today so far"))
    planned = AmountField(help_text=_("What today should have spent by now"))
    conversions = models.FloatField(help_text=_("Realised in the window"))
    predicted_conversions = models.FloatField()
    value = AmountField(help_text=_("Realised in the window"))
    multiplier_before = models.FloatField()
    multiplier_after = models.FloatField()
    participation_after = models.FloatField(default=1)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["campaign", "-at"], name="steering_step_of_campaign")]

    def __str__(self):
        return f"{self.campaign} {self.at} {self.reason}"
