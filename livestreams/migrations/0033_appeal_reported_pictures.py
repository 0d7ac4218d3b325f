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
        ("creators", "0021_owe_premiums_to_people"),
        ("livestreams", "0032_deny_prices_said"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PictureAppeal",
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
            ],
            options={
                "verbose_name": "appeal about a picture",
                "verbose_name_plural": "appeals about pictures",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="PictureAppealEvent",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="VeiledPictureEvent",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("portrait", "Picture of a creator"),
                            ("poster", "Picture of a show"),
                            ("clip", "Picture of a clip"),
                            ("product", "Picture of a product"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("original", models.CharField(max_length=120, verbose_name="file")),
                ("veil", models.CharField(max_length=120, verbose_name="blurred copy")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Blurred until it is decided"),
                            ("removed", "Taken down"),
                            ("fine", "Shown again"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="reported at"
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="veiledpicture",
            name="livestreams_veiledpicture_of_its_kind",
        ),
        migrations.AddField(
            model_name="clip",
            name="cover",
            field=models.CharField(
                blank=True,
                help_text="Stands for its own first picture after a report.",
                max_length=120,
                verbose_name="blurred picture",
            ),
        ),
        migrations.AddField(
            model_name="veiledpicture",
            name="clip",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="veiled_pictures",
                to="livestreams.clip",
            ),
        ),
        migrations.AddField(
            model_name="veiledpicture",
            name="product",
            field=models.ForeignKey(
                blank=True,
                help_text="Others may show the same picture; all of them are meant.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="veiled_pictures",
                to="catalog.product",
            ),
        ),
        migrations.AlterField(
            model_name="veiledpicture",
            name="creator",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="veiled_pictures",
                to="creators.creator",
            ),
        ),
        migrations.AlterField(
            model_name="veiledpicture",
            name="kind",
            field=models.CharField(
                choices=[
                    ("portrait", "Picture of a creator"),
                    ("poster", "Picture of a show"),
                    ("clip", "Picture of a clip"),
                    ("product", "Picture of a product"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="veiledpicture",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "livestreams_veiledpictureevent" ("answer", "clip_id", "created_at", "creator_id", "decided_at", "decided_by_id", "id", "kind", "livestream_id", "original", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "state", "veil") VALUES (NEW."answer", NEW."clip_id", NEW."created_at", NEW."creator_id", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."kind", NEW."livestream_id", NEW."original", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."public_id", NEW."state", NEW."veil"); RETURN NULL;',
                    hash="9f89df518963d99569d2f4efb3ddb8e5afcef592",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d6fbd",
                    table="livestreams_veiledpicture",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="veiledpicture",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "livestreams_veiledpictureevent" ("answer", "clip_id", "created_at", "creator_id", "decided_at", "decided_by_id", "id", "kind", "livestream_id", "original", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "public_id", "state", "veil") VALUES (NEW."answer", NEW."clip_id", NEW."created_at", NEW."creator_id", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."kind", NEW."livestream_id", NEW."original", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."public_id", NEW."state", NEW."veil"); RETURN NULL;',
                    hash="cfd657c10dac7f390a1e33873a7e4998243f34f0",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ac039",
                    table="livestreams_veiledpicture",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="veiledpicture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("creator__isnull", False),
                        ("product", None),
                        models.Q(
                            models.Q(
                                ("clip", None),
                                ("kind", "portrait"),
                                ("livestream", None),
                            ),
                            models.Q(
                                ("clip", None),
                                ("kind", "poster"),
                                ("livestream__isnull", False),
                            ),
                            models.Q(
                                ("clip__isnull", False),
                                ("kind", "clip"),
                                ("livestream", None),
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        ("clip", None),
                        ("creator", None),
                        ("kind", "product"),
                        ("livestream", None),
                        ("product__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="livestreams_veiledpicture_of_its_kind",
            ),
        ),
        migrations.AddField(
            model_name="pictureappeal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pictureappeal",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="picture_appeals",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pictureappeal",
            name="picture",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appeal",
                to="livestreams.veiledpicture",
            ),
        ),
        migrations.AddField(
            model_name="pictureappealevent",
            name="decided_by",
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
            model_name="pictureappealevent",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pictureappealevent",
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
            model_name="pictureappealevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="livestreams.pictureappeal",
            ),
        ),
        migrations.AddField(
            model_name="pictureappealevent",
            name="picture",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="livestreams.veiledpicture",
            ),
        ),
        migrations.AddField(
            model_name="veiledpictureevent",
            name="clip",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="livestreams.clip",
            ),
        ),
        migrations.AddField(
            model_name="veiledpictureevent",
            name="creator",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="creators.creator",
            ),
        ),
        migrations.AddField(
            model_name="veiledpictureevent",
            name="decided_by",
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
            model_name="veiledpictureevent",
            name="livestream",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="livestreams.livestream",
                verbose_name="show",
            ),
        ),
        migrations.AddField(
            model_name="veiledpictureevent",
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
            model_name="veiledpictureevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="livestreams.veiledpicture",
            ),
        ),
        migrations.AddField(
            model_name="veiledpictureevent",
            name="product",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Others may show the same picture; all of them are meant.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.product",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pictureappeal",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "livestreams_pictureappealevent" ("answer", "created_at", "decided_at", "decided_by_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picture_id", "public_id", "state", "text") VALUES (NEW."answer", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."picture_id", NEW."public_id", NEW."state", NEW."text"); RETURN NULL;',
                    hash="ad02f3b1ca0644e3624220c5bc5961cd98573444",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a4228",
                    table="livestreams_pictureappeal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pictureappeal",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "livestreams_pictureappealevent" ("answer", "created_at", "decided_at", "decided_by_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picture_id", "public_id", "state", "text") VALUES (NEW."answer", NEW."created_at", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."picture_id", NEW."public_id", NEW."state", NEW."text"); RETURN NULL;',
                    hash="38d7d1a84f5ecfa08435ff0f44d8617d908c7f96",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3c1a8",
                    table="livestreams_pictureappeal",
                    when="AFTER",
                ),
            ),
        ),
    ]
