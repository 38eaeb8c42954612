"""What campaigns claim of sales, kept beside credits; of the sales there are, from their clicks."""

import django.db.models.deletion
from django.db import migrations, models

CLAIM = """
WITH owned AS (
    SELECT shopper, person,
        CASE WHEN number > 1 THEN at WHEN person = shopper THEN '-infinity' ELSE at - interval '30 days' END AS since,
        coalesce(lead(at) OVER (PARTITION BY shopper ORDER BY number), 'infinity') AS until
    FROM shops_link
), buyers AS (
    SELECT n.*, coalesce(
        (SELECT o.person FROM owned o WHERE o.shopper = n.shopper AND n.placed_at >= o.since AND n.placed_at < o.until),
        n.shopper
    ) AS person FROM ads_conversion n
), devices AS (
    SELECT b.id, b.merchant_id, b.at, b.shopper, '-infinity'::timestamptz AS since, coalesce(
        (SELECT min(o.since) FROM owned o WHERE o.shopper = b.shopper), 'infinity'
    ) AS until FROM buyers b WHERE b.person = b.shopper
    UNION ALL
    SELECT b.id, b.merchant_id, b.at, o.shopper, o.since, o.until FROM buyers b JOIN owned o ON o.person = b.person
)
INSERT INTO ads_saleclaim (merchant_id, conversion_id, campaign_id, event_day, token, touched_at, at)
SELECT DISTINCT ON (d.id, e.campaign_id) d.merchant_id, d.id, e.campaign_id, e.day, e.token, e.at, d.at
FROM devices d JOIN ads_event e ON e.shopper = d.shopper AND e.merchant_id = d.merchant_id AND e.kind = 'click'
    AND e.is_valid AND e.at >= greatest(d.since, d.at - interval '7 days') AND e.at <= d.at AND e.at < d.until
ORDER BY d.id, e.campaign_id, e.at DESC, e.token
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ads", "0020_events_forget_people"),
        ("shops", "0020_erasure"),
    ]

    operations = [
        migrations.CreateModel(
            name="SaleClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_day", models.DateField()),
                ("token", models.UUIDField(db_index=True, help_text="Of the touch")),
                ("touched_at", models.DateTimeField()),
                ("at", models.DateTimeField(help_text="The moment of the sale")),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ads.campaign"
                    ),
                ),
                (
                    "conversion",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ads.conversion",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.merchant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["merchant", "at"], name="ads_salecla_merchan_70be07_idx"),
                    models.Index(fields=["campaign", "at"], name="ads_salecla_campaig_7319bb_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("conversion", "campaign"), name="sale_claim_once"),
                    models.CheckConstraint(
                        condition=models.Q(("touched_at__lte", models.F("at"))), name="sale_claim_after_touch"
                    ),
                ],
            },
        ),
        migrations.RunSQL(CLAIM, migrations.RunSQL.noop),
    ]
