"""What left before parcels knew their lines left in one parcel; what was refunded before that had not left."""

from django.db import migrations

UNSHIPPED = """
UPDATE orders_refundline r SET unshipped = r.quantity FROM orders_refund f JOIN orders_order o ON o.id = f.order_id
WHERE f.id = r.refund_id AND (o.shipped_at IS NULL OR f.requested_at < o.shipped_at)
"""
LINES = """
INSERT INTO orders_shipmentline (shipment_id, line_id, quantity)
SELECT s.id, l.id, l.shipped FROM orders_orderline l
JOIN (SELECT order_id, min(id) AS id FROM orders_shipment GROUP BY 1) s USING (order_id) WHERE l.shipped > 0
"""
FIRST = (
    "UPDATE orders_order SET first_shipped_at = shipped_at WHERE first_shipped_at IS NULL AND shipped_at IS NOT NULL"
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0011_parcels_by_line")]
    operations = [migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in (UNSHIPPED, LINES, FIRST)]
