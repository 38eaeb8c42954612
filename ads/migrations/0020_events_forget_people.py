"""Of an event the shopper's pseudonym may change, too, while a person is erased."""

from django.db import migrations

BUT_ERASING = """
CREATE OR REPLACE FUNCTION ads_refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
JUDGEMENT = """
CREATE OR REPLACE FUNCTION ads_refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("ads", "0019_opted_out_are_kept_apart"), ("chengfeng", "0008_erasing")]
    operations = [migrations.RunSQL(BUT_ERASING, JUDGEMENT)]
