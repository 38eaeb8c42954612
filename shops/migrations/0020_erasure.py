"""People may ask to be forgotten; then the audit trail keeps what was done, without their e-mail address."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chengfeng.codes
from chengfeng.append_only import erasable


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0019_devices_kept_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="ers")),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for orders"),
                            ("running", "Being erased"),
                            ("told", "Erased but for history files"),
                            ("done", "Erased"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "replacements",
                    models.JSONField(blank=True, default=dict, help_text="Fresh pseudonyms by old ones, while it runs"),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="The operator; else the person",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("done_at__isnull", False), ("replacements", {}), ("state", "done"))
                        | ~models.Q(("state", "done")) & models.Q(("done_at__isnull", True)),
                        name="erasure_done_remembers_nothing",
                    )
                ],
            },
        ),
        *erasable("shops_auditentry", ["details"]),
    ]
