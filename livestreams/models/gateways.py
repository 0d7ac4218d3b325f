"""Media gateways as the shop knows them, and where a show is sent on to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Gateway(models.Model):
    """A process that takes pictures in; it keeps its own row by a heartbeat."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    base_url = models.CharField(_("address of players"), max_length=200)
    rtmp_url = models.CharField(_("address of encoders"), max_length=200)
    capacity = models.PositiveSmallIntegerField(_("most shows"), default=40)
    free_bytes = models.BigIntegerField(_("free on disk, bytes"), default=0)
    is_full = models.BooleanField(_("disk full"), default=False)
    seen_at = models.DateTimeField(_("seen at"), default=clock.now)

    class Meta:
        ordering = ["name"]
        verbose_name = _("media gateway")
        verbose_name_plural = _("media gateways")

    def __str__(self) -> str:
        return self.name


class SimulcastTarget(models.Model):
    """A further server that gets a copy of a show's picture."""

    class State(models.TextChoices):
        IDLE = "idle", _("Waits for the picture")
        SENDING = "sending", _("Sending")
        FAILING = "failing", _("Failing")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        "livestreams.Livestream",
        on_delete=models.CASCADE,
        related_name="simulcast_targets",
    )
    name = models.CharField(_("name"), max_length=40)
    url = models.CharField(_("server"), max_length=200)
    sealed_key = models.TextField(_("stream key, encrypted"))
    is_on = models.BooleanField(_("on"), default=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.IDLE
    )
    state_at = models.DateTimeField(_("since"), null=True, blank=True)
    kbits = models.PositiveIntegerField(_("bitrate, kbit/s"), default=0)
    last_error = models.CharField(_("last fault"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("simulcast target")
        verbose_name_plural = _("simulcast targets")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "name"],
                name="livestreams_simulcasttarget_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
