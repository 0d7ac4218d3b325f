import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import shopfront.common.clock
import shopfront.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0012_record_vetoes"),
        ("shopfront", "0006_allow_longer_weeks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlatformReport",
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
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "sender",
                    models.CharField(
                        blank=True,
                        max_length=60,
                        verbose_name="our number at the tax office",
                    ),
                ),
                (
                    "sellers_count",
                    models.PositiveIntegerField(verbose_name="sellers reported"),
                ),
                (
                    "small_count",
                    models.PositiveIntegerField(verbose_name="below the limits"),
                ),
                (
                    "incomplete_count",
                    models.PositiveIntegerField(verbose_name="data missing"),
                ),
                ("sealed_xml", models.TextField(editable=False)),
                ("sealed_csv", models.TextField(editable=False)),
                (
                    "made_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="made at"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty where the command made it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "market",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="platform_reports",
                        to="shopfront.market",
                    ),
                ),
            ],
            options={
                "verbose_name": "yearly report to a tax office",
                "verbose_name_plural": "yearly reports to tax offices",
                "ordering": ["-made_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("market", "year", "number"),
                        name="catalog_platformreport_number_once",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="platformreport",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="70ab8f7ace50847167e6134b53f1b72cf50ae8c9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_01cbf",
                    table="catalog_platformreport",
                    when="BEFORE",
                ),
            ),
        ),
    ]
