"""What was known of a sale when it was paid, its refunds, and credits that tell the sale from its refunds."""

import django.db.models.deletion
from django.db import migrations, models

import chengfeng.money
from chengfeng.append_only import append_only

FILL = """
UPDATE ads_conversion SET placed_at = at, is_new = NOT EXISTS (
    SELECT FROM ads_conversion b WHERE b.merchant_id = ads_conversion.merchant_id
        AND b.shopper = ads_conversion.shopper AND b.at < ads_conversion.at
        AND b.at > ads_conversion.at - interval '365 days'
);
UPDATE ads_conversionline l SET brand = p.brand, category_id = p.category_id,
    variant_id = (SELECT min(id) FROM shops_variant v WHERE v.product_id = p.id),
    is_new_to_brand = c.is_new OR p.brand <> '' AND NOT EXISTS (
        SELECT FROM ads_conversion b JOIN ads_conversionline x ON x.conversion_id = b.id
        JOIN shops_product y ON y.id = x.product_id
        WHERE b.merchant_id = c.merchant_id AND b.shopper = c.shopper AND y.brand = p.brand AND b.at < c.at
            AND b.at > c.at - interval '365 days'
    )
FROM shops_product p, ads_conversion c WHERE p.id = l.product_id AND c.id = l.conversion_id;
ALTER TABLE ads_credit DISABLE TRIGGER ads_credit_append_only;
UPDATE ads_credit SET posted_at = at, refund = CASE WHEN reason = 'refund' THEN left(cause, 24) ELSE '' END;
ALTER TABLE ads_credit ENABLE TRIGGER ads_credit_append_only;
INSERT INTO ads_conversionrefund (line_id, code, amount, at)
SELECT line_id, refund, -sum(amount), min(at) FROM ads_credit
WHERE refund <> '' AND rule = 'last_click_7d' GROUP BY line_id, refund;
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0018_version_of_webhook_messages"), ("ads", "0016_found_by_day")]

    operations = [
        migrations.CreateModel(
            name="ConversionRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(help_text="Of the refund", max_length=24)),
                ("amount", chengfeng.money.AmountField()),
                ("at", models.DateTimeField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="ads.conversionline",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "conversionrefund", models.UniqueConstraint(fields=("line", "code"), name="conversion_refund_once")
        ),
        append_only("ads_conversionrefund"),
        migrations.AddField("conversion", "placed_at", models.DateTimeField(null=True)),
        migrations.AddField("conversion", "is_new", models.BooleanField(null=True)),
        migrations.AddField("conversionline", "brand", models.CharField(blank=True, max_length=120, default="")),
        migrations.AddField(
            "conversionline",
            "category",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="shops.category",
            ),
        ),
        migrations.AddField(
            "conversionline",
            "variant",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="shops.variant",
            ),
        ),
        migrations.AddField("conversionline", "is_new_to_brand", models.BooleanField(null=True)),
        migrations.AddField("credit", "posted_at", models.DateTimeField(null=True)),
        migrations.AddField("credit", "refund", models.CharField(blank=True, default="", max_length=24)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
