"""Webhooks: endpoints, messages to them and attempts; the rights to see and to manage them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chengfeng.codes


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0016_goods_history"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="rights",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("catalogue.view", "See the catalogue"),
                        ("catalogue.edit", "Edit the catalogue"),
                        ("promotions.view", "See promotions"),
                        ("promotions.edit", "Edit promotions"),
                        ("orders.view", "See orders"),
                        ("orders.ship", "Ship orders"),
                        ("orders.refund", "Refund orders"),
                        ("ads.view", "See ads"),
                        ("ads.edit", "Edit ads"),
                        ("wallet.view", "See the wallet"),
                        ("wallet.fund", "Fund the wallet"),
                        ("settlement.view", "See settlement and payouts"),
                        ("settlement.edit", "Manage the bank account for payouts"),
                        ("reports.view", "See reports"),
                        ("people.view", "See people and access"),
                        ("people.edit", "Manage people and access"),
                        ("webhooks.view", "See webhooks and what was sent"),
                        ("webhooks.edit", "Manage webhooks"),
                    ],
                    max_length=24,
                ),
                size=None,
                verbose_name="rights",
            ),
        ),
        migrations.AlterField(
            model_name="delegation",
            name="rights",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("catalogue.view", "See the catalogue"),
                        ("catalogue.edit", "Edit the catalogue"),
                        ("promotions.view", "See promotions"),
                        ("promotions.edit", "Edit promotions"),
                        ("orders.view", "See orders"),
                        ("orders.ship", "Ship orders"),
                        ("orders.refund", "Refund orders"),
                        ("ads.view", "See ads"),
                        ("ads.edit", "Edit ads"),
                        ("wallet.view", "See the wallet"),
                        ("wallet.fund", "Fund the wallet"),
                        ("settlement.view", "See settlement and payouts"),
                        ("settlement.edit", "Manage the bank account for payouts"),
                        ("reports.view", "See reports"),
                        ("people.view", "See people and access"),
                        ("people.edit", "Manage people and access"),
                        ("webhooks.view", "See webhooks and what was sent"),
                        ("webhooks.edit", "Manage webhooks"),
                    ],
                    max_length=24,
                ),
                size=None,
                verbose_name="rights",
            ),
        ),
        migrations.CreateModel(
            name="HookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="whe")),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("description", models.CharField(blank=True, max_length=120, verbose_name="description")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None, verbose_name="events"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("disabled", "Switched off")], default="active", max_length=8
                    ),
                ),
                (
                    "disabled_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("by_hand", "Switched off by hand"),
                            ("gone", "It answered 410 Gone"),
                            ("failing", "It has failed for days"),
                        ],
                        max_length=8,
                    ),
                ),
                ("disabled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "failing_since",
                    models.DateTimeField(blank=True, help_text="First failure since the last success", null=True),
                ),
                ("generation", models.PositiveIntegerField(default=1)),
                ("rotated_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_with",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.apitoken",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.merchant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HookMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="msg")),
                ("event", models.CharField(max_length=40)),
                ("key", models.CharField(help_text="What tells the event from others of its kind", max_length=80)),
                ("data", models.JSONField(default=dict)),
                ("happened_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("delivered", "Delivered"),
                            ("dead", "Given up"),
                            ("held", "Held back"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True, help_text="Of a message on its way: when it counts as lost", null=True
                    ),
                ),
                ("retries", models.PositiveSmallIntegerField(default=0, help_text="Steps taken of the schedule")),
                ("attempts_made", models.PositiveIntegerField(default=0)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="shops.hookendpoint",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.merchant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HookAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("forbidden", "The address is not a public one"),
                            ("unknown", "There is no such host"),
                            ("unreachable", "Nothing answers there"),
                            ("tls", "The certificate is not valid for this host"),
                            ("timeout", "No whole answer within 10 seconds"),
                            ("broken", "The answer is not HTTP"),
                        ],
                        max_length=12,
                    ),
                ),
                ("milliseconds", models.PositiveIntegerField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, help_text="How the body of the answer begins")),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="shops.hookmessage",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.AddConstraint(
            model_name="hookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("events__len__gt", 0)), name="hook_endpoint_wants_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="hookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disabled_at", None), ("disabled_for", ""), ("state", "active")),
                    models.Q(
                        ("disabled_at__isnull", False),
                        ("state", "disabled"),
                        models.Q(("disabled_for", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="hook_endpoint_disabled_for_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="hookmessage",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["endpoint", "due_at"], name="hook_message_due"
            ),
        ),
        migrations.AddIndex(
            model_name="hookmessage",
            index=models.Index(fields=["endpoint", "-id"], name="hook_message_log"),
        ),
        migrations.AddIndex(
            model_name="hookmessage",
            index=models.Index(fields=["merchant", "-id"], name="hook_message_of_merchant"),
        ),
        migrations.AddIndex(
            model_name="hookmessage",
            index=models.Index(fields=["created_at"], name="hook_message_age"),
        ),
        migrations.AddConstraint(
            model_name="hookmessage",
            constraint=models.UniqueConstraint(fields=("endpoint", "event", "key"), name="hook_message_once"),
        ),
        migrations.AddConstraint(
            model_name="hookmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", False), ("state", "waiting")),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("due_at", None)),
                    _connector="OR",
                ),
                name="hook_message_waits_for_an_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="hookmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "delivered"), _negated=True), ("delivered_at__isnull", False), _connector="OR"
                ),
                name="hook_message_delivered_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="hookattempt",
            constraint=models.UniqueConstraint(fields=("message", "number"), name="hook_attempt_once"),
        ),
        migrations.AddConstraint(
            model_name="hookattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("status", None), ("trouble", "")),
                    models.Q(
                        ("ended_at__isnull", False),
                        models.Q(
                            models.Q(("status__isnull", False), ("trouble", "")),
                            models.Q(("status", None), models.Q(("trouble", ""), _negated=True)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="hook_attempt_ends_one_way",
            ),
        ),
    ]
