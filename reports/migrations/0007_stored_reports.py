"""Reports that are stored: definitions with a name, when they are sent, and each time they were run."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chengfeng.codes
import chengfeng.files


class Migration(migrations.Migration):
    dependencies = [
        ("chengfeng", "0008_erasing"),
        ("reports", "0006_claims_and_clocks"),
        ("shops", "0020_erasure"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="rpt")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("definition", models.JSONField()),
                ("is_shared", models.BooleanField(default=True, verbose_name="everybody who may see reports sees it")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            name="ReportSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rhythm",
                    models.CharField(
                        choices=[("daily", "Every day"), ("weekly", "Every week"), ("monthly", "Every month")],
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                (
                    "hour",
                    models.PositiveSmallIntegerField(
                        default=8, validators=[django.core.validators.MaxValueValidator(23)], verbose_name="hour"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="1 is Monday", null=True, verbose_name="weekday"
                    ),
                ),
                (
                    "day",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="A month without it: its last day",
                        null=True,
                        verbose_name="day of the month",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("parquet", "Parquet")],
                        default="xlsx",
                        max_length=7,
                        verbose_name="format",
                    ),
                ),
                ("is_sent_empty", models.BooleanField(default=False, verbose_name="send it when it has no rows, too")),
                ("next_at", models.DateTimeField(db_index=True)),
                (
                    "recipients",
                    models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="recipients"),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="schedule", to="reports.savedreport"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="run")),
                ("name", models.CharField(blank=True, max_length=120)),
                ("definition", models.JSONField(help_text="As it was asked, with the days that its period came to")),
                ("as_of", models.DateTimeField(help_text="Nothing that was recorded later is known to it")),
                (
                    "version",
                    models.CharField(help_text="Changes with the question, the rule and the moment", max_length=12),
                ),
                ("heading", models.JSONField(default=dict)),
                ("totals", models.JSONField(default=dict)),
                ("rows", models.PositiveBigIntegerField(blank=True, null=True)),
                ("file", models.FileField(blank=True, storage=chengfeng.files.private, upload_to="reports/")),
                ("language", models.CharField(blank=True, max_length=10)),
                ("requested_at", models.DateTimeField()),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "job",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chengfeng.job",
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
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reports.reportschedule",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="reports.savedreport",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="savedreport",
            index=models.Index(
                condition=models.Q(("removed_at", None)), fields=["merchant", "name"], name="saved_report_of"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_shared", True), ("made_by__isnull", False), _connector="OR"),
                name="saved_report_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="report_schedule_hour"),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rhythm", "weekly"), _negated=True),
                    models.Q(("weekday__gte", 1), ("weekday__lte", 7)),
                    _connector="OR",
                ),
                name="report_schedule_weekday",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rhythm", "monthly"), _negated=True),
                    models.Q(("day__gte", 1), ("day__lte", 31)),
                    _connector="OR",
                ),
                name="report_schedule_day",
            ),
        ),
        migrations.AddIndex(
            model_name="reportrun",
            index=models.Index(fields=["merchant", "-requested_at"], name="report_run_of"),
        ),
        migrations.AddIndex(
            model_name="reportrun",
            index=models.Index(
                condition=models.Q(("file", ""), _negated=True), fields=["expires_at"], name="report_run_expires"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ready_at__isnull", True),
                    models.Q(("expires_at__gt", models.F("ready_at")), ("rows__isnull", False)),
                    _connector="OR",
                ),
                name="report_run_ready_has_rows",
            ),
        ),
    ]
