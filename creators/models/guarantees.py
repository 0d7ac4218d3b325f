"""Prefunded guarantees: what a show pays whatever sells, and where it came from."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from creators.models.agreements import Agreement
from creators.models.ledger import LedgerTransaction
from creators.models.people import Creator
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@pghistory.track()
class Guarantee(models.Model):
    """The guarantee of one show (E1): funded before it starts, paid after its end."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for funding")
        FUNDED = "funded", _("Funded")
        EARNED = "earned", _("Earned")
        RETURNED = "returned", _("Returned to the payer")
        VOID = "void", _("Not needed any more")

    public_id = PublicIdField()
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="guarantees"
    )
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="guarantees"
    )
    show_ref = models.CharField(_("show"), max_length=16, db_index=True)
    title = models.CharField(_("show's title"), max_length=120)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount to fund, minor units"))
    funded_minor = models.BigIntegerField(_("funded, minor units"), default=0)
    due_minor = models.BigIntegerField(_("paid after the show, minor units"), default=0)
    work_minutes = models.PositiveIntegerField(_("planned work, minutes"))
    worked_minutes = models.PositiveIntegerField(_("work done, minutes"), default=0)
    sold_minor = models.BigIntegerField(
        _("settled commission that it covers, minor units"), default=0
    )
    offset_minor = models.BigIntegerField(
        _("commission that was within it, minor units"), default=0
    )
    offset_count = models.PositiveIntegerField(_("times set off"), default=0)
    rule_version = models.CharField(_("rule version"), max_length=30)
    posting = models.ForeignKey(
        LedgerTransaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guarantees",
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    starts_at = models.DateTimeField(_("planned start"))
    funded_at = models.DateTimeField(_("funded at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("show ended at"), null=True, blank=True)
    due_on = models.DateField(_("paid by"), null=True, blank=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("guarantee")
        verbose_name_plural = _("guarantees")
        constraints = [
            models.UniqueConstraint(
                fields=["show_ref"],
                condition=Q(state__in=["open", "funded", "earned"]),
                name="creators_guarantee_one_per_show",
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0,
                    funded_minor__gte=0,
                    funded_minor__lte=F("amount_minor"),
                ),
                name="creators_guarantee_funded_at_most_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="funded") | Q(funded_minor=F("amount_minor")),
                name="creators_guarantee_funded_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(offset_minor__gte=0, offset_minor__lte=F("due_minor")),
                name="creators_guarantee_offset_at_most_due",
            ),
            models.CheckConstraint(
                condition=~Q(state="earned")
                | Q(
                    posting__isnull=False,
                    due_on__isnull=False,
                    due_minor__gte=F("amount_minor"),
                ),
                name="creators_guarantee_earned_is_posted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.amount}"

    @property
    def amount(self) -> Money:
        """What must be funded before the show."""
        return Money(self.amount_minor, self.currency)

    @property
    def missing(self) -> Money:
        """What is not funded yet."""
        return Money(self.amount_minor - self.funded_minor, self.currency)

    @property
    def due(self) -> Money:
        """What the show pays, at least the amount once it has ended."""
        return Money(self.due_minor or self.amount_minor, self.currency)

    @property
    def is_funded(self) -> bool:
        """Whether the show may start."""
        return self.state in {self.State.FUNDED, self.State.EARNED}


@pghistory.track()
class GuaranteeFunding(models.Model):
    """Money for a guarantee: by card, by bank with two persons, or from a balance."""

    class Source(models.TextChoices):
        PAYMENT = "payment", _("Payment by card")
        RECEIPT = "receipt", _("Bank receipt")
        BALANCE = "balance", _("Settled balance")

    class State(models.TextChoices):
        BOOKED = "booked", _("Waits for a second person")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")

    public_id = PublicIdField()
    guarantee = models.ForeignKey(
        Guarantee, on_delete=models.PROTECT, related_name="fundings"
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    reference = models.CharField(_("reference"), max_length=80)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.BOOKED
    )
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    kept_minor = models.BigIntegerField(
        _("used for the guarantee, minor units"), default=0
    )
    lost_minor = models.BigIntegerField(
        _("taken back by the payer's bank, minor units"), default=0
    )
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    posting = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, null=True, blank=True
    )
    booked_at = models.DateTimeField(_("booked at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        ordering = ["-booked_at", "-id"]
        verbose_name = _("funding of a guarantee")
        verbose_name_plural = _("fundings of guarantees")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "reference"],
                condition=~Q(state="refused"),
                name="creators_guaranteefunding_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0,
                    kept_minor__gte=0,
                    kept_minor__lte=F("amount_minor"),
                ),
                name="creators_guaranteefunding_keeps_at_most_whole",
            ),
            models.CheckConstraint(
                condition=Q(lost_minor__gte=0)
                & (Q(lost_minor=0) | Q(source="payment")),
                name="creators_guaranteefunding_cards_are_taken_back",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(posting__isnull=False),
                name="creators_guaranteefunding_is_posted",
            ),
            models.CheckConstraint(
                condition=~Q(source="receipt", state="confirmed")
                | (
                    Q(booked_by__isnull=False, decided_by__isnull=False)
                    & ~Q(booked_by=F("decided_by"))
                ),
                name="creators_guaranteefunding_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.reference}"

    @property
    def currency(self) -> str:
        """The guarantee's currency."""
        return self.guarantee.currency

    @property
    def amount(self) -> Money:
        """What came."""
        return Money(self.amount_minor, self.guarantee.currency)
