"""What campaigns claim, who bought, and credits by touch and settlement; every day is counted anew once."""

from django.db import migrations, models

import chengfeng.money


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_history"),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM reports_factsmark", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="campaigndayfact",
            name="ad_claimed",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="campaigndayfact",
            name="ad_new_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="campaigndayfact",
            name="settled_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="campaigndayfact",
            name="settled_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="campaigndayfact",
            name="settled_refunds",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="campaigndayfact",
            name="touch_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="campaigndayfact",
            name="touch_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="campaigndayfact",
            name="touch_refunds",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="ad_claimed",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="ad_new_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="brand_new_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="new_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="returning_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="returning_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="settled_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="settled_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="settled_refunds",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="touch_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="touch_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="merchantday",
            name="touch_refunds",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="ad_claimed",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="ad_new_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="brand_new_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="new_buyers",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="productday",
            name="new_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="returning_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="returning_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="productday",
            name="settled_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="settled_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="productday",
            name="settled_refunds",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="touch_gmv",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
        migrations.AddField(
            model_name="productday",
            name="touch_orders",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="productday",
            name="touch_refunds",
            field=chengfeng.money.AmountField(decimal_places=4, default=0, max_digits=18),
        ),
    ]
