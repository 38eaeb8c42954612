"""What products are is kept through time, by triggers; it begins with what is known of each since it was made."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from chengfeng.append_only import append_only

NOTE = """
CREATE FUNCTION shops_note_goods(products bigint[], ats timestamptz[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO shops_goodschange (product_id, merchant_id, brand, category_id, sku_id, at)
    SELECT p.id, p.merchant_id, p.brand, p.category_id, v.sku, greatest(w.at, last.at + interval '1 microsecond')
    FROM (SELECT product, max(at) AS at FROM unnest(products, ats) AS u(product, at) GROUP BY product) w
    JOIN shops_product p ON p.id = w.product
    LEFT JOIN LATERAL (
        SELECT min(id) AS sku FROM shops_variant WHERE product_id = p.id HAVING count(*) = 1
    ) v ON true
    LEFT JOIN LATERAL (
        SELECT g.* FROM shops_goodschange g WHERE g.product_id = p.id ORDER BY g.at DESC LIMIT 1
    ) last ON true
    WHERE last.id IS NULL
        OR (last.brand, last.category_id, last.sku_id) IS DISTINCT FROM (p.brand, p.category_id, v.sku)
    ORDER BY p.id
    ON CONFLICT (product_id, at) DO NOTHING
$$;
CREATE FUNCTION shops_note_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM shops_note_goods(array_agg(id), array_agg(created_at)) FROM made;
    RETURN NULL;
END $$;
CREATE FUNCTION shops_note_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM shops_note_goods(ARRAY[NEW.id], ARRAY[NEW.updated_at]);
    RETURN NULL;
END $$;
CREATE FUNCTION shops_note_variants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM shops_note_goods(array_agg(v.product_id), array_agg(m.at))
    FROM made m JOIN shops_variant v ON v.id = m.variant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER shops_product_made AFTER INSERT ON shops_product
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION shops_note_products();
CREATE TRIGGER shops_product_renamed AFTER UPDATE OF brand, category_id ON shops_product FOR EACH ROW
    WHEN ((OLD.brand, OLD.category_id) IS DISTINCT FROM (NEW.brand, NEW.category_id))
    EXECUTE FUNCTION shops_note_product();
CREATE TRIGGER shops_variant_priced AFTER INSERT ON shops_pricechange
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION shops_note_variants();
"""
UNDO = """
DROP TRIGGER shops_variant_priced ON shops_pricechange;
DROP TRIGGER shops_product_renamed ON shops_product;
DROP TRIGGER shops_product_made ON shops_product;
DROP FUNCTION shops_note_variants();
DROP FUNCTION shops_note_product();
DROP FUNCTION shops_note_products();
DROP FUNCTION shops_note_goods(bigint[], timestamptz[]);
"""
OPENING = "SELECT shops_note_goods(array_agg(id), array_agg(created_at)) FROM shops_product"


class Migration(migrations.Migration):
    dependencies = [("shops", "0015_identity")]

    operations = [
        migrations.CreateModel(
            name="GoodsChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("brand", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.category",
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
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.product",
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Its variant, where it has only one",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.variant",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("product", "at"), name="goods_change_once")],
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="goods_change_at", autosummarize=True)
                ],
            },
        ),
        append_only("shops_goodschange"),
        migrations.RunSQL(NOTE, UNDO),
        migrations.RunSQL(OPENING, migrations.RunSQL.noop),
    ]
