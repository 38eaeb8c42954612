"""Who changed what of a campaign: each change with both its sides, so that it can be undone, and those that wait."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from shops.models import Merchant, User

from .campaigns import Campaign


class Change(models.Model):
    """What one operation changed of a campaign: members by name, as they were and as they became."""

    class Source(models.TextChoices):
        PAGE = "page", _("Console")
        PROGRAM = "program", _("Open API")
        BULK = "bulk", _("Bulk edit")
        SEARCH_TERMS = "search_terms", _("Search terms")
        RULE = "rule", _("By itself")
        UNDO = "undo", _("Undo")

    code = CodeField(prefix="chn")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="changes")
    batch = models.CharField(max_length=24, blank=True, db_index=True, help_text=_("Changes made together share it"))
    source = models.CharField(max_length=12, choices=Source)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        indexes = [models.Index(fields=["campaign", "-at"]), models.Index(fields=["merchant", "-at"])]

    def __str__(self):
        return self.code


class Proposal(models.Model):
    """A change above the merchant's limit, which waits for a second person; `wanted` maps campaign codes to changes."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        OUTDATED = "outdated", _("Outdated")

    code = CodeField(prefix="pro")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="proposals")
    version = models.PositiveIntegerField(help_text=_("Of the campaign it was made for"))
    wanted = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=models.F("proposed_by")),
                name="proposal_approved_by_another",
            ),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state="waiting"), name="proposal_waits_once_per_campaign"
            ),
        ]

    def __str__(self):
        return self.code


class Eligibility(models.Model):
    """Whether a campaign served at the last look, and else why not: what its changes are told by."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="eligibility")
    obstacles = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    since = models.DateTimeField()

    def __str__(self):
        return f"{self.campaign} {', '.join(self.obstacles) or 'serves'}"
