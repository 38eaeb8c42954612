"""Charges may share a transfer; what moved in wallets is summed up by day."""

import django.db.models.deletion
from django.db import migrations, models

import chengfeng.money


class Migration(migrations.Migration):
    dependencies = [
        ("ads", "0013_credits_by_time"),
        ("chengfeng", "0007_entries_by_account"),
        ("shops", "0013_devices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="charge",
            name="transfer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chengfeng.transfer"
            ),
        ),
        migrations.CreateModel(
            name="WalletDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=24)),
                ("lines", models.PositiveIntegerField(help_text="Transfers")),
                (
                    "times",
                    models.PositiveIntegerField(help_text="Charges that share these transfers; else as many as lines"),
                ),
                ("cash", chengfeng.money.AmountField(decimal_places=4, max_digits=18)),
                ("grants", chengfeng.money.AmountField(decimal_places=4, max_digits=18)),
                ("lowest", models.BigIntegerField(help_text="Number of the first transfer")),
                ("highest", models.BigIntegerField(db_index=True, help_text="Number of the last transfer")),
                ("last_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.merchant"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("merchant", "day", "kind"), name="wallet_day_once")],
            },
        ),
    ]
