"""A text search configuration without accents, kept in a column by a trigger."""

from django.db import migrations

CONFIGURE = """
CREATE TEXT SEARCH CONFIGURATION catalog_plain (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION catalog_plain
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
CREATE FUNCTION catalog_index_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search :=
        setweight(to_tsvector('catalog_plain', coalesce(NEW.title, '')), 'A')
        || setweight(to_tsvector('catalog_plain', coalesce(NEW.description, '')), 'C')
        || setweight(to_tsvector('catalog_plain', coalesce(NEW.material, '')), 'D');
    RETURN NEW;
END;
$$;
CREATE TRIGGER catalog_product_index BEFORE INSERT OR UPDATE OF title, description,
    material ON catalog_product
    FOR EACH ROW EXECUTE FUNCTION catalog_index_product();
UPDATE catalog_product SET title = title;
"""
UNDO = """
DROP TRIGGER catalog_product_index ON catalog_product;
DROP FUNCTION catalog_index_product();
DROP TEXT SEARCH CONFIGURATION catalog_plain;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_count_holds_by_key")]
    operations = [migrations.RunSQL(CONFIGURE, UNDO)]
