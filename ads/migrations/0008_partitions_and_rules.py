"""Behaviours and auction records live in day partitions; of an event, only the judgement may still change."""

from django.db import migrations

from chengfeng.append_only import append_only

PARTITIONED = ("ads_behaviour", "ads_auctionrecord")
PARTITION = """
ALTER TABLE {0} RENAME TO {0}_plain;
CREATE TABLE {0} (LIKE {0}_plain INCLUDING ALL) PARTITION BY RANGE (day);
DROP TABLE {0}_plain;
"""
UNPARTITION = """
ALTER TABLE {0} RENAME TO {0}_parts;
CREATE TABLE {0} (LIKE {0}_parts INCLUDING ALL);
INSERT INTO {0} SELECT * FROM {0}_parts;
DROP TABLE {0}_parts;
"""
JUDGEMENT = """
DROP TRIGGER ads_event_append_only ON ads_event;
CREATE FUNCTION ads_refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    judged ads_event := NEW;
BEGIN
    judged.is_valid := OLD.is_valid;
    judged.reason := OLD.reason;
    judged.rescored_at := OLD.rescored_at;
    IF judged IS DISTINCT FROM OLD OR NEW.rescored_at IS NULL OR NEW.is_valid > OLD.is_valid THEN
        RAISE EXCEPTION 'of an event only the judgement may change, to invalid'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ads_event_append_only BEFORE DELETE ON ads_event
    FOR EACH ROW EXECUTE FUNCTION chengfeng_refuse_change();
CREATE TRIGGER ads_event_judged BEFORE UPDATE ON ads_event
    FOR EACH ROW EXECUTE FUNCTION ads_refuse_change_of_event();
"""
FIXED = """
DROP TRIGGER ads_event_judged ON ads_event;
DROP TRIGGER ads_event_append_only ON ads_event;
DROP FUNCTION ads_refuse_change_of_event;
CREATE TRIGGER ads_event_append_only BEFORE UPDATE OR DELETE ON ads_event
    FOR EACH ROW EXECUTE FUNCTION chengfeng_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("ads", "0007_one_group_each"), ("chengfeng", "0006_grant_accounts")]
    operations = [
        *(migrations.RunSQL(PARTITION.format(table), UNPARTITION.format(table)) for table in PARTITIONED),
        migrations.RunSQL(JUDGEMENT, FIXED),
        append_only("ads_creditnote"),
        append_only("ads_change"),
    ]
