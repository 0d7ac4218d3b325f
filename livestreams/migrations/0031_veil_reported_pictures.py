import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shopfront.common.clock
import shopfront.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0021_owe_premiums_to_people"),
        ("livestreams", "0030_remember_wishes_for_erasure"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VeiledPicture",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("portrait", "Picture of a creator"),
                            ("poster", "Picture of a show"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "original",
                    models.CharField(max_length=120, unique=True, verbose_name="file"),
                ),
                (
                    "veil",
                    models.CharField(
                        max_length=120, unique=True, verbose_name="blurred copy"
                    ),
                ),
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
                (
                    "creator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="veiled_pictures",
                        to="creators.creator",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "livestream",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="veiled_pictures",
                        to="livestreams.livestream",
                        verbose_name="show",
                    ),
                ),
            ],
            options={
                "verbose_name": "reported picture",
                "verbose_name_plural": "reported pictures",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "portrait"), ("livestream", None)),
                            models.Q(("kind", "poster"), ("livestream__isnull", False)),
                            _connector="OR",
                        ),
                        name="livestreams_veiledpicture_of_its_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PictureReport",
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
                    "created_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="created at"
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="livestreams.veiledpicture",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="picture_reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "report of a picture",
                "verbose_name_plural": "reports of pictures",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("picture", "reporter"),
                        name="livestreams_picturereport_once",
                    )
                ],
            },
        ),
    ]
