"""What was settled, stated or agreed is never changed; a settlement finds its statement once."""

from django.db import migrations

from chengfeng.append_only import append_only

RULES = """
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

UNDO = """
DROP TRIGGER orders_payoutreturn_append_only ON orders_payoutreturn;
DROP TRIGGER orders_settlement_append_only ON orders_settlement;
DROP FUNCTION orders_only_its_statement();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_settlement")]
    operations = [
        migrations.RunSQL(RULES, UNDO),
        append_only("orders_settlementline"),
        append_only("orders_statement"),
        append_only("orders_ratechange"),
        append_only("orders_terms"),
    ]
