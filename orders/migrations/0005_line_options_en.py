"""A line keeps its options in English beside the others, as it keeps its title."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_cart_price_and_offer")]
    operations = [
        migrations.AddField("orderline", "options_en", models.JSONField(blank=True, default=dict)),
    ]
