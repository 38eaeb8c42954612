"""What was written in the steps of a case goes when its shopper is erased."""

from django.db import migrations

from chengfeng.append_only import erasable


class Migration(migrations.Migration):
    dependencies = [("orders", "0019_found_by_day"), ("chengfeng", "0008_erasing")]
    operations = erasable("orders_casestep", ["note"])
