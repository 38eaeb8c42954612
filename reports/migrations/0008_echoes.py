"""What counts for another day than that on which it happened is kept by both; every day is counted anew once."""

import django.db.models.deletion
from django.db import migrations, models

import chengfeng.money


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0007_stored_reports"),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM reports_factsmark", migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="campaigndayfact",
            name="settled_gmv",
        ),
        migrations.RemoveField(
            model_name="campaigndayfact",
            name="settled_orders",
        ),
        migrations.RemoveField(
            model_name="campaigndayfact",
            name="settled_refunds",
        ),
        migrations.RemoveField(
            model_name="campaigndayfact",
            name="touch_gmv",
        ),
        migrations.RemoveField(
            model_name="campaigndayfact",
            name="touch_orders",
        ),
        migrations.RemoveField(
            model_name="campaigndayfact",
            name="touch_refunds",
        ),
        migrations.RemoveField(
            model_name="merchantday",
            name="settled_gmv",
        ),
        migrations.RemoveField(
            model_name="merchantday",
            name="settled_orders",
        ),
        migrations.RemoveField(
            model_name="merchantday",
            name="settled_refunds",
        ),
        migrations.RemoveField(
            model_name="merchantday",
            name="touch_gmv",
        ),
        migrations.RemoveField(
            model_name="merchantday",
            name="touch_orders",
        ),
        migrations.RemoveField(
            model_name="merchantday",
            name="touch_refunds",
        ),
        migrations.RemoveField(
            model_name="productday",
            name="settled_gmv",
        ),
        migrations.RemoveField(
            model_name="productday",
            name="settled_orders",
        ),
        migrations.RemoveField(
            model_name="productday",
            name="settled_refunds",
        ),
        migrations.RemoveField(
            model_name="productday",
            name="touch_gmv",
        ),
        migrations.RemoveField(
            model_name="productday",
            name="touch_orders",
        ),
        migrations.RemoveField(
            model_name="productday",
            name="touch_refunds",
        ),
        migrations.AddField(
            model_name="merchantday",
            name="all_settled_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="all_settled_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Echo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("about", models.DateField(help_text="The day it counts for")),
                ("touch_orders", models.PositiveIntegerField(default=0)),
                ("touch_gmv", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("touch_direct_gmv", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("touch_new_gmv", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("touch_refunds", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("touch_claimed", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("settled_orders", models.PositiveIntegerField(default=0)),
                ("settled_gmv", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("settled_direct_gmv", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("settled_new_gmv", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("settled_refunds", chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18)),
                ("again_7", models.PositiveIntegerField(default=0, db_default=0)),
                ("again_15", models.PositiveIntegerField(default=0, db_default=0)),
                ("again_30", models.PositiveIntegerField(default=0, db_default=0)),
                ("again_60", models.PositiveIntegerField(default=0, db_default=0)),
                ("ltv_30", chengfeng.money.AmountField(decimal_places=4, default=0, db_default=0, max_digits=18)),
                ("settled_in_7", chengfeng.money.AmountField(decimal_places=4, default=0, db_default=0, max_digits=18)),
                (
                    "settled_in_14",
                    chengfeng.money.AmountField(decimal_places=4, default=0, db_default=0, max_digits=18),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ads.campaign",
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
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.product",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["merchant", "about"], name="echo_about")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("merchant", "day", "about", "campaign", "product"),
                        name="echo_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("about__lte", models.F("day"))), name="echo_comes_after"
                    ),
                ],
            },
        ),
    ]
