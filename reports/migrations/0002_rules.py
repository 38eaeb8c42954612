"""What a nightly look found is never changed."""

from django.db import migrations

from chengfeng.append_only import append_only


class Migration(migrations.Migration):
    replaces = [("reports", "0003_reconciled_days_are_final")]
    dependencies = [
        # Of 0001_schema; named so that Django refuses a database which stopped half-way through what that replaces.
        ("reports", "0010_portfolio_reports"),
        ("chengfeng", "0002_rules"),
    ]
    operations = [
        append_only("reports_reconciliationrun"),
        append_only("reports_reconciledday"),
    ]
