import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("livestreams", "0020_steer_shows_from_a_second_device"),
    ]

    operations = [
        migrations.CreateModel(
            name="AudienceMinute",
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
                ("at", models.DateTimeField(verbose_name="minute")),
                ("viewers", models.PositiveIntegerField(verbose_name="viewers")),
                (
                    "livestream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="audience_minutes",
                        to="livestreams.livestream",
                    ),
                ),
            ],
            options={
                "verbose_name": "minute of an audience",
                "verbose_name_plural": "minutes of audiences",
                "ordering": ["livestream", "at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("livestream", "at"),
                        name="livestreams_audienceminute_once",
                    )
                ],
            },
        ),
    ]
