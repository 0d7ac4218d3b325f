from typing import Any

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill_shows(apps: Any, schema_editor: Any) -> None:
    """Copy of which show a premium is, and that its payer has paid it."""
    premiums = apps.get_model("creators", "DutyPremium").objects
    guarantees = apps.get_model("creators", "Guarantee").objects
    own = guarantees.filter(pk=OuterRef("guarantee"))
    premiums.update(
        show_ref=Subquery(own.values("show_ref")),
        title=Subquery(own.values("title")),
        ended_at=Coalesce(Subquery(own.values("ended_at")), F("at")),
        posted_minor=F("amount_minor"),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0021_owe_premiums_to_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="dutypremium",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dutypremium",
            name="update_update",
        ),
        migrations.RemoveConstraint(
            model_name="dutypremium",
            name="creators_dutypremium_once",
        ),
        migrations.RemoveConstraint(
            model_name="dutypremium",
            name="creators_dutypremium_once_per_person",
        ),
        migrations.AddField(
            model_name="dutypremium",
            name="borne_minor",
            field=models.PositiveBigIntegerField(
                default=0,
                help_text="Given back to who did not owe it; the helper keeps it.",
                verbose_name="borne by the operator, minor units",
            ),
        ),
        migrations.AddField(
            model_name="dutypremium",
            name="ended_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, verbose_name="show ended at"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dutypremium",
            name="payer",
            field=models.ForeignKey(
                blank=True,
                help_text="The show's creator, where no guarantee's payer owes it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="owed_premiums",
                to="creators.creator",
                verbose_name="owed by",
            ),
        ),
        migrations.AddField(
            model_name="dutypremium",
            name="posted_minor",
            field=models.PositiveBigIntegerField(
                default=0, verbose_name="taken from who owes it, minor units"
            ),
        ),
        migrations.AddField(
            model_name="dutypremium",
            name="show_ref",
            field=models.CharField(default="", max_length=16, verbose_name="show"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dutypremium",
            name="title",
            field=models.CharField(
                default="", max_length=120, verbose_name="show's title"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dutypremiumevent",
            name="borne_minor",
            field=models.PositiveBigIntegerField(
                default=0,
                help_text="Given back to who did not owe it; the helper keeps it.",
                verbose_name="borne by the operator, minor units",
            ),
        ),
        migrations.AddField(
            model_name="dutypremiumevent",
            name="ended_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, verbose_name="show ended at"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dutypremiumevent",
            name="payer",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="The show's creator, where no guarantee's payer owes it.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="creators.creator",
                verbose_name="owed by",
            ),
        ),
        migrations.AddField(
            model_name="dutypremiumevent",
            name="posted_minor",
            field=models.PositiveBigIntegerField(
                default=0, verbose_name="taken from who owes it, minor units"
            ),
        ),
        migrations.AddField(
            model_name="dutypremiumevent",
            name="show_ref",
            field=models.CharField(default="", max_length=16, verbose_name="show"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dutypremiumevent",
            name="title",
            field=models.CharField(
                default="", max_length=120, verbose_name="show's title"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="dutypremium",
            name="guarantee",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duty_premiums",
                to="creators.guarantee",
            ),
        ),
        migrations.AlterField(
            model_name="dutypremiumevent",
            name="guarantee",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="creators.guarantee",
            ),
        ),
        migrations.RunPython(fill_shows, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="workdecision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("slate", "Slate at the cap"),
                    ("start", "Start refused"),
                    ("seat", "Seat in the studio rests"),
                    ("premium", "Overtime premium"),
                    ("owed", "Overtime premium that you owe"),
                    ("pin", "Pin refused"),
                    ("unpin", "Taken off the screen"),
                    ("guarantee", "Guarantee given back"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="workdecisionevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("slate", "Slate at the cap"),
                    ("start", "Start refused"),
                    ("seat", "Seat in the studio rests"),
                    ("premium", "Overtime premium"),
                    ("owed", "Overtime premium that you owe"),
                    ("pin", "Pin refused"),
                    ("unpin", "Taken off the screen"),
                    ("guarantee", "Guarantee given back"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="dutypremium",
            index=models.Index(
                condition=models.Q(
                    (
                        "amount_minor__gt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("posted_minor"), "+", models.F("borne_minor")
                        ),
                    )
                ),
                fields=["payer"],
                name="creators_dutypremium_open",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dutypremium",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "creators_dutypremiumevent" ("amount_minor", "at", "borne_minor", "creator_id", "currency", "ended_at", "guarantee_id", "hour_minor", "id", "minutes", "payer_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_count", "posted_minor", "premium_bps", "rule_version", "show_ref", "title") VALUES (NEW."amount_minor", NEW."at", NEW."borne_minor", NEW."creator_id", NEW."currency", NEW."ended_at", NEW."guarantee_id", NEW."hour_minor", NEW."id", NEW."minutes", NEW."payer_id", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."posted_count", NEW."posted_minor", NEW."premium_bps", NEW."rule_version", NEW."show_ref", NEW."title"); RETURN NULL;',
                    hash="1cdf2304b40890953e3e21012eec670ebfd1a019",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c8fd9",
                    table="creators_dutypremium",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dutypremium",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "creators_dutypremiumevent" ("amount_minor", "at", "borne_minor", "creator_id", "currency", "ended_at", "guarantee_id", "hour_minor", "id", "minutes", "payer_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_count", "posted_minor", "premium_bps", "rule_version", "show_ref", "title") VALUES (NEW."amount_minor", NEW."at", NEW."borne_minor", NEW."creator_id", NEW."currency", NEW."ended_at", NEW."guarantee_id", NEW."hour_minor", NEW."id", NEW."minutes", NEW."payer_id", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."posted_count", NEW."posted_minor", NEW."premium_bps", NEW."rule_version", NEW."show_ref", NEW."title"); RETURN NULL;',
                    hash="355790bbdab793027c13f397419e6f7f396943ca",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4bcf2",
                    table="creators_dutypremium",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="dutypremium",
            constraint=models.UniqueConstraint(
                fields=("show_ref", "creator"), name="creators_dutypremium_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutypremium",
            constraint=models.UniqueConstraint(
                fields=("show_ref", "person"),
                name="creators_dutypremium_once_per_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutypremium",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("guarantee__isnull", True),
                    ("payer__isnull", True),
                    _connector="XOR",
                ),
                name="creators_dutypremium_owed_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutypremium",
            constraint=models.CheckConstraint(
                condition=models.Q(("posted_minor__lte", models.F("amount_minor"))),
                name="creators_dutypremium_takes_what_is_owed",
            ),
        ),
    ]
