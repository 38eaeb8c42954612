"""What a unit of a variant costs the merchant."""

from django.db import migrations, models

from chengfeng.money import AmountField


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0002_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="variant",
            name="cost",
            field=AmountField(blank=True, help_text="Of a unit, to the merchant", null=True, verbose_name="cost"),
        ),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost__isnull", True), ("cost__gte", 0), _connector="OR"),
                name="variant_cost_not_negative",
            ),
        ),
    ]
