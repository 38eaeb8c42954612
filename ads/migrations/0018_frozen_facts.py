"""What the fields of the measurement are from now on, and what the database refuses."""

import django.db.models.deletion
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ads", "0017_measurement"),
        ("shops", "0018_version_of_webhook_messages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="conversion", index=BrinIndex(fields=["at"], name="conversion_at", autosummarize=True)
        ),
        migrations.RemoveConstraint(
            model_name="credit",
            name="credit_once",
        ),
        migrations.RemoveIndex(
            model_name="credit",
            name="credit_restated",
        ),
        migrations.AlterField(
            model_name="conversion",
            name="at",
            field=models.DateTimeField(help_text="When it was paid"),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="is_new",
            field=models.BooleanField(help_text="The shopper had not bought at the shop in the 365 days before"),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="placed_at",
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name="conversionline",
            name="brand",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AlterField(
            model_name="conversionline",
            name="is_new_to_brand",
            field=models.BooleanField(help_text="The same of the brand; of goods without a brand, of the shop"),
        ),
        migrations.AlterField(
            model_name="conversionline",
            name="variant",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
            ),
        ),
        migrations.AlterField(
            model_name="credit",
            name="at",
            field=models.DateTimeField(help_text="When it counts: the moment of the sale or the refund"),
        ),
        migrations.AlterField(
            model_name="credit",
            name="cause",
            field=models.CharField(
                help_text="Code of the order or refund, token of the touch, or number of the link", max_length=40
            ),
        ),
        migrations.AlterField(
            model_name="credit",
            name="posted_at",
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name="credit",
            name="reason",
            field=models.CharField(
                choices=[
                    ("initial", "Sale"),
                    ("refund", "Refund"),
                    ("invalid", "Touch found invalid"),
                    ("linked", "Device known to be the shopper's"),
                    ("late", "Touch reported late"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="credit",
            name="refund",
            field=models.CharField(
                blank=True, help_text="Code of the refund it is a part of; else the sale", max_length=24
            ),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(condition=models.Q(("share__lt", 0)), fields=["line"], name="credit_restated"),
        ),
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("placed_at__lte", models.F("at"))), name="conversion_placed_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.UniqueConstraint(
                fields=("line", "rule", "token", "touch", "refund", "reason", "cause"), name="credit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(("refund", ""), ("share", 0), _connector="OR"), name="credit_refund_has_no_share"
            ),
        ),
    ]
