"""One open invitation per address, and a token that remembers its last use."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="used_at",
            field=models.DateTimeField(blank=True, help_text="Last use, to the hour", null=True),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at__isnull", True), ("revoked_at__isnull", True)),
                fields=("merchant", "email"),
                name="invitation_one_open",
            ),
        ),
    ]
