from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0024_let_reporters_appeal"),
    ]

    operations = [
        migrations.AddField(
            model_name="drop",
            name="called_off_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="called off at"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="drop",
            name="catalog_drop_in_order",
        ),
        migrations.AddConstraint(
            model_name="drop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("entry_from__lt", models.F("opens_at")),
                        ("opens_at__lt", models.F("ends_at")),
                    ),
                    models.Q(
                        ("called_off_at__isnull", False),
                        ("ends_at", models.F("called_off_at")),
                    ),
                    _connector="OR",
                ),
                name="catalog_drop_in_order",
            ),
        ),
    ]
