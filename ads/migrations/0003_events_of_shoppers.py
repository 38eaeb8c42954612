"""Events are found by whose they are; one cause may move the same credit at several moments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ads", "0002_rules")]

    operations = [
        migrations.AddIndex("event", models.Index(fields=["shopper"], name="event_of_shopper")),
        migrations.RemoveConstraint("credit", "credit_once"),
        migrations.AddConstraint(
            "credit",
            models.UniqueConstraint(
                fields=["line", "rule", "token", "touch", "refund", "reason", "cause", "posted_at"], name="credit_once"
            ),
        ),
    ]
