"""Tables of webhooks: endpoints, messages to them, and the attempts to deliver these."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.webhooks.posting import Trouble

from ..people.models import ApiToken, Merchant, User


class HookEndpoint(models.Model):
    """An address of a merchant's program that is told of events.

    Its secret is derived and stored nowhere: `generation` counts how often another has taken its place.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        DISABLED = "disabled", _("Switched off")

    class Reason(models.TextChoices):
        BY_HAND = "by_hand", _("Switched off by hand")
        GONE = "gone", _("It answered 410 Gone")
        FAILING = "failing", _("It has failed for days")

    code = CodeField(prefix="whe")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=120, blank=True)
    events = ArrayField(models.CharField(max_length=40), verbose_name=_("events"))
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    disabled_for = models.CharField(max_length=8, choices=Reason, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True, help_text=_("First failure since the last success"))
    generation = models.PositiveIntegerField(default=1)
    rotated_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_with = models.ForeignKey(ApiToken, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(events__len__gt=0), name="hook_endpoint_wants_something"),
            models.CheckConstraint(
                condition=Q(state="active", disabled_at=None, disabled_for="")
                | (Q(state="disabled", disabled_at__isnull=False) & ~Q(disabled_for="")),
                name="hook_endpoint_disabled_for_a_reason",
            ),
        ]

    def __str__(self):
        return self.url


class HookMessage(models.Model):
    """An event as one endpoint is told of it: the same code, which is its id there, at every attempt."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Given up")
        HELD = "held", _("Held back")

    code = CodeField(prefix="msg")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    endpoint = models.ForeignKey(HookEndpoint, models.PROTECT, related_name="messages", db_index=False)
    event = models.CharField(max_length=40)
    key = models.CharField(max_length=80, help_text=_("What tells the event from others of its kind"))
    version = models.PositiveSmallIntegerField(default=1, help_text=_("Of the shape of the data"))
    data = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(null=True, blank=True, help_text=_("Of a message on its way: when it counts as lost"))
    retries = models.PositiveSmallIntegerField(default=0, help_text=_("Steps taken of the schedule"))
    attempts_made = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event", "key"], name="hook_message_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False) | (~Q(state="waiting") & Q(due_at=None)),
                name="hook_message_waits_for_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False), name="hook_message_delivered_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(state="waiting"), name="hook_message_due"),
            models.Index(fields=["endpoint", "-id"], name="hook_message_log"),
            models.Index(fields=["merchant", "-id"], name="hook_message_of_merchant"),
            models.Index(fields=["created_at"], name="hook_message_age"),
        ]

    def __str__(self):
        return f"{self.event} {self.code}"

    # Of a message that was read with its last attempt, as `listing.messages` does

    @property
    def is_under_way(self) -> bool:
        return self.state == self.State.WAITING and bool(self.attempts_made) and self.last_ended_at is None

    @property
    def trouble_label(self) -> str:
        return Trouble(self.last_trouble).label if self.last_trouble else ""


class HookAttempt(models.Model):
    """One attempt to deliver a message; one without an end was cut short, or is under way."""

    message = models.ForeignKey(HookMessage, models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    trouble = models.CharField(max_length=12, choices=Trouble, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text=_("How the body of the answer begins"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="hook_attempt_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, status=None, trouble="")
                | (
                    Q(ended_at__isnull=False)
                    & (Q(status__isnull=False, trouble="") | (Q(status=None) & ~Q(trouble="")))
                ),
                name="hook_attempt_ends_one_way",
            ),
        ]

    def __str__(self):
        return f"{self.message_id} #{self.number}"

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
