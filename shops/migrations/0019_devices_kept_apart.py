"""A device may be kept apart from people, at its shopper's word, and be linked again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0018_version_of_webhook_messages"),
    ]

    operations = [
        migrations.AlterField(
            model_name="link",
            name="evidence",
            field=models.CharField(
                choices=[
                    ("login", "Logged in"),
                    ("register", "Registered"),
                    ("checkout", "Bought while logged in"),
                    ("apart", "Not to be linked any more"),
                    ("again", "May be linked again"),
                ],
                max_length=8,
            ),
        ),
    ]
