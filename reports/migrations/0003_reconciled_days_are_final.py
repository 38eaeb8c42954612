"""What a nightly look found is never changed."""

from django.db import migrations

from chengfeng.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_reconciliation"), ("chengfeng", "0002_ledger_rules")]
    operations = [append_only("reports_reconciliationrun"), append_only("reports_reconciledday")]
