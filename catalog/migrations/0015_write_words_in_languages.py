"""Words of goods in other languages, which search finds as well."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

INDEX = """
CREATE OR REPLACE FUNCTION catalog_index_product() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    NEW.search :=
        setweight(
            to_tsvector('catalog_plain', coalesce(NEW.title, ''))
            || to_tsvector(
                'catalog_plain', jsonb_path_query_array(NEW.texts, '$.*.title')
            ), 'A')
        || setweight(
            to_tsvector('catalog_plain', coalesce(NEW.description, ''))
            || to_tsvector(
                'catalog_plain', jsonb_path_query_array(NEW.texts, '$.*.description')
            ), 'C')
        || setweight(
            to_tsvector('catalog_plain', coalesce(NEW.material, ''))
            || to_tsvector(
                'catalog_plain', jsonb_path_query_array(NEW.texts, '$.*.material')
            ), 'D');
    RETURN NEW;
END;
$$;
DROP TRIGGER catalog_product_index ON catalog_product;
CREATE TRIGGER catalog_product_index BEFORE INSERT OR UPDATE OF title, description,
    material, texts ON catalog_product
    FOR EACH ROW EXECUTE FUNCTION catalog_index_product();
"""
UNDO = """
CREATE OR REPLACE FUNCTION catalog_index_product() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    NEW.search :=
        setweight(to_tsvector('catalog_plain', coalesce(NEW.title, '')), 'A')
        || setweight(to_tsvector('catalog_plain', coalesce(NEW.description, '')), 'C')
        || setweight(to_tsvector('catalog_plain', coalesce(NEW.material, '')), 'D');
    RETURN NEW;
END;
$$;
DROP TRIGGER catalog_product_index ON catalog_product;
CREATE TRIGGER catalog_product_index BEFORE INSERT OR UPDATE OF title, description,
    material ON catalog_product
    FOR EACH ROW EXECUTE FUNCTION catalog_index_product();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0014_record_codes_open_to_all"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="product",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="product",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="variant",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="variant",
            name="update_update",
        ),
        migrations.AddField(
            model_name="category",
            name="texts",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                verbose_name="texts in other languages",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="texts",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                verbose_name="texts in other languages",
            ),
        ),
        migrations.AddField(
            model_name="productevent",
            name="texts",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                verbose_name="texts in other languages",
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="texts",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                verbose_name="texts in other languages",
            ),
        ),
        migrations.AddField(
            model_name="variantevent",
            name="texts",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                verbose_name="texts in other languages",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_productevent" ("brand_id", "category_id", "created_at", "description", "id", "material", "minimum_age", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "slug", "state", "texts", "title") VALUES (NEW."brand_id", NEW."category_id", NEW."created_at", NEW."description", NEW."id", NEW."material", NEW."minimum_age", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."slug", NEW."state", NEW."texts", NEW."title"); RETURN NULL;',
                    hash="367ab8536b1af795c51bab344c4d88fdb5a4f2cc",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ae3fa",
                    table="catalog_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."brand_id" IS DISTINCT FROM (NEW."brand_id") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."material" IS DISTINCT FROM (NEW."material") OR OLD."minimum_age" IS DISTINCT FROM (NEW."minimum_age") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."texts" IS DISTINCT FROM (NEW."texts") OR OLD."title" IS DISTINCT FROM (NEW."title"))',
                    func='INSERT INTO "catalog_productevent" ("brand_id", "category_id", "created_at", "description", "id", "material", "minimum_age", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "slug", "state", "texts", "title") VALUES (NEW."brand_id", NEW."category_id", NEW."created_at", NEW."description", NEW."id", NEW."material", NEW."minimum_age", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."slug", NEW."state", NEW."texts", NEW."title"); RETURN NULL;',
                    hash="bee407660c9046452a2a3338e294fc28a6896f77",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_580c5",
                    table="catalog_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variant",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "catalog_variantevent" ("created_at", "id", "is_active", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "public_id", "sku", "texts", "title") VALUES (NEW."created_at", NEW."id", NEW."is_active", NEW."options", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."product_id", NEW."public_id", NEW."sku", NEW."texts", NEW."title"); RETURN NULL;',
                    hash="d201eb7033038d680ade96b728a7d981973cb017",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d476e",
                    table="catalog_variant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variant",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "catalog_variantevent" ("created_at", "id", "is_active", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "public_id", "sku", "texts", "title") VALUES (NEW."created_at", NEW."id", NEW."is_active", NEW."options", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."product_id", NEW."public_id", NEW."sku", NEW."texts", NEW."title"); RETURN NULL;',
                    hash="50bc35f9ba16ac1994e36d0b152ac800b38c21f2",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ee635",
                    table="catalog_variant",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(INDEX, UNDO),
    ]
