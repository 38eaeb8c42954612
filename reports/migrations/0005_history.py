"""The manifest of the files in which closed days are kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_ad_credits")]

    operations = [
        migrations.CreateModel(
            name="HistoryDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("schema", models.PositiveSmallIntegerField(help_text="Version of the log's columns")),
                (
                    "version",
                    models.PositiveIntegerField(default=1, help_text="Grows whenever the file is written anew"),
                ),
                ("rows", models.PositiveBigIntegerField()),
                ("bytes", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("log", "day"), name="history_day_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bytes", 0), ("rows", 0), ("sha256", "")),
                            models.Q(("bytes__gt", 0), ("rows__gt", 0), ("sha256__regex", "^[0-9a-f]{64}$")),
                            _connector="OR",
                        ),
                        name="history_day_has_a_file",
                    ),
                ],
            },
        ),
    ]
