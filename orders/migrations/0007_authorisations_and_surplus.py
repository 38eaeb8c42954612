"""Payments may be authorised first and captured later; what an order has no use for is told apart on its share."""

from django.db import migrations, models

import chengfeng.money


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_promotions_presales_and_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="authorised",
            field=chengfeng.money.AmountField(
                blank=True, decimal_places=4, help_text="What may be captured at most", max_digits=18, null=True
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="authorised_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="payment",
            name="captures_later",
            field=models.BooleanField(db_default=False, help_text="The merchant takes the money in a second step"),
        ),
        migrations.AddField(
            model_name="payment",
            name="is_voiding",
            field=models.BooleanField(db_default=False, help_text="The provider has been told to void it"),
        ),
        migrations.AddField(
            model_name="payment",
            name="to_capture",
            field=chengfeng.money.AmountField(
                blank=True,
                decimal_places=4,
                help_text="What the provider has been told to capture",
                max_digits=18,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="voided_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="paymentshare",
            name="surplus",
            field=chengfeng.money.AmountField(
                db_default=0,
                decimal_places=4,
                help_text="Part that the order had no use for; it is given back",
                max_digits=18,
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("authorised", "Authorised"),
                    ("captured", "Captured"),
                    ("voided", "Voided"),
                    ("failed", "Failed"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("state", "authorised")), fields=["authorised_at"], name="payment_authorised"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("authorised__isnull", True),
                    models.Q(
                        ("amount__lte", models.F("authorised")),
                        models.Q(
                            ("to_capture__isnull", True), ("to_capture__lte", models.F("authorised")), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="payment_within_authorised",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["authorised", "voided"]), _negated=True),
                    models.Q(
                        ("authorised__isnull", False),
                        ("authorised_at__isnull", False),
                        ("provider_reference__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="payment_authorised_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_voiding", True), _negated=True), ("to_capture__isnull", True), _connector="OR"
                ),
                name="payment_captured_or_voided",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentshare",
            constraint=models.CheckConstraint(
                condition=models.Q(("surplus__gte", 0), ("surplus__lte", models.F("amount"))),
                name="payment_share_surplus",
            ),
        ),
    ]
