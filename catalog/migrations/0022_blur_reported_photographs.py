from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0021_measure_net_quantities"),
    ]

    operations = [
        migrations.AlterField(
            model_name="productpicture",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("ready", "Ready"),
                    ("failed", "Failed"),
                    ("veiled", "Blurred after a report"),
                    ("removed", "Taken down after a report"),
                ],
                default="pending",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
