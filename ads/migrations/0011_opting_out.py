"""Shoppers may opt out of personalised ads; an audience says when its people last changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ads", "0010_traffic_quality"),
    ]

    operations = [
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("shopper", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="audience",
            name="changed_at",
            field=models.DateTimeField(help_text="Last count that found other people", null=True),
        ),
    ]
