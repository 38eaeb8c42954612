"""Devices on which personalised ads were switched off before there were links are kept apart from people, too."""

from django.db import migrations

KEEP_APART = """
INSERT INTO shops_link (shopper, number, person, evidence, at)
SELECT shopper, coalesce((SELECT max(number) FROM shops_link l WHERE l.shopper = o.shopper), 0) + 1, shopper, 'apart',
    greatest(at, (SELECT max(at) FROM shops_link l WHERE l.shopper = o.shopper))
FROM ads_optout o
"""


class Migration(migrations.Migration):
    dependencies = [("ads", "0018_frozen_facts"), ("shops", "0019_devices_kept_apart")]
    operations = [migrations.RunSQL(KEEP_APART, migrations.RunSQL.noop)]
