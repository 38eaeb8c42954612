"""The ledger's rules, held by the database, and how it refuses to change what is never changed.

Entries of one transfer come in one statement, at least two of them, summing to zero per currency; each carries its
account's currency; running balances of guarded accounts follow by themselves, and nothing posted is ever changed.
What is never changed may still forget a person: in the columns that its trigger names, while one is erased.
"""

from django.db import migrations

REFUSALS = """
CREATE FUNCTION chengfeng_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

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

NO_REFUSALS = """
DROP FUNCTION chengfeng_refuse_change_but_erasing();
DROP FUNCTION chengfeng_refuse_change();
"""

LEDGER = """
ALTER TABLE chengfeng_entry ADD CONSTRAINT entry_in_currency_of_account
    FOREIGN KEY (account_id, currency) REFERENCES chengfeng_account (id, currency);

CREATE FUNCTION chengfeng_check_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT transfer_id INTO wrong FROM posted GROUP BY transfer_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entries of transfer % do not sum to zero', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balances';
    END IF;
    SELECT transfer_id INTO wrong FROM posted GROUP BY transfer_id HAVING count(*) < 2 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % needs at least two entries', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_has_two_sides';
    END IF;
    SELECT p.transfer_id INTO wrong
        FROM (SELECT transfer_id, count(*) AS entries FROM posted GROUP BY transfer_id) p
        WHERE p.entries <> (SELECT count(*) FROM chengfeng_entry e WHERE e.transfer_id = p.transfer_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % was posted before', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_posted_once';
    END IF;
    PERFORM 1 FROM chengfeng_account
        WHERE balance IS NOT NULL AND id IN (SELECT account_id FROM posted) ORDER BY id FOR NO KEY UPDATE;
    UPDATE chengfeng_account a SET balance = a.balance + p.amount
        FROM (SELECT account_id, sum(amount) AS amount FROM posted GROUP BY account_id) p
        WHERE a.id = p.account_id AND a.balance IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION chengfeng_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM chengfeng_entry WHERE transfer_id = NEW.id) THEN
        RAISE EXCEPTION 'transfer % has no entries', NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_has_two_sides';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION chengfeng_guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'a balance moves by entries only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER entry_posted AFTER INSERT ON chengfeng_entry
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION chengfeng_check_entries();
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON chengfeng_entry
    FOR EACH ROW EXECUTE FUNCTION chengfeng_refuse_change();
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON chengfeng_transfer
    FOR EACH ROW EXECUTE FUNCTION chengfeng_refuse_change();
CREATE CONSTRAINT TRIGGER transfer_has_entries AFTER INSERT ON chengfeng_transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chengfeng_check_transfer();
CREATE TRIGGER account_balance_guarded BEFORE UPDATE OF balance ON chengfeng_account
    FOR EACH ROW WHEN (OLD.balance IS DISTINCT FROM NEW.balance) EXECUTE FUNCTION chengfeng_guard_balance();
"""

NO_LEDGER = """
DROP TRIGGER account_balance_guarded ON chengfeng_account;
DROP TRIGGER transfer_has_entries ON chengfeng_transfer;
DROP TRIGGER transfer_append_only ON chengfeng_transfer;
DROP TRIGGER entry_append_only ON chengfeng_entry;
DROP TRIGGER entry_posted ON chengfeng_entry;
DROP FUNCTION chengfeng_guard_balance();
DROP FUNCTION chengfeng_check_transfer();
DROP FUNCTION chengfeng_check_entries();
ALTER TABLE chengfeng_entry DROP CONSTRAINT entry_in_currency_of_account;
"""


class Migration(migrations.Migration):
    replaces = [("chengfeng", "0002_ledger_rules")]
    dependencies = [
        # Of 0001_schema; named so that Django refuses a database which stopped half-way through what that replaces.
        ("chengfeng", "0008_erasing"),
    ]
    operations = [
        migrations.RunSQL(REFUSALS, NO_REFUSALS),
        migrations.RunSQL(LEDGER, NO_LEDGER),
    ]
