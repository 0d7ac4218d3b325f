"""Handles that creators had before: their addresses lead on to the new ones."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models.people import Creator
from shopfront.common import clock

WORDS_OF_OURS = """
admin administrator help host legal moderation moderator news office official operator
payments press safety security service shop shopfront staff support system team
"""
RESERVED = frozenset(WORDS_OF_OURS.split())
"""Nobody may look like the operator by their address."""


class FormerHandle(models.Model):
    """A handle that a creator left; nobody else can ever take it."""

    handle = models.SlugField(_("handle"), max_length=40, unique=True)
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="former_handles"
    )
    left_at = models.DateTimeField(_("left at"), default=clock.now)

    class Meta:
        ordering = ["-left_at", "-id"]
        verbose_name = _("former handle")
        verbose_name_plural = _("former handles")

    def __str__(self) -> str:
        return self.handle
