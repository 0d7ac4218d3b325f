"""Pictures that people reported as offensive: veiled until somebody decides (C11)."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.clips import Clip
from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.models.appeals import ErasableAppeal

VEILS = "veils/"
"""The folder of blurred copies: a picture whose name begins so is veiled."""


@pghistory.track()
class VeiledPicture(models.Model):
    """A reported picture; the row that shows it names the blurred copy meanwhile."""

    class Kind(models.TextChoices):
        PORTRAIT = "portrait", _("Picture of a creator")
        POSTER = "poster", _("Picture of a show")
        CLIP = "clip", _("Picture of a clip")
        PRODUCT = "product", _("Picture of a product")

    class State(models.TextChoices):
        OPEN = "open", _("Blurred until it is decided")
        REMOVED = "removed", _("Taken down")
        FINE = "fine", _("Shown again")

    public_id = PublicIdField()
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    creator = models.ForeignKey(
        "creators.Creator",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="veiled_pictures",
    )
    livestream = models.ForeignKey(
        Livestream,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="veiled_pictures",
        verbose_name=_("show"),
    )
    clip = models.ForeignKey(
        Clip,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="veiled_pictures",
    )
    product = models.ForeignKey(
        "catalog.Product",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="veiled_pictures",
        help_text=_("Others may show the same picture; all of them are meant."),
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
                condition=models.Q(
                    models.Q(creator__isnull=False, product=None)
                    & (
                        models.Q(kind="portrait", livestream=None, clip=None)
                        | models.Q(kind="poster", livestream__isnull=False, clip=None)
                        | models.Q(kind="clip", clip__isnull=False, livestream=None)
                    )
                )
                | models.Q(
                    kind="product",
                    creator=None,
                    livestream=None,
                    clip=None,
                    product__isnull=False,
                ),
                name="livestreams_veiledpicture_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def subject(self) -> str:
        """What it shows, by name: a product, clip, show or creator; a query for it."""
        about = self.product or self.clip or self.livestream or self.creator
        return str(about)


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


@pghistory.track(exclude=["text"])
class PictureAppeal(ErasableAppeal):
    """Whoever put up a picture asks that somebody else looks at it again (S5).

    What somebody wrote can be erased, so history does not keep it.
    """

    picture = models.OneToOneField(
        VeiledPicture, on_delete=models.CASCADE, related_name="appeal"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="picture_appeals",
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("appeal about a picture")
        verbose_name_plural = _("appeals about pictures")

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.text[:40]}"
