"""What later judgements of traffic found, appeals against them, and the indexes that find such clicks and credits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chengfeng.codes
import chengfeng.money
from chengfeng.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("ads", "0009_events_as_received"),
        ("shops", "0013_devices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="apl")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("more", "There is more invalid traffic"),
                            ("wrong", "Good traffic was found invalid"),
                        ],
                        default="more",
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("first", models.DateField(verbose_name="from")),
                ("last", models.DateField(verbose_name="to")),
                ("text", models.TextField(max_length=2000, verbose_name="what you saw")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("upheld", "Upheld"), ("refused", "Refused")],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="answer")),
                (
                    "returned",
                    chengfeng.money.AmountField(
                        decimal_places=4, default=0, help_text="Charges given back by the answer", max_digits=18
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Rescore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("happened_at", models.DateTimeField(help_text="The first of the events")),
                ("reason", models.CharField(max_length=24)),
                ("events", models.PositiveIntegerField()),
                ("clicks", models.PositiveIntegerField()),
                (
                    "returned",
                    chengfeng.money.AmountField(
                        decimal_places=4, default=0, help_text="Charges given back for them", max_digits=18
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            model_name="credit",
            name="cause",
            field=models.CharField(
                help_text="Code of the order or refund, or token of an invalid touch", max_length=40
            ),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(condition=models.Q(("reason", "invalid")), fields=["line"], name="credit_restated"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("kind", "click")), fields=["campaign", "at"], name="event_clicks_of_campaign"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="campaign",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ads.campaign"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="merchant",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.merchant"),
        ),
        migrations.AddField(
            model_name="rescore",
            name="campaign",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ads.campaign"),
        ),
        migrations.AddField(
            model_name="rescore",
            name="merchant",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.merchant"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["merchant", "-asked_at"], name="appeal_of_merchant"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lte", models.F("last"))), name="appeal_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("answered_at__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appeal_answered_in_words",
            ),
        ),
        migrations.AddIndex(
            model_name="rescore",
            index=models.Index(fields=["merchant", "at"], name="rescore_of_merchant"),
        ),
        migrations.AddConstraint(
            model_name="rescore",
            constraint=models.CheckConstraint(
                condition=models.Q(("events__gt", 0), ("clicks__lte", models.F("events")), ("returned__gte", 0)),
                name="rescore_found_some",
            ),
        ),
        append_only("ads_rescore"),
    ]
