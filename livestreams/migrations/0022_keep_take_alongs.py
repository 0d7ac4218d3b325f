import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shopfront.common.clock
import shopfront.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0006_let_followers_share_addresses"),
        ("livestreams", "0021_note_audiences_by_the_minute"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TakeAlong",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("making", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                            ("gone", "Deleted"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "no_room",
                                "Our disk has no room for it now. We have been told.",
                            ),
                            (
                                "store_away",
                                "Our store did not answer. Please ask again.",
                            ),
                            (
                                "cut_off",
                                "It was cut off again and again. We have been told.",
                            ),
                        ],
                        max_length=10,
                        verbose_name="why it failed",
                    ),
                ),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(default=0, verbose_name="attempt"),
                ),
                (
                    "claimed_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="claimed until"
                    ),
                ),
                (
                    "parts_total",
                    models.PositiveIntegerField(default=0, verbose_name="parts"),
                ),
                (
                    "parts_done",
                    models.PositiveIntegerField(default=0, verbose_name="parts done"),
                ),
                (
                    "missing_count",
                    models.PositiveIntegerField(
                        default=0, verbose_name="parts missing"
                    ),
                ),
                (
                    "bytes_count",
                    models.BigIntegerField(default=0, verbose_name="size, bytes"),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="asked at"
                    ),
                ),
                (
                    "ready_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ready at"
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="kept until"
                    ),
                ),
                (
                    "stored_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="in the store since"
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="file deleted at"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "creator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="take_alongs",
                        to="creators.creator",
                    ),
                ),
            ],
            options={
                "verbose_name": "take-along",
                "verbose_name_plural": "take-alongs",
                "ordering": ["-asked_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "making", "ready"])
                        ),
                        fields=("creator",),
                        name="livestreams_takealong_one_at_a_time",
                    )
                ],
            },
        ),
    ]
