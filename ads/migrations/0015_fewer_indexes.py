"""Charges and days of wallets are found by the indexes that begin with their merchant or campaign."""

import django.db.models.deletion
from django.db import migrations, models


def found_without_its_own(model: str, field: str, to: str) -> migrations.AlterField:
    key = models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)
    return migrations.AlterField(model, field, key)


class Migration(migrations.Migration):
    dependencies = [
        ("ads", "0014_wallet_days"),
    ]

    operations = [
        found_without_its_own("charge", "merchant", "shops.merchant"),
        found_without_its_own("charge", "campaign", "ads.campaign"),
        found_without_its_own("walletday", "merchant", "shops.merchant"),
    ]
