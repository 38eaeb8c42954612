"""The tables of reconciliation: nightly runs, and what they found of each day; append-only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.money import CurrencyField
from shops.models import Merchant


class ReconciliationRun(models.Model):
    """One look at the days of merchants."""

    code = CodeField(prefix="rcn")
    at = models.DateTimeField()

    def __str__(self):
        return self.code


class ReconciledDay(models.Model):
    """What a run found of one day of a merchant, in one currency; the latest run of a day counts."""

    run = models.ForeignKey(ReconciliationRun, models.PROTECT, related_name="days")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    day = models.DateField()
    currency = CurrencyField()
    sums = models.JSONField(default=dict, help_text=_("By pair: what its two places say, as text"))
    differences = models.PositiveIntegerField(default=0)
    named = models.JSONField(default=list, help_text=_("The first differences: pair, reference, order, both amounts"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "merchant", "day", "currency"], name="reconciled_day_once")
        ]
        indexes = [
            models.Index(fields=["merchant", "day", "currency", "-run"]),
            models.Index(fields=["day"], condition=models.Q(differences__gt=0), name="reconciled_with_difference"),
        ]

    def __str__(self):
        return f"{self.merchant_id} {self.day}"
