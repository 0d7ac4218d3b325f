import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0020_keep_decisions_about_guarantees"),
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
        migrations.AddField(
            model_name="dutypremium",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duty_premiums",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dutypremiumevent",
            name="person",
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
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("shopper_clearing", "Shopper clearing"),
                    ("brand_payable", "Brand payable"),
                    ("creator_pending", "Creator pending"),
                    ("creator_available", "Creator available"),
                    ("helper_payable", "Helper payable"),
                    ("paid_out", "Paid out"),
                    ("gateway", "Gateway"),
                    ("bank", "Bank"),
                    ("escrow", "Escrow"),
                    ("platform_fee", "Platform fee"),
                    ("tax", "Tax"),
                    ("rounding", "Rounding"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="owner_kind",
            field=models.CharField(
                choices=[
                    ("operator", "Operator"),
                    ("brand", "Brand"),
                    ("creator", "Creator"),
                    ("person", "Person without a creator account"),
                ],
                max_length=10,
                verbose_name="owner",
            ),
        ),
        migrations.AlterField(
            model_name="connectedaccount",
            name="owner_kind",
            field=models.CharField(
                choices=[
                    ("operator", "Operator"),
                    ("brand", "Brand"),
                    ("creator", "Creator"),
                    ("person", "Person without a creator account"),
                ],
                max_length=10,
                verbose_name="owner",
            ),
        ),
        migrations.AlterField(
            model_name="connectedaccountevent",
            name="owner_kind",
            field=models.CharField(
                choices=[
                    ("operator", "Operator"),
                    ("brand", "Brand"),
                    ("creator", "Creator"),
                    ("person", "Person without a creator account"),
                ],
                max_length=10,
                verbose_name="owner",
            ),
        ),
        migrations.AlterField(
            model_name="dutypremium",
            name="creator",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duty_premiums",
                to="creators.creator",
            ),
        ),
        migrations.AlterField(
            model_name="dutypremiumevent",
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
        migrations.AlterField(
            model_name="payoutdetails",
            name="owner_kind",
            field=models.CharField(
                choices=[
                    ("operator", "Operator"),
                    ("brand", "Brand"),
                    ("creator", "Creator"),
                    ("person", "Person without a creator account"),
                ],
                max_length=10,
                verbose_name="owner",
            ),
        ),
        migrations.AlterField(
            model_name="payoutdetailsevent",
            name="owner_kind",
            field=models.CharField(
                choices=[
                    ("operator", "Operator"),
                    ("brand", "Brand"),
                    ("creator", "Creator"),
                    ("person", "Person without a creator account"),
                ],
                max_length=10,
                verbose_name="owner",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dutypremium",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "creators_dutypremiumevent" ("amount_minor", "at", "creator_id", "currency", "guarantee_id", "hour_minor", "id", "minutes", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_count", "premium_bps", "rule_version") VALUES (NEW."amount_minor", NEW."at", NEW."creator_id", NEW."currency", NEW."guarantee_id", NEW."hour_minor", NEW."id", NEW."minutes", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."posted_count", NEW."premium_bps", NEW."rule_version"); RETURN NULL;',
                    hash="1c037f23e288609cc7dbd9f09e48299d4ee4748e",
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
                    func='INSERT INTO "creators_dutypremiumevent" ("amount_minor", "at", "creator_id", "currency", "guarantee_id", "hour_minor", "id", "minutes", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_count", "premium_bps", "rule_version") VALUES (NEW."amount_minor", NEW."at", NEW."creator_id", NEW."currency", NEW."guarantee_id", NEW."hour_minor", NEW."id", NEW."minutes", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."posted_count", NEW."premium_bps", NEW."rule_version"); RETURN NULL;',
                    hash="87ab8d012f2aa77173c90448bf3ce83783f33ca9",
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
                fields=("guarantee", "person"),
                name="creators_dutypremium_once_per_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutypremium",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("creator__isnull", True),
                    ("person__isnull", True),
                    _connector="XOR",
                ),
                name="creators_dutypremium_of_one_helper",
            ),
        ),
    ]
