"""Tables of stored reports: what was defined, when it is sent to whom, and each time it was run."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.models import Job
from shops.models import Merchant, User

if TYPE_CHECKING:
    from ..measuring.definition import Definition


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", _("Excel (XLSX)")
    PARQUET = "parquet", "Parquet"


class Fault(models.TextChoices):
    """Why a scheduled report was not run when it was due."""

    MAKER = "maker", _("Whoever set it may not see the shop's reports any more. Save it to send it in your name.")
    RECIPIENTS = "recipients", _("None of its recipients may see the shop's reports any more.")
    DEFINITION = "definition", _("The report asks for something that there is no more. Change it or make a new one.")
    FAILURE = "failure", _("It could not be run; it is tried again every minute.")


LENT_NO_MORE = _("No shop of its currency is lent to you any more.")  # what `MAKER` comes to over a portfolio
OF_SHOP_OR_PORTFOLIO = Q(merchant__isnull=False, portfolio_of=None) | Q(merchant=None, portfolio_of__isnull=False)


class SavedReport(models.Model):
    """A definition with a name; one that is not shared is its maker's alone.

    It is of a shop, or of the portfolio of a person: the shops of one currency that are lent to them when it is run.
    """

    code = CodeField(prefix="rpt")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    portfolio_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3, blank=True, help_text=_("Of the shops that it is about"))
    name = models.CharField(_("name"), max_length=120)
    definition = models.JSONField()
    is_shared = models.BooleanField(_("everybody who may see reports sees it"), default=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_shared=True) | Q(made_by__isnull=False), name="saved_report_is_somebodys"
            ),
            models.CheckConstraint(condition=OF_SHOP_OR_PORTFOLIO, name="saved_report_of_shop_or_portfolio"),
        ]
        indexes = [models.Index(fields=["merchant", "name"], condition=Q(removed_at=None), name="saved_report_of")]

    def __str__(self):
        return self.name


class ReportSchedule(models.Model):
    """When a saved report is run by itself, at an hour of the shop or the platform, and whom it is mailed to."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    report = models.OneToOneField(SavedReport, models.PROTECT, related_name="schedule")
    rhythm = models.CharField(_("how often"), max_length=8, choices=Rhythm)
    hour = models.PositiveSmallIntegerField(_("hour"), default=8, validators=[MaxValueValidator(23)])
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True, blank=True, help_text=_("1 is Monday"))
    day = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, help_text=_("A month without it: its last day")
    )
    recipients = models.ManyToManyField(User, verbose_name=_("recipients"), related_name="+")
    format = models.CharField(_("format"), max_length=7, choices=Format, default=Format.XLSX)
    is_sent_empty = models.BooleanField(_("send it when it has no rows, too"), default=False)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    next_at = models.DateTimeField(db_index=True)
    fault = models.CharField(max_length=12, choices=Fault, blank=True, help_text=_("Why it was not run the last time"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="report_schedule_hour"),
            models.CheckConstraint(
                condition=~Q(rhythm="weekly") | Q(weekday__gte=1, weekday__lte=7), name="report_schedule_weekday"
            ),
            models.CheckConstraint(
                condition=~Q(rhythm="monthly") | Q(day__gte=1, day__lte=31), name="report_schedule_day"
            ),
        ]

    def __str__(self):
        return f"{self.report} {self.rhythm}"

    def get_fault_display(self) -> str:
        is_lent_no_more = self.fault == Fault.MAKER and self.report.portfolio_of_id
        return str(LENT_NO_MORE if is_lent_no_more else Fault(self.fault).label if self.fault else "")


class ReportRun(models.Model):
    """A definition answered as of a moment, once: what was found is kept, and never changes.

    `heading` holds what the answer rests on, `totals` the sums of all rows; one without a job was answered at once.
    It is of a shop, or of the portfolio of a person, and then of the `merchants` that were lent to them.
    """

    code = CodeField(prefix="run")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    portfolio_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    merchants = models.ManyToManyField(Merchant, related_name="+", blank=True)
    report = models.ForeignKey(SavedReport, models.PROTECT, null=True, blank=True, related_name="runs")
    schedule = models.ForeignKey(ReportSchedule, models.SET_NULL, null=True, blank=True, related_name="+")
    job = models.OneToOneField(Job, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    definition = models.JSONField(help_text=_("As it was asked, with the days that its period came to"))
    as_of = models.DateTimeField(help_text=_("Nothing that was recorded later is known to it"))
    version = models.CharField(max_length=12, help_text=_("Changes with the question, the rule and the moment"))
    heading = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    file = models.FileField(upload_to="reports/", storage=private, blank=True)
    language = models.CharField(max_length=10, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ready_at__isnull=True) | Q(rows__isnull=False, expires_at__gt=F("ready_at")),
                name="report_run_ready_has_rows",
            ),
            models.CheckConstraint(condition=OF_SHOP_OR_PORTFOLIO, name="report_run_of_shop_or_portfolio"),
        ]
        indexes = [
            models.Index(fields=["merchant", "-requested_at"], name="report_run_of"),
            models.Index(fields=["portfolio_of", "-requested_at"], name="report_run_of_portfolio"),
            models.Index(fields=["expires_at"], condition=~Q(file=""), name="report_run_expires"),
        ]

    def __str__(self):
        return self.name or self.code

    @property
    def shops(self) -> list[Merchant]:
        """The shops that it is about."""
        return [self.merchant] if self.merchant else sorted(self.merchants.all(), key=lambda shop: (shop.name, shop.pk))

    @property
    def currency(self) -> str:
        """The currency of its amounts."""
        return self.heading["currency"]

    @property
    def days(self) -> dict[str, date]:
        """The first and the last day that it is about."""
        return {end: date.fromisoformat(self.definition["period"][end]) for end in ("first", "last")}

    @property
    def state(self) -> str:
        """How the run is; the word is that of jobs."""
        if self.ready_at:
            return Job.State.DONE
        return self.job.state if self.job else Job.State.FAILED

    def get_state_display(self) -> str:
        return Job.State(self.state).label

    @cached_property
    def question(self) -> "Definition | None":
        """What it asks; None where that cannot be asked any more, and so not be read."""
        from ..measuring.definition import BadDefinition, parse

        try:
            return parse(self.definition)
        except BadDefinition:
            return None

    @property
    def is_ready(self) -> bool:
        """Whether its rows can be read: it is done, its file has not been let go of, and it asks what can be asked."""
        return bool(self.file) and self.question is not None
