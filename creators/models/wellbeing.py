"""Who may be told how a creator fares, and only where the creator wants it (N3)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.people import Creator
from shopfront.common import clock


class WelfarePerson(models.Model):
    """The one person in a market who looks after creators, from a moment on."""

    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="welfare_people"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(
        _("name"),
        max_length=80,
        help_text=_("As creators read it before they switch the signal on."),
    )
    since = models.DateTimeField(_("since"), default=clock.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["market", "-since"]
        verbose_name = _("welfare person")
        verbose_name_plural = _("welfare people")
        constraints = [
            models.UniqueConstraint(
                fields=["market"],
                condition=Q(until=None),
                name="creators_welfareperson_one_per_market",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")),
                name="creators_welfareperson_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.market})"


class WelfareConsent(models.Model):
    """A creator lets one person see a signal; it names the person, not the post."""

    creator = models.ForeignKey(
        Creator, on_delete=models.CASCADE, related_name="welfare_consents"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(_("given at"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        ordering = ["-given_at", "-id"]
        verbose_name = _("consent to a signal")
        verbose_name_plural = _("consents to signals")
        constraints = [
            models.UniqueConstraint(
                fields=["creator"],
                condition=Q(withdrawn_at=None),
                name="creators_welfareconsent_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator}: {self.given_at:%Y-%m-%d}"


class Signal(models.TextChoices):
    """What the welfare person is told: no figure, no word that anybody wrote."""

    LONG_WEEKS = "long_weeks", _("Long weeks")
    LOW_PAY = "low_pay", _("Pay per hour below the floor")
    ABUSE = "abuse", _("Much abuse")
