"""A cart line remembers its price, so that a change can be told; an order its offer, so that one is used once."""

from decimal import Decimal

from django.db import migrations, models

from chengfeng.money import AmountField


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_append_only")]
    operations = [
        migrations.AddField(
            "cartline",
            "price",
            AmountField(default=Decimal(0), help_text="Unit price when it was put in"),
            preserve_default=False,
        ),
        migrations.AddField(
            "order",
            "offer",
            models.CharField(
                blank=True,
                help_text="The merchant's quote that it was placed by",
                max_length=24,
                null=True,
                unique=True,
            ),
        ),
    ]
