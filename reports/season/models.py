"""The table of promotion seasons: named days, matched from year to year by their occasion."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from shops.models import User

from ..measuring.periods import Days


class Season(models.Model):
    """Days of a promotion, in whatever zone a merchant keeps: its presale, if it has one, and its sale."""

    code = CodeField(prefix="ssn")
    occasion = models.SlugField(
        _("occasion"), max_length=40, help_text=_("Seasons of one occasion are compared from year to year: double-11")
    )
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=80, blank=True)
    first = models.DateField(_("first day"))
    sale_from = models.DateField(
        _("first day of the sale"), null=True, blank=True, help_text=_("Where a presale comes before it")
    )
    last = models.DateField(_("last day"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "occasion", ExtractYear("last"), name="season_once_a_year",
                violation_error_message=_("This occasion has a season in that year already."),
            ),
            models.CheckConstraint(
                condition=Q(first__lte=F("last")), name="season_days",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(sale_from__gte=F("first"), sale_from__lte=F("last")) | Q(sale_from=None),
                name="season_sale",
                violation_error_message=_("The sale begins on one of the days."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-last"])]

    def __str__(self):
        return self.title

    @property
    def days(self) -> Days:
        return Days(self.first, self.last)

    @property
    def opening(self):
        """The first day on which something is sold: that of the sale where there is a presale."""
        return self.sale_from or self.first
