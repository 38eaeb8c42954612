"""What happened to served ads, in day partitions, and what shoppers did on the platform's own pages."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.money import AmountField
from shops.models import Merchant, Product

from .campaigns import Ad, AdGroup, Campaign, Keyword, Placement


class EventKind(models.TextChoices):
    IMPRESSION = "impression", _("Impression")
    VIEWABLE = "viewable", _("Viewable impression")
    CLICK = "click", _("Click")
    ENGAGEMENT = "engagement", _("Engagement")


class Pricing(models.TextChoices):
    """Which event is charged."""

    CPC = "cpc", _("Per click")
    CPM = "cpm", _("Per viewable impression")


class Event(models.Model):
    """What happened to a served ad, once per token and kind; partitioned by decision day (UTC).

    Never changed, but that a later judgement may find it invalid (`rescored_at`).
    """

    pk = models.CompositePrimaryKey("day", "token", "kind")
    day = models.DateField()
    token = models.UUIDField()
    kind = models.CharField(max_length=10, choices=EventKind)
    merchant = models.ForeignKey(Merchant, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    campaign = models.ForeignKey(Campaign, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    group = models.ForeignKey(
        AdGroup, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    ad = models.ForeignKey(Ad, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    product = models.ForeignKey(Product, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    keyword = models.ForeignKey(
        Keyword, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    term = models.BigIntegerField(null=True, help_text=_("Number of the search term"))
    placement = models.CharField(max_length=12, choices=Placement)
    position = models.PositiveSmallIntegerField()
    shopper = models.UUIDField()
    pricing = models.CharField(max_length=3, choices=Pricing, default=Pricing.CPC)
    bid = AmountField(help_text=_("Highest price of what is charged: a click or one viewable impression"))
    price = AmountField(help_text=_("Clearing price of what is charged"))
    pctr = models.FloatField(null=True, help_text=_("Predicted probability of a click"))
    pcvr = models.FloatField(null=True, help_text=_("Predicted probability of a purchase after a click"))
    is_explored = models.BooleanField(default=False, help_text=_("Shown to learn about the ad"))
    decided_at = models.DateTimeField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    network = models.BinaryField(null=True, help_text=_("Keyed hash of the visitor's /24 or /48"))
    is_valid = models.BooleanField(default=True)
    reason = models.CharField(max_length=24, blank=True, help_text=_("Why it is invalid, or valid but free of charge"))
    rescored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["shopper", "at"], condition=Q(kind="click"), name="event_touches"),
            models.Index(fields=["shopper"], name="event_of_shopper"),
            models.Index(fields=["campaign", "at"], condition=Q(kind="click"), name="event_clicks_of_campaign"),
            models.Index(fields=["merchant", "at"], name="event_of_merchant"),
            models.Index(fields=["rescored_at"], condition=Q(rescored_at__isnull=False), name="event_rescored"),
            BrinIndex(fields=["received_at"], name="event_received", autosummarize=True),  # events come in that order
        ]

    def __str__(self):
        return f"{self.kind} {self.token}"


class AdDay(models.Model):
    """How often an ad was validly seen and clicked on one decision day (UTC): what predictions learn from."""

    ad = models.ForeignKey(Ad, models.PROTECT, related_name="+")
    day = models.DateField()
    impressions = models.PositiveIntegerField()
    clicks = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ad", "day"], name="ad_day_once")]
        indexes = [models.Index(fields=["day"], name="ad_day_day")]

    def __str__(self):
        return f"{self.ad} {self.day}"


class Behaviour(models.Model):
    """What a shopper did with a product on a day (UTC), ads or no ads: what audiences are made of."""

    class Kind(models.TextChoices):
        VIEW = "view", _("Viewed")
        READ = "read", _("Read a note about it")
        CART = "cart", _("Put into the cart")
        BUY = "buy", _("Bought")

    pk = models.CompositePrimaryKey("day", "shopper", "kind", "product")
    day = models.DateField()
    shopper = models.UUIDField()
    kind = models.CharField(max_length=4, choices=Kind)
    product = models.ForeignKey(Product, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    merchant = models.ForeignKey(Merchant, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(help_text=_("First time on that day"))

    class Meta:
        indexes = [models.Index(fields=["merchant", "kind", "day"], name="behaviour_of_merchant")]

    def __str__(self):
        return f"{self.kind} {self.product_id} {self.day}"


class SearchTerm(models.Model):
    """A search as it was typed, normalised; its number is a hash of the text, so that a token can carry it."""

    number = models.BigIntegerField(primary_key=True)
    text = models.CharField(max_length=200, unique=True)
    first_at = models.DateTimeField()

    def __str__(self):
        return self.text
