import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shopfront.common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0008_keep_working_time"),
        ("shopfront", "0005_find_consents_of_browsers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WelfareConsent",
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
                    "given_at",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="given at"
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="withdrawn at"
                    ),
                ),
                (
                    "creator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="welfare_consents",
                        to="creators.creator",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "consent to a signal",
                "verbose_name_plural": "consents to signals",
                "ordering": ["-given_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("creator",),
                        name="creators_welfareconsent_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WelfarePerson",
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
                    "name",
                    models.CharField(
                        help_text="As creators read it before they switch the signal on.",
                        max_length=80,
                        verbose_name="name",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        default=shopfront.common.clock.now, verbose_name="since"
                    ),
                ),
                (
                    "until",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
                ),
                (
                    "market",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="welfare_people",
                        to="shopfront.market",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "welfare person",
                "verbose_name_plural": "welfare people",
                "ordering": ["market", "-since"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("market",),
                        name="creators_welfareperson_one_per_market",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None),
                            ("until__gt", models.F("since")),
                            _connector="OR",
                        ),
                        name="creators_welfareperson_ends_later",
                    ),
                ],
            },
        ),
    ]
