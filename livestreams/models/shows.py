"""Livestreams with their shelf, pins, duties, reminders and recordings."""

import datetime as dt

import pghistory
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from livestreams.models.sayings import say
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track(exclude=["gateway", "gateway_seen_at", "viewers_peak"])
class Livestream(models.Model):
    """One broadcast of one creator."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        LIVE = "live", _("Live")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    class Latency(models.TextChoices):
        LOW = "low", _("Low (at most 2 s)")
        STANDARD = "standard", _("Standard (at most 5 s)")

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        MARKET = "market", _("Accounts of this market")
        ADULTS = "adults", _("Adults (18 or older, checked)")
        INVITED = "invited", _("Only those you invite")

    public_id = PublicIdField()
    creator = models.ForeignKey(
        "creators.Creator", on_delete=models.PROTECT, related_name="livestreams"
    )
    agreement = models.ForeignKey(
        "creators.Agreement", on_delete=models.PROTECT, null=True, blank=True
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.SCHEDULED
    )
    latency = models.CharField(
        _("delay"), max_length=10, choices=Latency, default=Latency.LOW
    )
    audience = models.CharField(
        _("who may watch"), max_length=10, choices=Audience, default=Audience.EVERYBODY
    )
    has_ladder = models.BooleanField(_("smaller pictures too"), default=False)
    starts_at = models.DateTimeField(_("starts at"))
    planned_minutes = models.PositiveSmallIntegerField(
        _("planned length, minutes"), default=60, validators=[MinValueValidator(1)]
    )
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)
    key_version = models.PositiveIntegerField(_("stream key version"), default=1)
    publisher_seen_at = models.DateTimeField(_("picture since"), null=True, blank=True)
    publisher_lost_at = models.DateTimeField(_("picture lost"), null=True, blank=True)
    refused_at = models.DateTimeField(_("encoder refused at"), null=True, blank=True)
    refused_why = models.CharField(_("why refused"), max_length=200, blank=True)
    poster = models.ImageField(_("poster"), upload_to="posters/", blank=True)
    shielded_at = models.DateTimeField(_("shield mode since"), null=True, blank=True)
    viewers_peak = models.PositiveIntegerField(_("most viewers"), default=0)
    viewers_total = models.PositiveIntegerField(_("distinct viewers"), default=0)
    calendar_sequence = models.PositiveIntegerField(_("times moved"), default=0)
    is_demo = models.BooleanField(_("demo show"), default=False)
    rehearsal_of = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rehearsals",
        verbose_name=_("rehearsal of"),
        help_text=_("A rehearsal is a show of its own for the invited, then erased."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    gateway = models.ForeignKey(
        "livestreams.Gateway",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="livestreams",
    )
    gateway_seen_at = models.DateTimeField(_("gateway saw it"), null=True, blank=True)

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("livestream")
        verbose_name_plural = _("livestreams")
        indexes = [
            models.Index(
                fields=["state", "starts_at"], name="livestreams_show_by_state"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rehearsal_of=None) | models.Q(audience="invited"),
                name="livestreams_rehearsal_for_invited",
            ),
            models.UniqueConstraint(
                fields=["rehearsal_of"],
                condition=~models.Q(state="ended"),
                name="livestreams_rehearsal_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the watch page."""
        return reverse("livestreams:livestream-watch", args=[self.public_id])

    @property
    def said_end_reason(self) -> str:
        """Why it ended, in the reader's language."""
        return say(self.end_reason)

    @property
    def is_called_off(self) -> bool:
        """Whether it ended before it ever began."""
        return self.state == self.State.ENDED and self.started_at is None

    @property
    def planned_end(self) -> dt.datetime:
        """When it is over if it goes as planned."""
        return self.starts_at + dt.timedelta(minutes=self.planned_minutes)

    @property
    def is_on_air(self) -> bool:
        """Whether the room is open: live or paused."""
        return self.state in {self.State.LIVE, self.State.PAUSED}

    @property
    def is_limited(self) -> bool:
        """Whether not everybody may watch."""
        return self.audience != self.Audience.EVERYBODY

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is the rehearsal of another show."""
        return self.rehearsal_of_id is not None


class LivestreamProduct(models.Model):
    """A product on the shelf of a show."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="shelf"
    )
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("product of a show")
        verbose_name_plural = _("products of a show")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "product"],
                name="livestreams_livestreamproduct_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)


class CoHost(models.Model):
    """A person with a duty in a show beside its host."""

    class Duty(models.TextChoices):
        CO_HOST = "co_host", _("Co-host")
        MODERATOR = "moderator", _("Moderator")

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="co_hosts"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duties"
    )
    duty = models.CharField(_("duty"), max_length=10, choices=Duty)
    share_bps = models.PositiveIntegerField(
        _("share of the commission, basis points"), default=0
    )
    accepted_at = models.DateTimeField(
        _("share accepted at"),
        null=True,
        blank=True,
        help_text=_("A share counts once its person has said yes, before the start."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "user"], name="livestreams_cohost_once"
            ),
            models.CheckConstraint(
                condition=models.Q(share_bps=0)
                | models.Q(duty="co_host", share_bps__lte=10_000),
                name="livestreams_cohost_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.duty}"


class PinQuerySet(models.QuerySet["Pin"]):
    """Sets of pins that several services share."""

    def showing(self, product_id: int) -> "PinQuerySet":
        """Pins that show a product now, by itself or as a part of a bundle."""
        return self.of(product_id).filter(removed_at=None)

    def of(self, product_id: int) -> "PinQuerySet":
        """Pins that ever showed a product, by itself or as a part of a bundle."""
        by_itself = models.Q(product=product_id, bundle=None)
        in_bundle = models.Q(bundle__parts__variant__product=product_id)
        return self.filter(by_itself | in_bundle).distinct()


class Pin(models.Model):
    """A product on screen from one moment to another, by itself or in a bundle.

    Of a bundle, `product` is the part that leads it: the first that the shelf has.
    """

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="pins"
    )
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT)
    bundle = models.ForeignKey(
        "catalog.Bundle", on_delete=models.PROTECT, null=True, blank=True
    )
    placed_at = models.DateTimeField(_("placed at"), default=clock.now)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    media_time = models.DateTimeField(
        _("moment in the picture"),
        null=True,
        blank=True,
        help_text=_("Programme date-time of the frame that the host saw."),
    )
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    said_minor = models.BigIntegerField(
        _("earlier price said that the record denies, minor units"), null=True
    )
    lowest_minor = models.BigIntegerField(
        _("lowest price of the 30 days before, minor units"), null=True
    )
    denied_at = models.DateTimeField(_("denied at"), null=True)

    objects = PinQuerySet.as_manager()

    class Meta:
        ordering = ["placed_at"]
        verbose_name = _("pin")
        verbose_name_plural = _("pins")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "product"],
                condition=models.Q(removed_at=None, bundle=None),
                name="livestreams_pin_one_live_per_product",
            ),
            models.UniqueConstraint(
                fields=["livestream", "bundle"],
                condition=models.Q(removed_at=None),
                name="livestreams_pin_one_live_per_bundle",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.placed_at:%H:%M}"

    @property
    def title(self) -> str:
        """What is shown, as it was first written; a query where not read along."""
        return self.bundle.title if self.bundle else self.product.title


class Recording(models.Model):
    """What was recorded of a show: a VOD list over its segments."""

    class State(models.TextChoices):
        RECORDING = "recording", _("Recording")
        READY = "ready", _("Ready")
        HIDDEN = "hidden", _("Hidden by its creator")
        FAILED = "failed", _("Failed")
        REMOVED = "removed", _("Removed")

    public_id = PublicIdField()
    livestream = models.OneToOneField(
        Livestream, on_delete=models.PROTECT, related_name="recording"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.RECORDING
    )
    seconds = models.PositiveIntegerField(_("length, seconds"), default=0)
    bytes_count = models.BigIntegerField(_("size, bytes"), default=0)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    is_published = models.BooleanField(
        _("published for good"),
        default=False,
        help_text=_("Its creator keeps it beyond the market's days."),
    )
    is_on_hold = models.BooleanField(
        _("on hold"),
        default=False,
        help_text=_("An open case needs it: it is not deleted."),
    )
    why = models.CharField(_("why it is gone"), max_length=200, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("files deleted at"), null=True, blank=True)
    seek_at = models.DateTimeField(_("seek pictures made at"), null=True, blank=True)
    stored_at = models.DateTimeField(_("in the store since"), null=True, blank=True)
    views_total = models.PositiveIntegerField(_("distinct replay viewers"), default=0)

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")

    def __str__(self) -> str:
        return f"{self.livestream} {self.state}"

    @property
    def is_ready(self) -> bool:
        """Whether everybody whom the show is for may watch it."""
        return self.state == self.State.READY

    @property
    def expires_at(self) -> dt.datetime | None:
        """When the market's days are over; None while nothing ends it."""
        days = self.livestream.market.replay_days
        if self.is_published or not days or self.ready_at is None:
            return None
        return self.ready_at + dt.timedelta(days=days)


class Rsvp(models.Model):
    """Somebody who wants to be reminded of an upcoming show."""

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="rsvps"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rsvps"
    )
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("RSVP")
        verbose_name_plural = _("RSVPs")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "user"], name="livestreams_rsvp_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.livestream}"
