"""The tables of identity: by what, and since when, a device belongs to a person, and who asked to be forgotten."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField

from ..people.models import User


class Link(models.Model):
    """The moment from which a device, known by its shopper id, belongs to another person than before; append-only.

    The links of a device are numbered from 1, and never go back in time. A device whose shopper does not want it linked
    belongs to itself: the person is its own id. Both ids are pseudonyms: who a person is, only the account knows that
    bears the same id; when it is erased, fresh ids take their place.
    """

    class Evidence(models.TextChoices):
        LOGIN = "login", _("Logged in")
        REGISTER = "register", _("Registered")
        CHECKOUT = "checkout", _("Bought while logged in")
        APART = "apart", _("Not to be linked any more")
        AGAIN = "again", _("May be linked again")

    shopper = models.UUIDField()
    number = models.PositiveIntegerField()
    person = models.UUIDField()
    evidence = models.CharField(max_length=8, choices=Evidence)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shopper", "number"], name="link_numbers_once")]
        indexes = [
            models.Index(fields=["person"], name="link_person"),
            BrinIndex(fields=["at"], name="link_at", autosummarize=True),
        ]

    def __str__(self):
        return f"{self.shopper} {self.number}"


class Erasure(models.Model):
    """That a person is to be forgotten, and how far that has come; says nothing of who it was."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for orders")
        RUNNING = "running", _("Being erased")
        TOLD = "told", _("Erased but for history files")
        DONE = "done", _("Erased")

    code = CodeField(prefix="ers")
    user = models.OneToOneField(User, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("The operator; else the person")
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    replacements = models.JSONField(
        default=dict, blank=True, help_text=_("Fresh pseudonyms by old ones, while it runs")
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="done", done_at__isnull=False, replacements={})
                | ~models.Q(state="done") & models.Q(done_at__isnull=True),
                name="erasure_done_remembers_nothing",
            )
        ]

    def __str__(self):
        return self.code
