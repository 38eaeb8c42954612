"""Events live in day partitions; events, charges and credits are never changed."""

from django.db import migrations

from chengfeng.append_only import append_only

PARTITION = """
ALTER TABLE ads_event RENAME TO ads_event_plain;
CREATE TABLE ads_event (LIKE ads_event_plain INCLUDING ALL) PARTITION BY RANGE (day);
DROP TABLE ads_event_plain;
"""
UNPARTITION = """
ALTER TABLE ads_event RENAME TO ads_event_parts;
CREATE TABLE ads_event (LIKE ads_event_parts INCLUDING ALL);
INSERT INTO ads_event SELECT * FROM ads_event_parts;
DROP TABLE ads_event_parts;
"""


class Migration(migrations.Migration):
    dependencies = [("ads", "0002_initial"), ("chengfeng", "0002_ledger_rules")]
    operations = [
        migrations.RunSQL(PARTITION, UNPARTITION),
        append_only("ads_event"),
        append_only("ads_charge"),
        append_only("ads_credit"),
    ]
