"""The kernel's tables: ledger, outbox, jobs, schedules, idempotent writes and heartbeats."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .codes import CodeField
from .money import AmountField, CurrencyField


class Account(models.Model):
    """A ledger account. A guarded one keeps a running balance that the database holds at or above zero."""

    class Kind(models.TextChoices):
        OUTSIDE = "outside", _("Outside world (payment providers and banks)")
        WALLET = "wallet", _("Advertising wallet")
        FROZEN = "frozen", _("Frozen advertising money")
        GRANT = "grant", _("Advertising grant")
        AD_REVENUE = "ad_revenue", _("Advertising revenue")
        GIVEN = "given", _("Advertising money that the platform gives")
        SALES = "sales", _("Sales of the merchant, not settled yet")
        PAYABLE = "payable", _("Settled and due to the merchant")
        COMMISSION = "commission", _("Commission on sales")
        SUBSIDY = "subsidy", _("Discounts that the platform bears")

    kind = models.CharField(max_length=16, choices=Kind)
    owner = models.CharField(max_length=24, blank=True, help_text=_("Code of the merchant; empty for the platform"))
    currency = CurrencyField()
    balance = AmountField(null=True, editable=False, help_text=_("Kept by the database; null where not guarded"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner", "currency"], name="account_is_unique"),
            models.UniqueConstraint(fields=["id", "currency"], name="account_has_one_currency"),
            models.CheckConstraint(condition=Q(balance__isnull=True) | Q(balance__gte=0), name="account_not_overdrawn"),
        ]

    def __str__(self):
        return f"{self.kind} {self.owner or 'platform'} {self.currency}"


class Transfer(models.Model):
    """One movement of money, made of entries that sum to zero; never changed, never deleted."""

    code = CodeField(prefix="trf")
    kind = models.CharField(max_length=24)
    reference = models.CharField(max_length=80, unique=True, help_text=_("The business fact, e.g. payment:pay_…"))
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [BrinIndex(fields=["at"], name="transfer_at")]

    def __str__(self):
        return self.reference


class Entry(models.Model):
    """One side of a transfer: positive adds to the account, negative takes from it."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries", db_index=False)
    currency = CurrencyField()
    amount = AmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "transfer"], name="entry_once_per_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something"),
        ]

    def __str__(self):
        return f"{self.amount} {self.currency}"


class OutboxMessage(models.Model):
    """A fact to be told outside its transaction: written with its cause, delivered at least once."""

    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "key"], name="outbox_message_once"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(dead_at__isnull=True), name="outbox_delivered_or_dead"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(delivered_at__isnull=True, dead_at__isnull=True), name="outbox_due"
            )
        ]

    def __str__(self):
        return f"{self.topic} {self.key}"


class Job(models.Model):
    """A piece of background work: the row is the truth, the broker only wakes somebody to look at it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    code = CodeField(prefix="job")
    kind = models.CharField(max_length=40)
    owner = models.CharField(max_length=24, blank=True, db_index=True, help_text=_("Code of the merchant, if any"))
    requested_by = models.CharField(max_length=24, blank=True, help_text=_("Code of the person, if any"))
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) ^ Q(state__in=["done", "failed", "cancelled"]),
                name="job_finished_has_time",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(progress__lte=F("total")), name="job_progress_within_total"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state__in=["queued", "running"]), name="job_due")]

    def __str__(self):
        return f"{self.kind} {self.code}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int:
        return 100 * self.progress // self.total if self.total else 0


class Schedule(models.Model):
    """Recurring work: when it is next due is kept here, not in a broker's countdown."""

    kind = models.CharField(max_length=40, unique=True)
    every_seconds = models.PositiveIntegerField()
    next_at = models.DateTimeField()

    def __str__(self):
        return f"{self.kind} every {self.every_seconds} s"


class IdempotentWrite(models.Model):
    """The answer once given to a write, kept so that its repeat gets the same."""

    scope = models.CharField(max_length=80, help_text=_("Who and what, e.g. the merchant and the operation"))
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotent_write_once")]

    def __str__(self):
        return f"{self.scope} {self.key}"


class Heartbeat(models.Model):
    """The last sign of life of a part that runs beside the web, written by its own work."""

    name = models.CharField(max_length=40, unique=True)
    beaten_at = models.DateTimeField()

    def __str__(self):
        return self.name


class SandboxCharge(models.Model):
    """What the sandbox payment provider knows of a charge, refund or payout: the other side's books, not ours."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        AUTHORISED = "authorised", _("Authorised")
        SUCCEEDED = "succeeded", _("Succeeded")
        VOIDED = "voided", _("Voided")
        FAILED = "failed", _("Failed")

    reference = CodeField(prefix="sbx")
    client_reference = models.CharField(max_length=40, unique=True, help_text=_("Our code of what it is about"))
    refund_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="refunds")
    amount = AmountField(help_text=_("What was taken, or may be taken while it is authorised"))
    currency = CurrencyField()
    behaviour = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()

    def __str__(self):
        return self.client_reference
