"""Coupons, and which checkout used which."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import shopfront.common.clock
import shopfront.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0009_offer_collaborations_and_samples"),
        ("orders", "0009_keep_withdrawals"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("shopfront", "0005_find_consents_of_browsers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Coupon",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    shopfront.common.ids.PublicIdField(
                        default=shopfront.common.ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=True,
                    ),
                ),
                ("code", models.CharField(max_length=30, verbose_name="code")),
                (
                    "percent_bps",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="off, basis points"
                    ),
                ),
                (
                    "amount_minor",
                    models.PositiveBigIntegerField(
                        blank=True, null=True, verbose_name="off, minor units"
                    ),
                ),
                (
                    "minimum_minor",
                    models.PositiveBigIntegerField(
                        default=0, verbose_name="least worth of goods, minor units"
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="valid from"
                    ),
                ),
                (
                    "valid_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="valid until"
                    ),
                ),
                (
                    "most_uses",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="uses in all"
                    ),
                ),
                (
                    "most_per_shopper",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="uses per shopper"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: goods of every brand.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.brand",
                    ),
                ),
                (
                    "market",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="shopfront.market",
                    ),
                ),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "ordering": ["-created_at"],
            },
        ),
        migrations.AddField(
            model_name="cart",
            name="coupon",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orders.coupon",
            ),
        ),
        migrations.CreateModel(
            name="CouponEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "public_id",
                    shopfront.common.ids.PublicIdField(
                        default=shopfront.common.ids.new_public_id,
                        editable=False,
                        max_length=16,
                        unique=False,
                    ),
                ),
                ("code", models.CharField(max_length=30, verbose_name="code")),
                (
                    "percent_bps",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="off, basis points"
                    ),
                ),
                (
                    "amount_minor",
                    models.PositiveBigIntegerField(
                        blank=True, null=True, verbose_name="off, minor units"
                    ),
                ),
                (
                    "minimum_minor",
                    models.PositiveBigIntegerField(
                        default=0, verbose_name="least worth of goods, minor units"
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="valid from"
                    ),
                ),
                (
                    "valid_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="valid until"
                    ),
                ),
                (
                    "most_uses",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="uses in all"
                    ),
                ),
                (
                    "most_per_shopper",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="uses per shopper"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: goods of every brand.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="catalog.brand",
                    ),
                ),
                (
                    "market",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="shopfront.market",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="orders.coupon",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CouponUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        help_text="Keyed hashes of account and e-mail address.",
                        size=None,
                        verbose_name="counted for",
                    ),
                ),
                (
                    "discount_minor",
                    models.BigIntegerField(verbose_name="discount, minor units"),
                ),
                (
                    "used_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="used at"
                    ),
                ),
                (
                    "checkout",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupon_use",
                        to="orders.checkout",
                    ),
                ),
                (
                    "coupon",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="orders.coupon",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a coupon",
                "verbose_name_plural": "uses of coupons",
                "ordering": ["-used_at"],
            },
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(
                fields=("market", "code"), name="orders_coupon_code_per_market"
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor", None),
                        ("percent_bps__gte", 1),
                        ("percent_bps__lte", 9000),
                    ),
                    models.Q(
                        ("amount_minor__gte", 1),
                        ("amount_minor__lt", models.F("minimum_minor")),
                        ("percent_bps", None),
                    ),
                    _connector="OR",
                ),
                name="orders_coupon_percent_or_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z0-9-]{3,30}$")),
                name="orders_coupon_code_is_plain",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coupon",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_couponevent" ("amount_minor", "brand_id", "code", "created_at", "id", "market_id", "minimum_minor", "most_per_shopper", "most_uses", "percent_bps", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "valid_from", "valid_until") VALUES (NEW."amount_minor", NEW."brand_id", NEW."code", NEW."created_at", NEW."id", NEW."market_id", NEW."minimum_minor", NEW."most_per_shopper", NEW."most_uses", NEW."percent_bps", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;',
                    hash="5162d2c0a17b50ff9b3f103167a6fe22d1ba8155",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_64a93",
                    table="orders_coupon",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coupon",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_couponevent" ("amount_minor", "brand_id", "code", "created_at", "id", "market_id", "minimum_minor", "most_per_shopper", "most_uses", "percent_bps", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "valid_from", "valid_until") VALUES (NEW."amount_minor", NEW."brand_id", NEW."code", NEW."created_at", NEW."id", NEW."market_id", NEW."minimum_minor", NEW."most_per_shopper", NEW."most_uses", NEW."percent_bps", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;',
                    hash="34335fde43abf1f3f27c6230d8674e90e14b9215",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_faff0",
                    table="orders_coupon",
                    when="AFTER",
                ),
            ),
        ),
    ]
