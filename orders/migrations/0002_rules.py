"""What is never changed in orders; a settlement finds its statement once, and notes of cases may be erased."""

from django.db import migrations

from chengfeng.append_only import append_only

STATEMENTS = """
CREATE FUNCTION orders_only_its_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.statement_id IS NULL THEN
        OLD.statement_id := NEW.statement_id;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER orders_settlement_append_only BEFORE UPDATE OR DELETE ON orders_settlement
    FOR EACH ROW EXECUTE FUNCTION orders_only_its_statement();
CREATE TRIGGER orders_payoutreturn_append_only BEFORE UPDATE OR DELETE ON orders_payoutreturn
    FOR EACH ROW EXECUTE FUNCTION orders_only_its_statement();
"""

NO_STATEMENTS = """
DROP TRIGGER orders_payoutreturn_append_only ON orders_payoutreturn;
DROP TRIGGER orders_settlement_append_only ON orders_settlement;
DROP FUNCTION orders_only_its_statement();
"""


class Migration(migrations.Migration):
    replaces = [("orders", "0003_append_only"), ("orders", "0014_settlement_is_final")]
    dependencies = [
        # Of 0001_schema; named so that Django refuses a database which stopped half-way through what that replaces.
        ("orders", "0020_notes_of_cases_are_erasable"),
        ("chengfeng", "0002_rules"),
    ]
    operations = [
        migrations.RunSQL(STATEMENTS, NO_STATEMENTS),
        append_only("orders_ordermove"),
        append_only("orders_settlementline"),
        append_only("orders_statement"),
        append_only("orders_ratechange"),
        append_only("orders_terms"),
        append_only("orders_casestep", but=["note"]),
    ]
