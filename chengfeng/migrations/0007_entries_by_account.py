"""Entries of an account are read in the order of its transfers, by the index that lets it have one of each."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chengfeng", "0006_grant_accounts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_once_per_account",
        ),
        migrations.AlterField(
            model_name="entry",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="chengfeng.account",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("account", "transfer"), name="entry_once_per_account"),
        ),
    ]
