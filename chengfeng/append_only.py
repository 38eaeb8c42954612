"""The migration step that makes a table append-only."""

from collections.abc import Sequence

from django.db import migrations


def append_only(table: str, *, but: Sequence[str] = ()) -> migrations.RunSQL:
    """Return the operation that makes the database refuse every change and deletion of the table's rows.

    The columns named by `but` may be changed while a person is erased; see `chengfeng.erasing`.
    """
    refusal = f"chengfeng_refuse_change_but_erasing({', '.join(but)})" if but else "chengfeng_refuse_change()"
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {refusal}",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )
