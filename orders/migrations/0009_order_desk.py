"""What the order desk needs: notes, flags, files of parcels, and the indexes by which it finds orders of millions."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import chengfeng.codes
import chengfeng.files


class Migration(migrations.Migration):
    dependencies = [
        ("chengfeng", "0004_sandbox_authorises_and_pays_out"),
        ("orders", "0008_quotes_used_once"),
        ("shops", "0009_uses_of_one_checkout"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="onn")),
                ("text", models.CharField(max_length=500, verbose_name="note")),
                ("search", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ("at", models.DateTimeField()),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ShippingRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(help_text="The row of the file; the header is row 1")),
                ("order_text", models.CharField(help_text="The order as the file names it", max_length=80)),
                ("carrier", models.CharField(blank=True, max_length=60)),
                ("tracking", models.CharField(blank=True, max_length=60)),
                ("sku", models.CharField(blank=True, max_length=64)),
                ("units", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("ready", "Will be shipped"),
                            ("shipped", "Shipped"),
                            ("repeated", "Shipped before"),
                            ("refused", "Refused"),
                        ],
                        max_length=8,
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=20)),
                ("rule", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ShippingRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", chengfeng.codes.CodeField(prefix="shr")),
                ("file", models.FileField(storage=chengfeng.files.private, upload_to="shipping/")),
                ("file_name", models.CharField(max_length=200)),
                ("digest", models.CharField(help_text="SHA-256 of the file", max_length=64)),
                ("is_dry", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="order",
            name="flag",
            field=models.CharField(
                blank=True,
                choices=[
                    ("red", "Red"),
                    ("yellow", "Yellow"),
                    ("green", "Green"),
                    ("blue", "Blue"),
                    ("purple", "Purple"),
                ],
                db_default="",
                default="",
                max_length=8,
                verbose_name="flag",
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="product",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.product"
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="variant",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
            ),
        ),
        migrations.AddIndex(
            model_name="checkout",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Lower("email"), "text_pattern_ops"
                ),
                name="checkout_email_words",
            ),
        ),
        migrations.AddIndex(
            model_name="checkout",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Lower("recipient"), "text_pattern_ops"
                ),
                name="checkout_recipient_words",
            ),
        ),
        migrations.AddIndex(
            model_name="checkout",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Reverse(
                        models.Func(
                            models.F("phone"),
                            models.Value("[^0-9]"),
                            models.Value(""),
                            models.Value("g"),
                            function="regexp_replace",
                        )
                    ),
                    "text_pattern_ops",
                ),
                name="checkout_phone_backwards",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["merchant", "total"], name="order_by_total"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state__in", ["paid", "partly"])),
                fields=["merchant", "ship_by_at"],
                name="order_to_ship",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state__in", ["placed", "deposit"])),
                fields=["merchant", "expires_at"],
                name="order_to_pay",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("flag", ""), _negated=True),
                fields=["merchant", "flag", "-placed_at"],
                name="order_flagged_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("refunded__gt", 0)), fields=["merchant", "-placed_at"], name="order_refunded_latest"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("presale__isnull", False)),
                fields=["merchant", "-placed_at"],
                name="order_presale_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("message", ""), _negated=True),
                fields=["merchant", "-placed_at"],
                name="order_message_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("shipped_at__isnull", False)),
                fields=["merchant", "shipped_at"],
                name="order_by_shipped_at",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("delivered_at__isnull", False)),
                fields=["merchant", "delivered_at"],
                name="order_by_delivered_at",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("cancelled_at__isnull", False)),
                fields=["merchant", "cancelled_at"],
                name="order_by_cancelled_at",
            ),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(fields=["variant", "-order"], name="order_line_of_variant"),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(fields=["product", "-order"], name="order_line_of_product"),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(
                models.F("merchant"),
                django.db.models.functions.text.Upper("tracking"),
                condition=models.Q(("tracking", ""), _negated=True),
                name="shipment_tracking",
            ),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(fields=["merchant", "carrier", "-order"], name="shipment_carrier"),
        ),
        migrations.AddField(
            model_name="ordernote",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ordernote",
            name="merchant",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.merchant"),
        ),
        migrations.AddField(
            model_name="ordernote",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="ordernote",
            name="struck_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="shippingrow",
            name="order",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="shippingrun",
            name="job",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chengfeng.job"
            ),
        ),
        migrations.AddField(
            model_name="shippingrun",
            name="merchant",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.merchant"),
        ),
        migrations.AddField(
            model_name="shippingrun",
            name="rehearsal",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="performance",
                to="orders.shippingrun",
            ),
        ),
        migrations.AddField(
            model_name="shippingrun",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="shippingrow",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="orders.shippingrun"
            ),
        ),
        migrations.AddIndex(
            model_name="ordernote",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="order_note_search"),
        ),
        migrations.AddIndex(
            model_name="ordernote",
            index=models.Index(
                condition=models.Q(("struck_at__isnull", True)),
                fields=["merchant", "-order"],
                name="order_note_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="ordernote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="order_note_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="ordernote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("struck_at__isnull", True), ("struck_by__isnull", True)),
                    models.Q(("struck_at__isnull", False), ("struck_by__isnull", False)),
                    _connector="OR",
                ),
                name="order_note_struck_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="shippingrun",
            index=models.Index(fields=["merchant", "-created_at"], name="shipping_run_latest"),
        ),
        migrations.AddConstraint(
            model_name="shippingrow",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="shipping_row_once"),
        ),
        migrations.AddConstraint(
            model_name="shippingrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "refused"), models.Q(("rule", ""), _negated=True)),
                    models.Q(models.Q(("outcome", "refused"), _negated=True), ("rule", "")),
                    _connector="OR",
                ),
                name="shipping_row_refused_by_a_rule",
            ),
        ),
    ]
