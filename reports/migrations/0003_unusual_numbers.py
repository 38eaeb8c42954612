"""Unusual numbers, the hours that they are compared with, and who wants no letters about them."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations, models

from chengfeng.codes import CodeField
from chengfeng.money import AmountField


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_rules"),
        ("shops", "0002_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Anomaly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", CodeField(prefix="anm")),
                ("day", models.DateField()),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("impressions", "Impressions"),
                            ("clicks", "Clicks"),
                            ("invalid_clicks", "Invalid clicks"),
                            ("spend", "Ad spend"),
                            ("placed_orders", "Orders placed"),
                            ("paid_gmv", "Paid GMV"),
                            ("refunds", "Refunds"),
                        ],
                        max_length=16,
                    ),
                ),
                ("since", models.PositiveSmallIntegerField(help_text="Full hour of the day; 0: since midnight")),
                ("until", models.PositiveSmallIntegerField(help_text="Full hour of the day")),
                ("value", AmountField()),
                ("usual", AmountField(help_text="Median of the same hours of the days before")),
                ("low", AmountField(help_text="The least of them")),
                ("high", AmountField(help_text="The most of them")),
                ("days", models.PositiveSmallIntegerField(help_text="How many days before it is compared with")),
                ("found_at", models.DateTimeField()),
                ("over_at", models.DateTimeField(blank=True, help_text="When it was usual again", null=True)),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("merchant", "day", "measure"), name="anomaly_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("since__lt", models.F("until")), ("until__lte", 24)), name="anomaly_hours"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__lt", models.F("low")), ("value__gt", models.F("high")), _connector="OR"
                        ),
                        name="anomaly_is_unusual",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnomalyMute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "merchant",
                    models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
                ),
                ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("merchant", "user"), name="anomaly_mute_once")],
            },
        ),
        migrations.CreateModel(
            name="PastHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("sums", models.JSONField(encoder=DjangoJSONEncoder, help_text="By measure: 24 sums, as text")),
                (
                    "merchant",
                    models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to="shops.merchant"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="past_hours_by_day")],
                "constraints": [models.UniqueConstraint(fields=("merchant", "day"), name="past_hours_once")],
            },
        ),
    ]
