"""Judgements and charges of a day are found without a merchant: what history and its open end read."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ads", "0015_fewer_indexes")]

    operations = [
        migrations.AddIndex(
            "event",
            models.Index(fields=["rescored_at"], condition=Q(rescored_at__isnull=False), name="event_rescored"),
        ),
        migrations.AddIndex("charge", BrinIndex(fields=["at"], name="charge_at", autosummarize=True)),
        migrations.AddIndex("creditnote", BrinIndex(fields=["at"], name="credit_note_at", autosummarize=True)),
    ]
