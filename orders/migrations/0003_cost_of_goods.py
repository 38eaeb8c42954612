"""What a unit of an order line cost the merchant, as it was known then."""

from django.db import migrations

from chengfeng.money import AmountField


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="cost",
            field=AmountField(
                blank=True, help_text="What a unit cost the merchant, where that was known then", null=True
            ),
        ),
    ]
