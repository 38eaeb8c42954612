"""Stock moves and the audit trail are never changed."""

from django.db import migrations

from chengfeng.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("shops", "0001_initial"), ("chengfeng", "0002_ledger_rules")]
    operations = [append_only("shops_stockmove"), append_only("shops_auditentry")]
