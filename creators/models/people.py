"""Creators: who hosts and sells."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class Creator(models.Model):
    """A person who hosts and sells; 18 and verified before the first show (P1)."""

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied")
        VERIFIED = "verified", _("Verified")
        CLOSED = "closed", _("Closed")

    public_id = PublicIdField()
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="creator"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    handle = models.SlugField(_("handle"), max_length=40, unique=True)
    display_name = models.CharField(_("name"), max_length=60)
    bio = models.TextField(_("about"), blank=True)
    picture = models.ImageField(_("picture"), upload_to="creators/", blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.APPLIED
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["display_name"]
        verbose_name = _("creator")
        verbose_name_plural = _("creators")

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_verified(self) -> bool:
        """Whether this creator may host."""
        return self.state == self.State.VERIFIED
