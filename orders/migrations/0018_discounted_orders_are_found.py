"""Orders with a discount are found without looking at all the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0017_addresses_vouchers_and_bookings"),
        ("shops", "0011_stores"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("discount__gt", 0)), fields=["merchant", "-placed_at"], name="order_discount_latest"
            ),
        ),
    ]
