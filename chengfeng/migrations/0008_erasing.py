"""What is never changed may still forget a person: in the columns that its trigger names, while one is erased."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION chengfeng_refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('chengfeng.erasing', true) = 'on' THEN
        IF to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("chengfeng", "0007_entries_by_account")]
    operations = [migrations.RunSQL(REFUSE, "DROP FUNCTION chengfeng_refuse_change_but_erasing()")]
