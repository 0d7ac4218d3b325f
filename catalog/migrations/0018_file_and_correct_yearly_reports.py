import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import shopfront.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0017_help_to_choose_sizes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="platformreport",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                help_text="The newest report that was filed when this one was made.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="catalog.platformreport",
                verbose_name="corrects",
            ),
        ),
        migrations.AddField(
            model_name="platformreport",
            name="kind",
            field=models.CharField(
                choices=[
                    ("first", "Whole report"),
                    ("correction", "Correction"),
                    ("supplement", "Sellers added by a correction"),
                ],
                default="first",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="PlatformFiling",
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
                    "receipt",
                    models.CharField(
                        max_length=200, verbose_name="the office's receipt"
                    ),
                ),
                (
                    "filed_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="filed at"
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filing",
                        to="catalog.platformreport",
                    ),
                ),
            ],
            options={
                "verbose_name": "filing of a yearly report",
                "verbose_name_plural": "filings of yearly reports",
                "ordering": ["-filed_at", "-id"],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="platformfiling",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ab94b21132f5172059771c5b70dfd145138492ba",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a9ffd",
                    table="catalog_platformfiling",
                    when="BEFORE",
                ),
            ),
        ),
    ]
