"""The manifest of history: which day of which log is in a file, and what that file must be."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HistoryDay(models.Model):
    """A closed day (UTC) of a log. A day without rows has no file, and its checksum is empty."""

    log = models.CharField(max_length=16)
    day = models.DateField()
    schema = models.PositiveSmallIntegerField(help_text=_("Version of the log's columns"))
    version = models.PositiveIntegerField(default=1, help_text=_("Grows whenever the file is written anew"))
    rows = models.PositiveBigIntegerField()
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "day"], name="history_day_once"),
            models.CheckConstraint(
                condition=Q(rows=0, bytes=0, sha256="") | Q(rows__gt=0, bytes__gt=0, sha256__regex="^[0-9a-f]{64}$"),
                name="history_day_has_a_file",
            ),
        ]

    def __str__(self):
        return f"{self.log} {self.day}"
