"""The tables of the kernel: jobs and outbox, idempotent writes, accounts and transfers, the sandbox of payments."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models
from django.db.migrations import CreateModel

from chengfeng.codes import CodeField
from chengfeng.money import AmountField, CurrencyField
from chengfeng.tables import CreateModels

TABLES = [
    CreateModel(
        name="Account",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("outside", "Outside world (payment providers and banks)"),
                        ("wallet", "Advertising wallet"),
                        ("frozen", "Frozen advertising money"),
                        ("grant", "Advertising grant"),
                        ("ad_revenue", "Advertising revenue"),
                        ("given", "Advertising money that the platform gives"),
                        ("sales", "Sales of the merchant, not settled yet"),
                        ("payable", "Settled and due to the merchant"),
                        ("commission", "Commission on sales"),
                        ("subsidy", "Discounts that the platform bears"),
                    ],
                    max_length=16,
                ),
            ),
            (
                "owner",
                models.CharField(blank=True, help_text="Code of the merchant; empty for the platform", max_length=24),
            ),
            ("currency", CurrencyField(max_length=3)),
            (
                "balance",
                AmountField(
                    decimal_places=4,
                    editable=False,
                    help_text="Kept by the database; null where not guarded",
                    max_digits=18,
                    null=True,
                ),
            ),
            ("created_at", models.DateTimeField(auto_now_add=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("kind", "owner", "currency"), name="account_is_unique"),
                models.UniqueConstraint(fields=("id", "currency"), name="account_has_one_currency"),
                models.CheckConstraint(
                    condition=models.Q(("balance__isnull", True), ("balance__gte", 0), _connector="OR"),
                    name="account_not_overdrawn",
                ),
            ],
        },
    ),
    CreateModel(
        name="Transfer",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="trf")),
            ("kind", models.CharField(max_length=24)),
            (
                "reference",
                models.CharField(help_text="The business fact, e.g. payment:pay_…", max_length=80, unique=True),
            ),
            ("at", models.DateTimeField()),
            ("recorded_at", models.DateTimeField(auto_now_add=True)),
        ],
        options={
            "indexes": [BrinIndex(fields=["at"], name="transfer_at")],
        },
    ),
    CreateModel(
        name="Entry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("transfer", models.ForeignKey(on_delete=models.PROTECT, related_name="entries", to="chengfeng.transfer")),
            (
                "account",
                models.ForeignKey(
                    db_index=False, on_delete=models.PROTECT, related_name="entries", to="chengfeng.account"
                ),
            ),
            ("currency", CurrencyField(max_length=3)),
            ("amount", AmountField(decimal_places=4, max_digits=18)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("account", "transfer"), name="entry_once_per_account"),
                models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="entry_moves_something"),
            ],
        },
    ),
    CreateModel(
        name="OutboxMessage",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("topic", models.CharField(max_length=40)),
            ("key", models.CharField(max_length=80)),
            ("payload", models.JSONField(default=dict)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            ("due_at", models.DateTimeField()),
            ("attempts", models.PositiveSmallIntegerField(default=0)),
            ("last_error", models.TextField(blank=True)),
            ("delivered_at", models.DateTimeField(blank=True, null=True)),
            ("dead_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("dead_at__isnull", True), ("delivered_at__isnull", True)),
                    fields=["due_at"],
                    name="outbox_due",
                )
            ],
            "constraints": [
                models.UniqueConstraint(fields=("topic", "key"), name="outbox_message_once"),
                models.CheckConstraint(
                    condition=models.Q(("delivered_at__isnull", True), ("dead_at__isnull", True), _connector="OR"),
                    name="outbox_delivered_or_dead",
                ),
            ],
        },
    ),
    CreateModel(
        name="Job",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", CodeField(prefix="job")),
            ("kind", models.CharField(max_length=40)),
            (
                "owner",
                models.CharField(blank=True, db_index=True, help_text="Code of the merchant, if any", max_length=24),
            ),
            ("requested_by", models.CharField(blank=True, help_text="Code of the person, if any", max_length=24)),
            ("params", models.JSONField(default=dict)),
            (
                "state",
                models.CharField(
                    choices=[
                        ("queued", "Queued"),
                        ("running", "Running"),
                        ("done", "Done"),
                        ("failed", "Failed"),
                        ("cancelled", "Cancelled"),
                    ],
                    default="queued",
                    max_length=10,
                ),
            ),
            ("progress", models.PositiveIntegerField(default=0)),
            ("total", models.PositiveIntegerField(blank=True, null=True)),
            ("result", models.JSONField(blank=True, default=dict)),
            ("error", models.TextField(blank=True)),
            ("attempts", models.PositiveSmallIntegerField(default=0)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            ("due_at", models.DateTimeField()),
            ("leased_until", models.DateTimeField(blank=True, null=True)),
            ("finished_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("state__in", ["queued", "running"])), fields=["due_at"], name="job_due"
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("finished_at__isnull", True), ("state__in", ["done", "failed", "cancelled"]), _connector="XOR"
                    ),
                    name="job_finished_has_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(("total__isnull", True), ("progress__lte", models.F("total")), _connector="OR"),
                    name="job_progress_within_total",
                ),
            ],
        },
    ),
    CreateModel(
        name="Schedule",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=40, unique=True)),
            ("every_seconds", models.PositiveIntegerField()),
            ("next_at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="IdempotentWrite",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("scope", models.CharField(help_text="Who and what, e.g. the merchant and the operation", max_length=80)),
            ("key", models.CharField(max_length=80)),
            ("fingerprint", models.CharField(max_length=64)),
            ("status", models.PositiveSmallIntegerField()),
            ("body", models.JSONField(null=True)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("scope", "key"), name="idempotent_write_once")],
        },
    ),
    CreateModel(
        name="Heartbeat",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=40, unique=True)),
            ("beaten_at", models.DateTimeField()),
        ],
    ),
    CreateModel(
        name="SandboxCharge",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("reference", CodeField(prefix="sbx")),
            (
                "client_reference",
                models.CharField(help_text="Our code of what it is about", max_length=40, unique=True),
            ),
            (
                "refund_of",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=models.PROTECT,
                    related_name="refunds",
                    to="chengfeng.sandboxcharge",
                ),
            ),
            (
                "amount",
                AmountField(
                    decimal_places=4, help_text="What was taken, or may be taken while it is authorised", max_digits=18
                ),
            ),
            ("currency", CurrencyField(max_length=3)),
            ("behaviour", models.CharField(max_length=20)),
            (
                "state",
                models.CharField(
                    choices=[
                        ("pending", "Pending"),
                        ("authorised", "Authorised"),
                        ("succeeded", "Succeeded"),
                        ("voided", "Voided"),
                        ("failed", "Failed"),
                    ],
                    default="pending",
                    max_length=10,
                ),
            ),
            ("created_at", models.DateTimeField()),
        ],
    ),
]


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("chengfeng", "0001_initial"),
        ("chengfeng", "0003_settlement_accounts"),
        ("chengfeng", "0004_sandbox_authorises_and_pays_out"),
        ("chengfeng", "0005_transfers_by_time"),
        ("chengfeng", "0006_grant_accounts"),
        ("chengfeng", "0007_entries_by_account"),
        ("chengfeng", "0008_erasing"),
    ]
    dependencies = []
    operations = [CreateModels(TABLES)]
