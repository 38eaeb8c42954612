"""The moves of an order are never changed."""

from django.db import migrations

from chengfeng.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_initial"), ("chengfeng", "0002_ledger_rules")]
    operations = [append_only("orders_ordermove")]
