"""People have a pseudonym for measurements, and devices are linked to it from now on."""

import uuid

import django.contrib.postgres.functions
import django.contrib.postgres.indexes
from django.db import migrations, models

from chengfeng.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0014_analyst_role"),
        ("chengfeng", "0008_erasing"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="person",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                help_text="Stands for them in measurements",
                unique=True,
            ),
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shopper", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("person", models.UUIDField()),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("login", "Logged in"),
                            ("register", "Registered"),
                            ("checkout", "Bought while logged in"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person"], name="link_person"),
                    django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["at"], name="link_at"),
                ],
                "constraints": [models.UniqueConstraint(fields=("shopper", "number"), name="link_numbers_once")],
            },
        ),
        append_only("shops_link", but=["shopper", "person"]),
    ]
