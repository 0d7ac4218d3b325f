import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import shopfront.common.clock
import shopfront.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0022_blur_reported_photographs"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductAppeal",
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
                    "text",
                    models.CharField(
                        max_length=500, verbose_name="what the person says"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="asked at"
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="decided at"
                    ),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=200, verbose_name="answer"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_appeals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "appeal about a product",
                "verbose_name_plural": "appeals about products",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ProductReport",
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
                    "holder",
                    models.CharField(
                        help_text="The account, or else the browser.",
                        max_length=64,
                        verbose_name="holder",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Of a guest who gave one.",
                        max_length=254,
                        verbose_name="e-mail address",
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("danger", "It is dangerous"),
                            ("illegal", "It is counterfeit or against the law"),
                            ("age", "It is not allowed for the age it is shown to"),
                            ("misleading", "Its description or price is misleading"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="in their words"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
                (
                    "erasure_asked_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Their words go once it is decided.",
                        null=True,
                        verbose_name="erasure asked at",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for a guest.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "report of a product",
                "verbose_name_plural": "reports of products",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ReportedProduct",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a decision"),
                            ("withdrawn", "Withdrawn from sale"),
                            ("fine", "Stays on sale"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "is_urgent",
                    models.BooleanField(
                        default=False,
                        help_text="Somebody says that it is dangerous.",
                        verbose_name="urgent",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now,
                        verbose_name="first reported at",
                    ),
                ),
                (
                    "reported_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now,
                        verbose_name="last reported at",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="decided at"
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("law", "It is against the law"),
                            ("terms", "It is against our terms"),
                        ],
                        max_length=5,
                        verbose_name="ground",
                    ),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=200, verbose_name="answer"),
                ),
                (
                    "state_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("active", "Active"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        help_text="Empty where this decision did not take it off sale.",
                        max_length=10,
                        verbose_name="product's state before",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_cases",
                        to="catalog.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "reported product",
                "verbose_name_plural": "reported products",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ProductReportEvent",
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
                    "holder",
                    models.CharField(
                        help_text="The account, or else the browser.",
                        max_length=64,
                        verbose_name="holder",
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("danger", "It is dangerous"),
                            ("illegal", "It is counterfeit or against the law"),
                            ("age", "It is not allowed for the age it is shown to"),
                            ("misleading", "Its description or price is misleading"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
                (
                    "erasure_asked_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Their words go once it is decided.",
                        null=True,
                        verbose_name="erasure asked at",
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
                        to="catalog.productreport",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty for a guest.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="catalog.reportedproduct",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="productreport",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reports",
                to="catalog.reportedproduct",
            ),
        ),
        migrations.CreateModel(
            name="ProductAppealEvent",
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
                    "text",
                    models.CharField(
                        max_length=500, verbose_name="what the person says"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="asked at"
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="decided at"
                    ),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=200, verbose_name="answer"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        to="catalog.productappeal",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="catalog.reportedproduct",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="productappeal",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appeal",
                to="catalog.reportedproduct",
            ),
        ),
        migrations.CreateModel(
            name="ReportedProductEvent",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a decision"),
                            ("withdrawn", "Withdrawn from sale"),
                            ("fine", "Stays on sale"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "is_urgent",
                    models.BooleanField(
                        default=False,
                        help_text="Somebody says that it is dangerous.",
                        verbose_name="urgent",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now,
                        verbose_name="first reported at",
                    ),
                ),
                (
                    "reported_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now,
                        verbose_name="last reported at",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="decided at"
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("law", "It is against the law"),
                            ("terms", "It is against our terms"),
                        ],
                        max_length=5,
                        verbose_name="ground",
                    ),
                ),
                (
                    "answer",
                    models.CharField(blank=True, max_length=200, verbose_name="answer"),
                ),
                (
                    "state_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("active", "Active"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        help_text="Empty where this decision did not take it off sale.",
                        max_length=10,
                        verbose_name="product's state before",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        to="catalog.reportedproduct",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="catalog.product",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="reportedproduct",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("product",),
                name="catalog_reportedproduct_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportedproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None), ("decided_by", None), ("state", "open")
                    ),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="catalog_reportedproduct_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportedproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "withdrawn"), models.Q(("ground", ""), _negated=True)
                    ),
                    models.Q(
                        models.Q(("state", "withdrawn"), _negated=True),
                        ("ground", ""),
                        ("state_before", ""),
                    ),
                    _connector="OR",
                ),
                name="catalog_reportedproduct_withdrawn_on_a_ground",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportedproduct",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_reportedproductevent" ("answer", "created_at", "decided_at", "decided_by_id", "ground", "id", "is_urgent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "reported_at", "state", "state_before") VALUES (NEW."answer", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."ground", NEW."id", NEW."is_urgent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id", NEW."reported_at", NEW."state", NEW."state_before"); RETURN NULL;',
                    hash="181e6f621ce10095c7227e4e2082bd9dff05b663",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f1018",
                    table="catalog_reportedproduct",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportedproduct",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalog_reportedproductevent" ("answer", "created_at", "decided_at", "decided_by_id", "ground", "id", "is_urgent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "reported_at", "state", "state_before") VALUES (NEW."answer", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."ground", NEW."id", NEW."is_urgent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id", NEW."reported_at", NEW."state", NEW."state_before"); RETURN NULL;',
                    hash="fb6be7c1bf4831dbe5701e3755f3117d65f952aa",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d6a2b",
                    table="catalog_reportedproduct",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="productreport",
            constraint=models.UniqueConstraint(
                fields=("case", "holder"), name="catalog_productreport_once"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productreport",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_productreportevent" ("case_id", "created_at", "erasure_asked_at", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "reporter_id") VALUES (NEW."case_id", NEW."created_at", NEW."erasure_asked_at", NEW."holder", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."reason", NEW."reporter_id"); RETURN NULL;',
                    hash="d3fe55513b8d59a9425fd5d0ab1145a70ae3a4da",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a6a75",
                    table="catalog_productreport",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productreport",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."erasure_asked_at" IS DISTINCT FROM (NEW."erasure_asked_at") OR OLD."holder" IS DISTINCT FROM (NEW."holder") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."reporter_id" IS DISTINCT FROM (NEW."reporter_id"))',
                    func='INSERT INTO "catalog_productreportevent" ("case_id", "created_at", "erasure_asked_at", "holder", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "reason", "reporter_id") VALUES (NEW."case_id", NEW."created_at", NEW."erasure_asked_at", NEW."holder", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."reason", NEW."reporter_id"); RETURN NULL;',
                    hash="3a5c324733317fe70193e184a738dfecf38535ae",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_09307",
                    table="catalog_productreport",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productappeal",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_productappealevent" ("answer", "case_id", "created_at", "decided_at", "decided_by_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "text") VALUES (NEW."answer", NEW."case_id", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."state", NEW."text"); RETURN NULL;',
                    hash="397c3274da465e3138bd0adc111e4989830af838",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b3b47",
                    table="catalog_productappeal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productappeal",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalog_productappealevent" ("answer", "case_id", "created_at", "decided_at", "decided_by_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "state", "text") VALUES (NEW."answer", NEW."case_id", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."state", NEW."text"); RETURN NULL;',
                    hash="77205f66dac7b44d89d4e67ad82a3a357c18ce8a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b00c8",
                    table="catalog_productappeal",
                    when="AFTER",
                ),
            ),
        ),
    ]
