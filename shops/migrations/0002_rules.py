"""What is never changed in shops, and the history of goods, which is kept by triggers."""

from django.db import migrations

from chengfeng.append_only import append_only

GOODS_HISTORY = """
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

NO_GOODS_HISTORY = """
DROP TRIGGER shops_variant_priced ON shops_pricechange;
DROP TRIGGER shops_product_renamed ON shops_product;
DROP TRIGGER shops_product_made ON shops_product;
DROP FUNCTION shops_note_variants();
DROP FUNCTION shops_note_product();
DROP FUNCTION shops_note_products();
DROP FUNCTION shops_note_goods(bigint[], timestamptz[]);
"""


class Migration(migrations.Migration):
    replaces = [("shops", "0002_append_only")]
    dependencies = [
        # Of 0001_schema; named so that Django refuses a database which stopped half-way through what that replaces.
        ("shops", "0020_erasure"),
        ("chengfeng", "0002_rules"),
    ]
    operations = [
        append_only("shops_stockmove"),
        append_only("shops_pricechange"),
        append_only("shops_goodschange"),
        append_only("shops_link", but=["shopper", "person"]),
        append_only("shops_auditentry", but=["details"]),
        migrations.RunSQL(GOODS_HISTORY, NO_GOODS_HISTORY),
    ]
