"""Offers, their limits, floors; one price per moment is kept by the database."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import catalog.models.offers
import shopfront.common.clock
import shopfront.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_index_words_without_accents"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("shopfront", "0003_unpin_goods_after_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="FloorOverride",
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
                    "lowest_minor",
                    models.BigIntegerField(
                        verbose_name="lowest price with tax, minor units"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="at"
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="until")),
            ],
            options={
                "verbose_name": "exception to a floor",
                "verbose_name_plural": "exceptions to floors",
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="FloorOverrideEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "lowest_minor",
                    models.BigIntegerField(
                        verbose_name="lowest price with tax, minor units"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="at"
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="until")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Offer",
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
                (
                    "amount_minor",
                    models.BigIntegerField(verbose_name="price with tax, minor units"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "most_pieces",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="most pieces"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("open", "Open"),
                            ("closed", "Closed"),
                            ("refused", "Refused at its time"),
                        ],
                        default="planned",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                (
                    "opened_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="opened at"
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="closed at"
                    ),
                ),
                (
                    "close_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("time", "Its time was over"),
                            ("host", "The host closed it"),
                            ("show", "The show was over"),
                            ("sold", "All its pieces were taken"),
                            ("desk", "Brand or staff closed it"),
                        ],
                        max_length=5,
                        verbose_name="closed because",
                    ),
                ),
                (
                    "refused_why",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="refused because"
                    ),
                ),
                (
                    "cause_kind",
                    models.CharField(blank=True, max_length=30, verbose_name="cause"),
                ),
                (
                    "cause_ref",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="cause's public id"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
            ],
            options={
                "verbose_name": "offer",
                "verbose_name_plural": "offers",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="OfferEvent",
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
                (
                    "amount_minor",
                    models.BigIntegerField(verbose_name="price with tax, minor units"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "most_pieces",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="most pieces"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("open", "Open"),
                            ("closed", "Closed"),
                            ("refused", "Refused at its time"),
                        ],
                        default="planned",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                ("ends_at", models.DateTimeField(verbose_name="ends at")),
                (
                    "opened_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="opened at"
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="closed at"
                    ),
                ),
                (
                    "close_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("time", "Its time was over"),
                            ("host", "The host closed it"),
                            ("show", "The show was over"),
                            ("sold", "All its pieces were taken"),
                            ("desk", "Brand or staff closed it"),
                        ],
                        max_length=5,
                        verbose_name="closed because",
                    ),
                ),
                (
                    "refused_why",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="refused because"
                    ),
                ),
                (
                    "cause_kind",
                    models.CharField(blank=True, max_length=30, verbose_name="cause"),
                ),
                (
                    "cause_ref",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="cause's public id"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OfferLimit",
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
                (
                    "lowest_minor",
                    models.BigIntegerField(
                        verbose_name="lowest price with tax, minor units"
                    ),
                ),
                (
                    "most_pieces",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as many as there are.",
                        null=True,
                        verbose_name="most pieces per offer",
                    ),
                ),
                (
                    "longest_minutes",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="longest offer, minutes"
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
                    "is_above_cost",
                    models.BooleanField(
                        default=False,
                        help_text="The brand confirms that the lowest price covers its cost.",
                        verbose_name="not below cost",
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="changed at"
                    ),
                ),
            ],
            options={
                "verbose_name": "limits of offers",
                "verbose_name_plural": "limits of offers",
            },
        ),
        migrations.CreateModel(
            name="OfferLimitEvent",
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
                (
                    "lowest_minor",
                    models.BigIntegerField(
                        verbose_name="lowest price with tax, minor units"
                    ),
                ),
                (
                    "most_pieces",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as many as there are.",
                        null=True,
                        verbose_name="most pieces per offer",
                    ),
                ),
                (
                    "longest_minutes",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="longest offer, minutes"
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
                    "is_above_cost",
                    models.BooleanField(
                        default=False,
                        help_text="The brand confirms that the lowest price covers its cost.",
                        verbose_name="not below cost",
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="changed at"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OfferUse",
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
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
            ],
            options={
                "verbose_name": "pieces of an offer",
                "verbose_name_plural": "pieces of offers",
            },
        ),
        migrations.CreateModel(
            name="PriceFloor",
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
                (
                    "amount_minor",
                    models.BigIntegerField(verbose_name="floor with tax, minor units"),
                ),
                ("counsel_view", models.TextField(verbose_name="counsel's view")),
                (
                    "approved_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="approved at"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ended at"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
            ],
            options={
                "verbose_name": "price floor",
                "verbose_name_plural": "price floors",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="PriceFloorEvent",
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
                (
                    "amount_minor",
                    models.BigIntegerField(verbose_name="floor with tax, minor units"),
                ),
                ("counsel_view", models.TextField(verbose_name="counsel's view")),
                (
                    "approved_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="approved at"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ended at"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="priceversion",
            name="amount_fixed",
        ),
        migrations.AddField(
            model_name="priceversion",
            name="prior_minor",
            field=models.BigIntegerField(
                blank=True,
                help_text="The lowest public price of the 30 days before the offer; empty where the history is shorter, and then no reduction is claimed.",
                null=True,
                verbose_name="prior price, minor units",
            ),
        ),
        migrations.AddField(
            model_name="flooroverride",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="flooroverride",
            name="market",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="shopfront.market"
            ),
        ),
        migrations.AddField(
            model_name="flooroverride",
            name="variant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="floor_overrides",
                to="catalog.variant",
            ),
        ),
        migrations.AddField(
            model_name="flooroverrideevent",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="flooroverrideevent",
            name="market",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="shopfront.market",
            ),
        ),
        migrations.AddField(
            model_name="flooroverrideevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="flooroverrideevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="catalog.flooroverride",
            ),
        ),
        migrations.AddField(
            model_name="flooroverrideevent",
            name="variant",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.variant",
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="market",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="shopfront.market"
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offers",
                to="catalog.product",
            ),
        ),
        migrations.AddField(
            model_name="priceversion",
            name="offer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="prices",
                to="catalog.offer",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="priceversion",
            trigger=pgtrigger.compiler.Trigger(
                name="amount_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount_minor" IS DISTINCT FROM (NEW."amount_minor") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."market_id" IS DISTINCT FROM (NEW."market_id") OR OLD."offer_id" IS DISTINCT FROM (NEW."offer_id") OR OLD."prior_minor" IS DISTINCT FROM (NEW."prior_minor") OR OLD."valid_from" IS DISTINCT FROM (NEW."valid_from") OR OLD."variant_id" IS DISTINCT FROM (NEW."variant_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="48b4e3abd5381f317ad15c0bb45c34a03905fed5",
                    operation="UPDATE",
                    pgid="pgtrigger_amount_fixed_bb8a8",
                    table="catalog_priceversion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="priceversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("variant", "="),
                    ("market", "="),
                    (catalog.models.offers.Window("valid_from", "valid_until"), "&&"),
                ],
                name="catalog_priceversion_no_overlap",
            ),
        ),
        migrations.AddField(
            model_name="offerevent",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="offerevent",
            name="market",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="shopfront.market",
            ),
        ),
        migrations.AddField(
            model_name="offerevent",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="offerevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="offerevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="catalog.offer",
            ),
        ),
        migrations.AddField(
            model_name="offerevent",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.product",
            ),
        ),
        migrations.AddField(
            model_name="offerlimit",
            name="market",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="shopfront.market"
            ),
        ),
        migrations.AddField(
            model_name="offerlimit",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offer_limits",
                to="catalog.product",
            ),
        ),
        migrations.AddField(
            model_name="offerlimit",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="offerlimitevent",
            name="market",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="shopfront.market",
            ),
        ),
        migrations.AddField(
            model_name="offerlimitevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="offerlimitevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="catalog.offerlimit",
            ),
        ),
        migrations.AddField(
            model_name="offerlimitevent",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.product",
            ),
        ),
        migrations.AddField(
            model_name="offerlimitevent",
            name="set_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="offeruse",
            name="offer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="uses",
                to="catalog.offer",
            ),
        ),
        migrations.AddField(
            model_name="offeruse",
            name="reservation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offer_use",
                to="catalog.reservation",
            ),
        ),
        migrations.AddField(
            model_name="pricefloor",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pricefloor",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="catalog.category"
            ),
        ),
        migrations.AddField(
            model_name="pricefloor",
            name="market",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="shopfront.market"
            ),
        ),
        migrations.AddField(
            model_name="pricefloor",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pricefloorevent",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pricefloorevent",
            name="category",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.category",
            ),
        ),
        migrations.AddField(
            model_name="pricefloorevent",
            name="market",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="shopfront.market",
            ),
        ),
        migrations.AddField(
            model_name="pricefloorevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="pricefloorevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="catalog.pricefloor",
            ),
        ),
        migrations.AddField(
            model_name="pricefloorevent",
            name="set_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="flooroverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("lowest_minor__gt", 0)),
                name="catalog_flooroverride_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="flooroverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="catalog_flooroverride_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="flooroverride",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_flooroverrideevent" ("at", "by_id", "id", "lowest_minor", "market_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until", "variant_id") VALUES (NEW."at", NEW."by_id", NEW."id", NEW."lowest_minor", NEW."market_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."until", NEW."variant_id"); RETURN NULL;',
                    hash="b21f4e5ac7178c599fbe423643fe4fd6a08f0b8e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ffe10",
                    table="catalog_flooroverride",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="flooroverride",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalog_flooroverrideevent" ("at", "by_id", "id", "lowest_minor", "market_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "until", "variant_id") VALUES (NEW."at", NEW."by_id", NEW."id", NEW."lowest_minor", NEW."market_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."until", NEW."variant_id"); RETURN NULL;',
                    hash="75798377f04db49db7bebc1d5c34cecde99d55cf",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7fccb",
                    table="catalog_flooroverride",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "open"])),
                fields=["starts_at"],
                name="catalog_offer_on_the_way",
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                fields=["cause_kind", "cause_ref"], name="catalog_offer_of"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state__in", ["planned", "open"])),
                expressions=[
                    ("product", "="),
                    ("market", "="),
                    (catalog.models.offers.Window("starts_at", "ends_at"), "&&"),
                ],
                name="catalog_offer_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0), ("ends_at__gt", models.F("starts_at"))
                ),
                name="catalog_offer_makes_sense",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offer",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_offerevent" ("amount_minor", "cause_kind", "cause_ref", "close_reason", "closed_at", "closed_by_id", "created_at", "currency", "ends_at", "id", "market_id", "most_pieces", "opened_at", "opened_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "refused_why", "starts_at", "state") VALUES (NEW."amount_minor", NEW."cause_kind", NEW."cause_ref", NEW."close_reason", NEW."closed_at", NEW."closed_by_id", NEW."created_at", NEW."currency", NEW."ends_at", NEW."id", NEW."market_id", NEW."most_pieces", NEW."opened_at", NEW."opened_by_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id", NEW."refused_why", NEW."starts_at", NEW."state"); RETURN NULL;',
                    hash="2a4d7847d9656ecec69920f9e32e8c19b59c7794",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_31907",
                    table="catalog_offer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offer",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalog_offerevent" ("amount_minor", "cause_kind", "cause_ref", "close_reason", "closed_at", "closed_by_id", "created_at", "currency", "ends_at", "id", "market_id", "most_pieces", "opened_at", "opened_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "refused_why", "starts_at", "state") VALUES (NEW."amount_minor", NEW."cause_kind", NEW."cause_ref", NEW."close_reason", NEW."closed_at", NEW."closed_by_id", NEW."created_at", NEW."currency", NEW."ends_at", NEW."id", NEW."market_id", NEW."most_pieces", NEW."opened_at", NEW."opened_by_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id", NEW."refused_why", NEW."starts_at", NEW."state"); RETURN NULL;',
                    hash="1b91272c23a7e7153bf80302585e92b9d8ada1fb",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5a434",
                    table="catalog_offer",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="offerlimit",
            constraint=models.UniqueConstraint(
                fields=("product", "market"), name="catalog_offerlimit_one_per_market"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerlimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("longest_minutes__gt", 0), ("lowest_minor__gt", 0)),
                name="catalog_offerlimit_positive",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offerlimit",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_offerlimitevent" ("changed_at", "id", "is_above_cost", "longest_minutes", "lowest_minor", "market_id", "most_pieces", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "set_by_id", "valid_from", "valid_until") VALUES (NEW."changed_at", NEW."id", NEW."is_above_cost", NEW."longest_minutes", NEW."lowest_minor", NEW."market_id", NEW."most_pieces", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id", NEW."set_by_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;',
                    hash="36440d65364fefa471d17d3651400fb3f4dda923",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_13d26",
                    table="catalog_offerlimit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offerlimit",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalog_offerlimitevent" ("changed_at", "id", "is_above_cost", "longest_minutes", "lowest_minor", "market_id", "most_pieces", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "set_by_id", "valid_from", "valid_until") VALUES (NEW."changed_at", NEW."id", NEW."is_above_cost", NEW."longest_minutes", NEW."lowest_minor", NEW."market_id", NEW."most_pieces", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id", NEW."set_by_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;',
                    hash="449277679cfb67628035c6decf02cc3f13949173",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_183d8",
                    table="catalog_offerlimit",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pricefloor",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)),
                name="catalog_floor_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricefloor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(("approved_by", models.F("set_by")), _negated=True),
                    _connector="OR",
                ),
                name="catalog_floor_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricefloor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at__isnull", False), ("ended_at", None)),
                fields=("market", "category"),
                name="catalog_floor_one_in_force",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pricefloor",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_pricefloorevent" ("amount_minor", "approved_at", "approved_by_id", "category_id", "counsel_view", "created_at", "ended_at", "id", "market_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "set_by_id") VALUES (NEW."amount_minor", NEW."approved_at", NEW."approved_by_id", NEW."category_id", NEW."counsel_view", NEW."created_at", NEW."ended_at", NEW."id", NEW."market_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."set_by_id"); RETURN NULL;',
                    hash="7502b87b26d0e02c82161ddcf20b19c30d65679a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c5521",
                    table="catalog_pricefloor",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pricefloor",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalog_pricefloorevent" ("amount_minor", "approved_at", "approved_by_id", "category_id", "counsel_view", "created_at", "ended_at", "id", "market_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "set_by_id") VALUES (NEW."amount_minor", NEW."approved_at", NEW."approved_by_id", NEW."category_id", NEW."counsel_view", NEW."created_at", NEW."ended_at", NEW."id", NEW."market_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."set_by_id"); RETURN NULL;',
                    hash="26acb824b01a61f68d50fe5af1dc1c587abf13ab",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b1727",
                    table="catalog_pricefloor",
                    when="AFTER",
                ),
            ),
        ),
    ]
