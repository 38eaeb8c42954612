"""Traffic quality: what a later judgement found, and what merchants say about the judgements."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import AmountField
from shops.models import Merchant, User

from .campaigns import Campaign


class Rescore(models.Model):
    """Events of a campaign's local day that a later judgement found invalid for one reason; append-only.

    Reports learn from its rows which days they must count anew.
    """

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    happened_at = models.DateTimeField(help_text=_("The first of the events"))
    reason = models.CharField(max_length=24)
    events = models.PositiveIntegerField()
    clicks = models.PositiveIntegerField()
    returned = AmountField(default=0, help_text=_("Charges given back for them"))
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(events__gt=0) & Q(clicks__lte=F("events")) & Q(returned__gte=0), name="rescore_found_some"
            )
        ]
        indexes = [models.Index(fields=["merchant", "at"], name="rescore_of_merchant")]

    def __str__(self):
        return f"{self.events} {self.reason}"


class Appeal(models.Model):
    """A merchant's word against a judgement of its traffic, and the operator's answer."""

    class Kind(models.TextChoices):
        MORE = "more", _("There is more invalid traffic")
        WRONG = "wrong", _("Good traffic was found invalid")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Upheld")
        REFUSED = "refused", _("Refused")

    code = CodeField(prefix="apl")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.MORE)
    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    text = models.TextField(_("what you saw"), max_length=2000)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    returned = AmountField(default=0, help_text=_("Charges given back by the answer"))
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="appeal_period"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True)
                | (~Q(state="open") & Q(answered_at__isnull=False) & ~Q(answer="")),
                name="appeal_answered_in_words",
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-asked_at"], name="appeal_of_merchant")]

    def __str__(self):
        return self.code
