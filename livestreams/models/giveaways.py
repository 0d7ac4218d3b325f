"""Giveaways of shows: rules per market, entries, and a draw that can be recomputed."""

import pghistory
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class GiveawayTerms(models.Model):
    """What a market's law asks of giveaways; none may be held without such a row."""

    market = models.OneToOneField("shopfront.Market", on_delete=models.PROTECT)
    is_allowed = models.BooleanField(
        _("allowed"),
        default=False,
        help_text=_("Off where a permit is needed."),
    )
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), default=18)
    words = models.TextField(
        _("terms"),
        blank=True,
        help_text=_("Shown on each giveaway's page, in the market's words."),
    )

    class Meta:
        verbose_name = _("terms of giveaways")
        verbose_name_plural = _("terms of giveaways")

    def __str__(self) -> str:
        return f"{self.market}: {self.is_allowed}"


class Giveaway(models.Model):
    """Something given away in a show, by a draw committed to beforehand (D6)."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed, not drawn")
        DRAWN = "drawn", _("Drawn")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.PROTECT, related_name="giveaways"
    )
    title = models.CharField(_("title"), max_length=120)
    prize = models.TextField(_("what is given away"), max_length=500)
    winners = models.PositiveSmallIntegerField(_("number of winners"), default=1)
    state = models.CharField(
        _("state"), max_length=6, choices=State, default=State.OPEN
    )
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    closes_at = models.DateTimeField(_("closes at"))
    seed = models.CharField(_("seed"), max_length=64, editable=False)
    seed_hash = models.CharField(_("commitment"), max_length=64, editable=False)
    public_source = models.CharField(
        _("public value"),
        max_length=200,
        blank=True,
        help_text=_("Where a number will be published after the end, if any is used."),
    )
    public_value = models.CharField(_("value published"), max_length=200, blank=True)
    list_hash = models.CharField(_("hash of the list"), max_length=64, blank=True)
    entry_count = models.PositiveIntegerField(_("entries"), default=0)
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = _("giveaway")
        verbose_name_plural = _("giveaways")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opened_at"))
                & models.Q(winners__gt=0),
                name="livestreams_giveaway_can_be_won",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at"],
                condition=~models.Q(state="drawn"),
                name="livestreams_giveaway_due",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the giveaway's page."""
        return reverse("livestreams:giveaway-detail", args=[self.public_id])


class GiveawayEntry(models.Model):
    """One person's entry, known to others by a pseudonym of this draw alone."""

    giveaway = models.ForeignKey(
        Giveaway, on_delete=models.CASCADE, related_name="entries"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    pseudonym = PublicIdField()
    entered_at = models.DateTimeField(_("entered at"), default=clock.now)
    rank = models.PositiveIntegerField(_("rank"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("entry of a giveaway")
        verbose_name_plural = _("entries of giveaways")
        constraints = [
            models.UniqueConstraint(
                fields=["giveaway", "user"], name="livestreams_giveawayentry_once"
            ),
            models.UniqueConstraint(
                fields=["giveaway", "rank"], name="livestreams_giveawayentry_one_rank"
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym
