"""Orders are also found by amount and province, and by phone in prepared statements."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0014_settlement_is_final"),
        ("shops", "0010_flash_holds_and_buyers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="checkout",
            name="checkout_phone_backwards",
        ),
        migrations.RemoveIndex(
            model_name="order",
            name="order_by_total",
        ),
        migrations.AddIndex(
            model_name="checkout",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Reverse(
                        models.Func(models.F("phone"), template="regexp_replace(%(expressions)s, '[^0-9]', '', 'g')")
                    ),
                    "text_pattern_ops",
                ),
                name="checkout_phone_backwards",
            ),
        ),
        migrations.AddIndex(
            model_name="checkout",
            index=models.Index(fields=["region", "-id"], name="checkout_region_latest"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["merchant", "total", "id"], name="order_by_total"),
        ),
    ]
