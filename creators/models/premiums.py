"""Premiums of overtime in shows: what their payers owe hosts and helpers (E2)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.guarantees import Guarantee
from creators.models.people import Creator
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import User


class Premium(models.Model):
    """What minutes beyond a day's limit are paid on top, and by which rule."""

    minutes = models.PositiveIntegerField(_("overtime, minutes"))
    hour_minor = models.PositiveIntegerField(_("an hour pays, minor units"))
    premium_bps = models.PositiveIntegerField(_("premium, basis points"))
    amount_minor = models.PositiveBigIntegerField(_("premium, minor units"))
    posted_count = models.PositiveIntegerField(_("times posted"), default=0)
    rule_version = models.CharField(_("rule version"), max_length=30)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        abstract = True


@pghistory.track()
class OvertimePremium(Premium):
    """The premium of a show's overtime that its payer owes beside the guarantee."""

    guarantee = models.OneToOneField(
        Guarantee, on_delete=models.PROTECT, related_name="premium"
    )

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("overtime premium")
        verbose_name_plural = _("overtime premiums")

    def __str__(self) -> str:
        return f"{self.guarantee}: {self.amount}"

    @property
    def currency(self) -> str:
        """The guarantee's currency."""
        return self.guarantee.currency

    @property
    def amount(self) -> Money:
        """What the payer owes for overtime."""
        return Money(self.amount_minor, self.currency)


@pghistory.track()
class DutyPremium(Premium):
    """The premium of a co-host or moderator whom a show kept beyond the day's limit.

    It stays with whom it was booked to first: with a creator's account, or with a
    person who had none then.
    """

    guarantee = models.ForeignKey(
        Guarantee, on_delete=models.PROTECT, related_name="duty_premiums"
    )
    creator = models.ForeignKey(
        Creator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="duty_premiums",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="duty_premiums",
    )
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("overtime premium of a helper")
        verbose_name_plural = _("overtime premiums of helpers")
        constraints = [
            models.UniqueConstraint(
                fields=["guarantee", "creator"], name="creators_dutypremium_once"
            ),
            models.UniqueConstraint(
                fields=["guarantee", "person"],
                name="creators_dutypremium_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(creator__isnull=True) ^ Q(person__isnull=True),
                name="creators_dutypremium_of_one_helper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.helper}: {self.amount}"

    @property
    def helper(self) -> Creator | User:
        """Whose it is."""
        helper = self.creator or self.person
        assert helper is not None
        return helper

    @property
    def hour(self) -> Money:
        """What an hour counts as."""
        return Money(self.hour_minor, self.currency)

    @property
    def amount(self) -> Money:
        """What the payer owes for overtime."""
        return Money(self.amount_minor, self.currency)
