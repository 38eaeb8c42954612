"""The sandbox knows authorisations and payouts as well."""

from django.db import migrations, models

import chengfeng.money


class Migration(migrations.Migration):
    dependencies = [
        ("chengfeng", "0003_settlement_accounts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sandboxcharge",
            name="amount",
            field=chengfeng.money.AmountField(
                decimal_places=4, help_text="What was taken, or may be taken while it is authorised", max_digits=18
            ),
        ),
        migrations.AlterField(
            model_name="sandboxcharge",
            name="client_reference",
            field=models.CharField(help_text="Our code of what it is about", max_length=40, unique=True),
        ),
        migrations.AlterField(
            model_name="sandboxcharge",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("authorised", "Authorised"),
                    ("succeeded", "Succeeded"),
                    ("voided", "Voided"),
                    ("failed", "Failed"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
    ]
