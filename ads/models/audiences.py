"""Audiences: people by what they did with a merchant's products in the last days."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from shops.models import Category, Merchant, Product, User

from .campaigns import AdGroup
from .events import Behaviour


class Audience(models.Model):
    """People who did one of some things with a merchant's products (all, some, or of a category) in the last days."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    code = CodeField(prefix="aud")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    kinds = ArrayField(models.CharField(max_length=4, choices=Behaviour.Kind), verbose_name=_("what they did"))
    days = models.PositiveSmallIntegerField(_("in the last days"))
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    products = models.ManyToManyField(Product, related_name="+", blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    size = models.PositiveIntegerField(null=True, help_text=_("People at the last count"))
    counted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True, help_text=_("Last count that found other people"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kinds__len__gt=0), name="audience_did_something"),
            models.CheckConstraint(condition=Q(days__in=[3, 7, 15, 30]), name="audience_days"),
            models.UniqueConstraint(fields=["merchant", "name"], name="audience_name"),
        ]

    def __str__(self):
        return self.name


class AudienceMember(models.Model):
    """Somebody in an audience as of its last count."""

    pk = models.CompositePrimaryKey("audience", "shopper")
    audience = models.ForeignKey(Audience, models.CASCADE, related_name="+", db_index=False)
    shopper = models.UUIDField()

    def __str__(self):
        return f"{self.audience_id} {self.shopper}"


class GroupAudience(models.Model):
    """An audience to which an ad group is shown, or is not."""

    group = models.ForeignKey(AdGroup, models.CASCADE, related_name="audiences")
    audience = models.ForeignKey(Audience, models.PROTECT, related_name="+")
    is_excluded = models.BooleanField(_("leave out"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "audience"], name="group_audience_once")]

    def __str__(self):
        return f"{self.group} · {self.audience}"


class OptOut(models.Model):
    """A shopper who wants no personalised ads: is noted nowhere here and in no audience."""

    shopper = models.UUIDField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self):
        return str(self.shopper)
