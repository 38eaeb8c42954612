"""The tables of accounts: how often somebody has tried to log in of late, and from which devices people came."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..people.models import User


class LoginTries(models.Model):
    """Tries at one account from one place that have not succeeded, in a window that began with the first."""

    key = models.CharField(max_length=64, unique=True, help_text=_("A digest of the place and the e-mail"))
    tries = models.PositiveSmallIntegerField()
    until = models.DateTimeField(help_text=_("When the window ends"))

    class Meta:
        verbose_name_plural = "login tries"

    def __str__(self):
        return f"{self.tries} until {self.until:%Y-%m-%d %H:%M}"


class Device(models.Model):
    """A browser, known by its shopper id, in which a person was logged in."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    shopper = models.UUIDField()
    first_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shopper", "user"], name="device_once")]

    def __str__(self):
        return f"{self.user} {self.shopper}"
