"""What the auction did: sampled decisions with their candidates, and why campaigns did not win."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shops.models import Merchant

from .campaigns import Campaign, Placement


class AuctionRecord(models.Model):
    """A sampled auction with all that is needed to hold it again; partitioned by day (UTC).

    `candidates` is a list of objects: the best ads that were ranked, best first, then the one that came closest of each
    other campaign: ad, campaign, merchant, bid, pctr, pcvr, quality, score, price, outcome (won, or why not). `share`
    is how many of those others were kept, where it is not all. `weight` is how many auctions the record stands for.
    """

    pk = models.CompositePrimaryKey("day", "number")
    day = models.DateField()
    number = models.UUIDField()
    at = models.DateTimeField()
    placement = models.CharField(max_length=12, choices=Placement)
    slots = models.PositiveSmallIntegerField()
    term = models.BigIntegerField(null=True)
    category = models.CharField(max_length=80, blank=True)
    shopper = models.UUIDField()
    draw = models.BigIntegerField()
    versions = models.JSONField(default=dict, help_text=_("Versions of the predictions by kind"))
    reason = models.CharField(max_length=20, blank=True, help_text=_("Why nothing was shown"))
    weight = models.FloatField(default=1)
    candidates = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["at"], name="auction_record_at")]

    def __str__(self):
        return str(self.number)


class AuctionHour(models.Model):
    """How often a campaign took part in auctions in an hour (UTC), and what came of it, estimated from the sample."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    hour = models.DateTimeField()
    placement = models.CharField(max_length=12, choices=Placement)
    outcome = models.CharField(max_length=20)
    auctions = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "hour", "placement", "outcome"], name="auction_hour_once")
        ]
        indexes = [models.Index(fields=["merchant", "hour"], name="auction_hour_of_merchant")]

    def __str__(self):
        return f"{self.campaign} {self.hour} {self.outcome}"
