from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0012_tell_of_reports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="commission",
            name="settles_at",
            field=models.DateTimeField(verbose_name="settles at"),
        ),
        migrations.AddIndex(
            model_name="commission",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["creator", "settles_at"],
                name="creators_commission_pending",
            ),
        ),
    ]
