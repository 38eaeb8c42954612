"""Placements have names that people read; the table stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ads", "0004_ad_days")]
    operations = [
        migrations.AlterField(
            "event",
            "placement",
            models.CharField(
                choices=[
                    ("feed", "Feed"),
                    ("search", "Search results"),
                    ("product", "Product page"),
                    ("shop", "Shop page"),
                ],
                max_length=12,
            ),
        ),
    ]
