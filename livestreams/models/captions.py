"""Captions of a show: lines with their time, one track per language."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock


class CaptionTrack(models.Model):
    """The captions of a show in one language."""

    class Origin(models.TextChoices):
        LIVE = "live", _("Written during the show")
        PICTURE = "picture", _("From the picture")
        UPLOAD = "upload", _("Uploaded file")

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="caption_tracks"
    )
    language = models.CharField(_("language"), max_length=10)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("changed at"), default=clock.now)

    class Meta:
        ordering = ["language"]
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "language"],
                name="livestreams_captiontrack_one_per_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream} {self.language}"


class CaptionChannel(models.Model):
    """The language of a caption channel inside a show's picture (CTA-608 CC1 to CC4).

    Without a row CC1 is in the show's language and the others are not shown.
    """

    NUMBERS = (1, 2, 3, 4)

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="caption_channels"
    )
    number = models.PositiveSmallIntegerField(_("channel"))
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("Empty where the channel is not shown."),
    )

    class Meta:
        ordering = ["number"]
        verbose_name = _("channel of captions")
        verbose_name_plural = _("channels of captions")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "number"],
                name="livestreams_captionchannel_once",
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=4),
                name="livestreams_captionchannel_number",
            ),
        ]

    def __str__(self) -> str:
        return f"CC{self.number} {self.language}"


class CaptionCue(models.Model):
    """A line: uploaded ones count from the recording's start, live ones from 1970."""

    track = models.ForeignKey(
        CaptionTrack, on_delete=models.CASCADE, related_name="cues"
    )
    from_ms = models.BigIntegerField(_("from, ms"))
    until_ms = models.BigIntegerField(_("until, ms"))
    text = models.CharField(_("text"), max_length=400)

    class Meta:
        ordering = ["from_ms", "id"]
        verbose_name = _("line of captions")
        verbose_name_plural = _("lines of captions")
        constraints = [
            models.UniqueConstraint(
                fields=["track", "from_ms"], name="livestreams_captioncue_once"
            ),
            models.CheckConstraint(
                condition=models.Q(until_ms__gt=models.F("from_ms")),
                name="livestreams_captioncue_lasts",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
