"""Charges given back for clicks found invalid later, by the day they were given back."""

from django.db import migrations

import chengfeng.money


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_reconciled_days_are_final"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaigndayfact",
            name="ad_credits",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="ad_credits",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="ad_credits",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
    ]
