"""What is never changed in ads; of an event, only the judgement, and while a person is erased, whose it was."""

from django.db import migrations

from chengfeng.append_only import append_only

EVENTS = """
CREATE FUNCTION ads_refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    judged ads_event := NEW;
BEGIN
    judged.shopper := OLD.shopper;
    IF current_setting('chengfeng.erasing', true) = 'on' AND judged IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;
    judged := NEW;
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

NO_EVENTS = """
DROP TRIGGER ads_event_judged ON ads_event;
DROP TRIGGER ads_event_append_only ON ads_event;
DROP FUNCTION ads_refuse_change_of_event();
"""


class Migration(migrations.Migration):
    replaces = [("ads", "0003_rules"), ("ads", "0008_partitions_and_rules"), ("ads", "0020_events_forget_people")]
    dependencies = [
        # Of 0001_schema; named so that Django refuses a database which stopped half-way through what that replaces.
        ("ads", "0021_sale_claims"),
        ("chengfeng", "0002_rules"),
    ]
    operations = [
        migrations.RunSQL(EVENTS, NO_EVENTS),
        append_only("ads_charge"),
        append_only("ads_creditnote"),
        append_only("ads_credit"),
        append_only("ads_conversionrefund"),
        append_only("ads_rescore"),
        append_only("ads_change"),
    ]
