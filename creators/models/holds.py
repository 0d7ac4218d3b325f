"""Held lines: one disputed line out of payouts, with reason, person, day and appeal."""

import datetime as dt

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.ledger import Entry
from creators.models.sales import Commission
from shopfront.common import clock
from shopfront.common.ids import PublicIdField

DECISION_TIME = dt.timedelta(days=7)


class Hold(models.Model):
    """One disputed line kept out of payouts: why, by whom, until when (E7)."""

    public_id = PublicIdField()
    reason = models.CharField(_("reason"), max_length=200)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    held_at = models.DateTimeField(_("held at"), default=clock.now)
    ends_at = models.DateTimeField(_("ends at"))
    appeal = models.TextField(_("appeal"), blank=True)
    appealed_at = models.DateTimeField(_("appealed at"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        abstract = True

    @property
    def decision_due_at(self) -> dt.datetime | None:
        """Until when an appeal is decided; undecided by then, the line goes free."""
        return self.appealed_at + DECISION_TIME if self.appealed_at else None

    @property
    def is_open(self) -> bool:
        """Whether the line waits."""
        return self.released_at is None


@pghistory.track()
class LineHold(Hold):
    """A held line of a creator: a commission."""

    commission = models.ForeignKey(
        Commission, on_delete=models.PROTECT, related_name="holds"
    )

    class Meta:
        ordering = ["-held_at"]
        verbose_name = _("held line")
        verbose_name_plural = _("held lines")
        constraints = [
            models.UniqueConstraint(
                fields=["commission"],
                condition=Q(released_at=None),
                name="creators_linehold_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("held_by")),
                name="creators_linehold_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commission}: {self.reason}"


@pghistory.track()
class EntryHold(Hold):
    """A held line of a brand: what a sale brought it, as its account says."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="holds")
    title = models.CharField(_("what was sold"), max_length=200)

    class Meta:
        ordering = ["-held_at"]
        verbose_name = _("held line of a brand")
        verbose_name_plural = _("held lines of brands")
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(released_at=None),
                name="creators_entryhold_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("held_by")),
                name="creators_entryhold_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.reason}"
