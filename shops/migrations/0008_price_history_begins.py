"""Price changes are append-only, and begin with the price that each variant has."""

from django.db import migrations

from chengfeng.append_only import append_only

OPENING = """
INSERT INTO shops_pricechange (merchant_id, variant_id, price, list_price, at, cause)
SELECT v.merchant_id, v.id, v.price, v.list_price, p.created_at, 'opening'
FROM shops_variant v JOIN shops_product p ON p.id = v.product_id ORDER BY v.id
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0007_prices_and_reviews")]

    operations = [
        append_only("shops_pricechange"),
        migrations.RunSQL(OPENING, migrations.RunSQL.noop),
    ]
