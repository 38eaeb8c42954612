"""The migration step that makes a table append-only."""

from django.db import migrations


def append_only(table: str) -> migrations.RunSQL:
    """Return the operation that makes the database refuse every change and deletion of the table's rows."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION chengfeng_refuse_change()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )
