"""Pictures that people reported as offensive: veiled until somebody decides (C11)."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField

VEILS = "veils/"
"""The folder of blurred copies: a picture whose name begins so is veiled."""


class VeiledPicture(models.Model):
    """A reported picture of a creator or a show; its owner's row names the copy."""

    class Kind(models.TextChoices):
        PORTRAIT = "portrait", _("Picture of a creator")
        POSTER = "poster", _("Picture of a show")

    class State(models.TextChoices):
        OPEN = "open", _("Blurred until it is decided")
        REMOVED = "removed", _("Taken down")
        FINE = "fine", _("Shown again")

    public_id = PublicIdField()
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    creator = models.ForeignKey(
        "creators.Creator", on_delete=models.CASCADE, related_name="veiled_pictures"
    )
    livestream = models.ForeignKey(
        Livestream,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="veiled_pictures",
        verbose_name=_("show"),
    )
    original = models.CharField(_("file"), max_length=120, unique=True)
    veil = models.CharField(_("blurred copy"), max_length=120, unique=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.OPEN
    )
    created_at = models.DateTimeField(_("reported at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("reported picture")
        verbose_name_plural = _("reported pictures")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="portrait", livestream=None)
                | models.Q(kind="poster", livestream__isnull=False),
                name="livestreams_veiledpicture_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.creator}"

    @property
    def url(self) -> str:
        """Where the picture itself is, once somebody wants to see it."""
        return default_storage.url(self.original)

    @property
    def veil_url(self) -> str:
        """Where its blurred copy is."""
        return default_storage.url(self.veil)


class PictureReport(models.Model):
    """Somebody told us that a picture is offensive; the receipt is its id (C7)."""

    public_id = PublicIdField()
    picture = models.ForeignKey(
        VeiledPicture, on_delete=models.CASCADE, related_name="reports"
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="picture_reports",
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("report of a picture")
        verbose_name_plural = _("reports of pictures")
        constraints = [
            models.UniqueConstraint(
                fields=["picture", "reporter"], name="livestreams_picturereport_once"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
