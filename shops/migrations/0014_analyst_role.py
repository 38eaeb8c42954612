"""Analysts look at ads and reports."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0013_devices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                choices=[
                    ("owner", "Owner"),
                    ("ad_buyer", "Ad buyer"),
                    ("analyst", "Analyst"),
                    ("finance", "Finance"),
                    ("service", "Customer service"),
                ],
                max_length=12,
                verbose_name="role",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("owner", "Owner"),
                    ("ad_buyer", "Ad buyer"),
                    ("analyst", "Analyst"),
                    ("finance", "Finance"),
                    ("service", "Customer service"),
                ],
                max_length=12,
                verbose_name="role",
            ),
        ),
    ]
