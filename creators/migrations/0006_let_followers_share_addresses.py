from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0005_agree_on_guarantees"),
    ]

    operations = [
        migrations.AddField(
            model_name="follow",
            name="shared_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Empty until the person agrees, and again once they do not (P8).",
                null=True,
                verbose_name="agreed to share the address at",
            ),
        ),
    ]
