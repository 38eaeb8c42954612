"""A message keeps the version of its data, so that it stays the same when its event is told otherwise."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0017_webhooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="hookmessage",
            name="version",
            field=models.PositiveSmallIntegerField(default=1, help_text="Of the shape of the data"),
        ),
    ]
