import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shopfront.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("livestreams", "0029_pin_bundles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasureWish",
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
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="asked at"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="erasure_wish",
                        to="livestreams.chatmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "wish for erasure",
                "verbose_name_plural": "wishes for erasure",
                "ordering": ["id"],
            },
        ),
    ]
