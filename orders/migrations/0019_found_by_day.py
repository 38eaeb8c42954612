"""Rows of a day are found without a merchant: what history and its tail read."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0018_discounted_orders_are_found")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["placed_at"], name="order_placed"
            ),
        ),
        migrations.AddIndex(
            model_name="ordermove",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["at"], name="order_move_at"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(condition=models.Q(("state", "done")), fields=["done_at"], name="refund_done"),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["settled_at"], name="settlement_at"
            ),
        ),
    ]
