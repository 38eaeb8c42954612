"""Tables of the order desk: notes of the house, and files by which many orders are shipped."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.models import Job
from shops.models import Merchant, User


class Flag(models.TextChoices):
    """The colours that a merchant's people mark orders with; what they mean is up to the house."""

    RED = "red", _("Red")
    YELLOW = "yellow", _("Yellow")
    GREEN = "green", _("Green")
    BLUE = "blue", _("Blue")
    PURPLE = "purple", _("Purple")


class OrderNote(models.Model):
    """What somebody of the house wrote on an order; it is never changed, but may be struck."""

    code = CodeField(prefix="onn")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="notes")
    text = models.CharField(_("note"), max_length=500)
    search = SearchVectorField(null=True, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="order_note_says_something"),
            models.CheckConstraint(
                condition=Q(struck_by__isnull=True, struck_at__isnull=True)
                | Q(struck_by__isnull=False, struck_at__isnull=False),
                name="order_note_struck_by_somebody",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="order_note_search"),
            models.Index(
                fields=["merchant", "-order"], condition=Q(struck_at__isnull=True), name="order_note_standing"
            ),
        ]

    def __str__(self):
        return self.text


class ShippingRun(models.Model):
    """One reading of a file of parcels: a dry run, or the real thing after it."""

    code = CodeField(prefix="shr")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.FileField(upload_to="shipping/", storage=private)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file"))
    is_dry = models.BooleanField(default=True)
    rehearsal = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="performance")
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant", "-created_at"], name="shipping_run_latest")]

    def __str__(self):
        return self.file_name

    @property
    def state(self) -> str:
        """The state of its job; a run that has lost its job is done or has been interrupted."""
        if self.job:
            return self.job.state
        return Job.State.DONE if self.finished_at else Job.State.FAILED

    def get_state_display(self) -> str:
        return Job.State(self.state).label


COLUMNS = {  # the columns of such a file that say something, as the template heads them
    "order": _("Order"),
    "carrier": _("Carrier"),
    "tracking": _("Tracking number"),
    "sku": _("SKU"),
    "units": _("Units"),
}


class ShippingRow(models.Model):
    """What a row of such a file says and what became of it; a bad one names the field, the rule and the reason."""

    class Outcome(models.TextChoices):
        READY = "ready", _("Will be shipped")
        SHIPPED = "shipped", _("Shipped")
        REPEATED = "repeated", _("Shipped before")
        REFUSED = "refused", _("Refused")

    run = models.ForeignKey(ShippingRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text=_("The row of the file; the header is row 1"))
    order_text = models.CharField(max_length=80, help_text=_("The order as the file names it"))
    order = models.ForeignKey("orders.Order", models.PROTECT, null=True, blank=True, related_name="+")
    carrier = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    sku = models.CharField(max_length=64, blank=True)
    units = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome)
    field = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="shipping_row_once"),
            models.CheckConstraint(
                condition=(Q(outcome="refused") & ~Q(rule="")) | (~Q(outcome="refused") & Q(rule="")),
                name="shipping_row_refused_by_a_rule",
            ),
        ]

    def __str__(self):
        return f"{self.number}: {self.order_text}"

    @property
    def column(self) -> str:
        """The column that is wrong, by the name that the template gives it."""
        return str(COLUMNS.get(self.field, self.field))
