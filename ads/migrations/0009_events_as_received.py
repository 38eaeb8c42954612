"""Learning reads events in the order in which they were received: a block-range index costs next to nothing."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ads", "0008_partitions_and_rules")]
    operations = [
        migrations.AddIndex("event", BrinIndex(fields=["received_at"], name="event_received", autosummarize=True)),
    ]
