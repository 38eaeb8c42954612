"""Learning reads the credits of all merchants by time, near which they are written: a block-range index is enough."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ads", "0012_eligibility")]
    operations = [
        migrations.AddIndex("credit", BrinIndex(fields=["at"], name="credit_at", autosummarize=True)),
    ]
