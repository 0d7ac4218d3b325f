"""Premiums of overtime in shows: what their payers owe hosts and helpers (E2)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
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

    A guarantee's payer owes it, or where the show had none the show's creator, from
    whose commission it is collected. It stays with whom it was booked to first: with a
    creator's account, or with a person who had none then.
    """

    guarantee = models.ForeignKey(
        Guarantee,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="duty_premiums",
    )
    payer = models.ForeignKey(
        Creator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owed_premiums",
        verbose_name=_("owed by"),
        help_text=_("The show's creator, where no guarantee's payer owes it."),
    )
    show_ref = models.CharField(_("show"), max_length=16)
    title = models.CharField(_("show's title"), max_length=120)
    ended_at = models.DateTimeField(_("show ended at"))
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
    posted_minor = models.PositiveBigIntegerField(
        _("taken from who owes it, minor units"), default=0
    )
    borne_minor = models.PositiveBigIntegerField(
        _("borne by the operator, minor units"),
        default=0,
        help_text=_("Given back to who did not owe it; the helper keeps it."),
    )

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("overtime premium of a helper")
        verbose_name_plural = _("overtime premiums of helpers")
        indexes = [
            models.Index(
                fields=["payer"],
                condition=Q(amount_minor__gt=F("posted_minor") + F("borne_minor")),
                name="creators_dutypremium_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["show_ref", "creator"], name="creators_dutypremium_once"
            ),
            models.UniqueConstraint(
                fields=["show_ref", "person"],
                name="creators_dutypremium_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(creator__isnull=True) ^ Q(person__isnull=True),
                name="creators_dutypremium_of_one_helper",
            ),
            models.CheckConstraint(
                condition=Q(guarantee__isnull=True) ^ Q(payer__isnull=True),
                name="creators_dutypremium_owed_by_one",
            ),
            models.CheckConstraint(
                condition=Q(posted_minor__lte=F("amount_minor")),
                name="creators_dutypremium_takes_what_is_owed",
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
    def user(self) -> User:
        """Who helped; a query where the creator was read without."""
        helper = self.helper
        return helper.user if isinstance(helper, Creator) else helper

    @property
    def helper_name(self) -> str:
        """What others call the helper."""
        helper = self.helper
        return helper.display_name if isinstance(helper, Creator) else helper.name

    @property
    def hour(self) -> Money:
        """What an hour counts as."""
        return Money(self.hour_minor, self.currency)

    @property
    def amount(self) -> Money:
        """What is owed for the overtime."""
        return Money(self.amount_minor, self.currency)

    @property
    def taken(self) -> Money:
        """What was taken from who owes it so far."""
        return Money(self.posted_minor, self.currency)

    @property
    def got(self) -> Money:
        """What the helper has of it so far."""
        return Money(self.posted_minor + self.borne_minor, self.currency)

    @property
    def rest(self) -> Money:
        """What still waits until its payer earns."""
        rest = self.amount_minor - self.posted_minor - self.borne_minor
        return Money(max(0, rest), self.currency)

    @property
    def due(self) -> Money:
        """What is the helper's in all: what was got once stays theirs."""
        return self.got + self.rest
