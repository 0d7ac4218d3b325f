"""Clips: a stretch of a replay with a page and products of its own."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Clip(models.Model):
    """A stretch of a recording, cut where its segments end.

    One whose picture was found offensive is down: nobody meets it until that is undone,
    and its files stay for then. What is removed is removed for good.
    """

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        DOWN = "down", _("Taken down")
        REMOVED = "removed", _("Removed")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.PROTECT, related_name="clips"
    )
    title = models.CharField(_("title"), max_length=120)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.MAKING
    )
    from_ms = models.PositiveIntegerField(_("from, ms into the recording"))
    until_ms = models.PositiveIntegerField(_("until, ms into the recording"))
    bytes_count = models.BigIntegerField(_("size, bytes"), default=0)
    cover = models.CharField(
        _("blurred picture"),
        max_length=120,
        blank=True,
        help_text=_("Stands for its own first picture after a report."),
    )
    why = models.CharField(_("why it failed"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("files deleted at"), null=True, blank=True)
    stored_at = models.DateTimeField(_("in the store since"), null=True, blank=True)
    products = models.ManyToManyField("catalog.Product", through="ClipProduct")

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("clip")
        verbose_name_plural = _("clips")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_ms__gt=models.F("from_ms")),
                name="livestreams_clip_lasts",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the clip's page."""
        return reverse("livestreams:clip-detail", args=[self.public_id])

    @property
    def seconds(self) -> int:
        """Its length, rounded."""
        return round((self.until_ms - self.from_ms) / 1000)


class ClipProduct(models.Model):
    """A product that a clip shows."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="tags")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("product of a clip")
        verbose_name_plural = _("products of a clip")
        constraints = [
            models.UniqueConstraint(
                fields=["clip", "product"], name="livestreams_clipproduct_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)
