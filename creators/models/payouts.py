"""Payout runs, payouts and their lines, and what banks answer."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.connected import ConnectedAccount
from creators.models.ledger import Account, Entry, LedgerTransaction
from creators.models.payees import PayoutDetails, PayoutRule
from creators.models.sales import Commission
from creators.models.tracking import track_sets
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@pghistory.track(exclude=["sealed_file"])
class PayoutRun(models.Model):
    """All payouts of a market on one day; claimed, prepared, released (E6)."""

    class State(models.TextChoices):
        OPEN = "open", _("Being claimed")
        CLAIMED = "claimed", _("Claimed")
        PREPARED = "prepared", _("Prepared")
        RELEASED = "released", _("Released")

    public_id = PublicIdField()
    rule = models.ForeignKey(PayoutRule, on_delete=models.PROTECT)
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    currency = models.CharField(_("currency"), max_length=3)
    due_on = models.DateField(_("due on"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    sealed_file = models.TextField(blank=True, editable=False)
    only_guarantees = models.BooleanField(_("for guarantees only"), default=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-due_on", "market"]
        verbose_name = _("payout run")
        verbose_name_plural = _("payout runs")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "due_on"], name="creators_payoutrun_one_per_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="released")
                | (
                    Q(prepared_by__isnull=False, released_by__isnull=False)
                    & ~Q(prepared_by=models.F("released_by"))
                ),
                name="creators_payoutrun_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.due_on}"


@track_sets
class Payout(models.Model):
    """What one owner gets in a run; `public_id` is its end-to-end id at the bank."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("Being prepared")
        SENT = "sent", _("With the bank")
        CONFIRMED = "confirmed", _("Paid")
        REJECTED = "rejected", _("Refused by the bank")
        RETURNED = "returned", _("Sent back by the bank")

    public_id = PublicIdField()
    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="payouts")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="payouts"
    )
    details = models.ForeignKey(PayoutDetails, on_delete=models.PROTECT)
    connected = models.ForeignKey(
        ConnectedAccount,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payouts",
    )
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.CLAIMED
    )
    reason = models.CharField(_("bank's reason"), max_length=200, blank=True)
    posting = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="payouts"
    )
    invoice_number = models.CharField(
        _("self-billed invoice"), max_length=40, blank=True
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    changed_at = models.DateTimeField(_("changed at"), default=clock.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "account"], name="creators_payout_one_per_run"
            ),
            models.UniqueConstraint(
                fields=["invoice_number"],
                condition=~Q(invoice_number=""),
                name="creators_payout_invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="creators_payout_pays_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.details} {self.amount}"

    @property
    def amount(self) -> Money:
        """What is paid."""
        return Money(self.amount_minor, self.currency)

    @property
    def state_words(self) -> str:
        """Say how it stands, in the words for a bank or for Stripe; no query."""
        state = self.State(self.state)
        words = AT_STRIPE.get(state) if self.connected_id else None
        return str(words or state.label)

    @property
    def has_failed(self) -> bool:
        """Whether the money is back in the balance."""
        return self.state in FAILED


FAILED = (Payout.State.REJECTED, Payout.State.RETURNED)
AT_STRIPE = {
    Payout.State.SENT: _("On its way by Stripe"),
    Payout.State.REJECTED: _("Refused by Stripe"),
    Payout.State.RETURNED: _("Came back from Stripe"),
}


class PayoutLine(models.Model):
    """One line of a payout as it stood then; the lines sum to the payout.

    A creator's line is of a commission, a brand's of an entry of its account. `paid` is
    what earlier payouts that stand had of the same line.
    """

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="lines")
    commission = models.ForeignKey(
        Commission,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payout_lines",
    )
    entry = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payout_lines",
    )
    title = models.CharField(_("what was sold"), max_length=200)
    reversed_minor = models.BigIntegerField(_("reversed, minor units"), default=0)
    paid_minor = models.BigIntegerField(_("paid before, minor units"), default=0)
    amount_minor = models.BigIntegerField(_("amount, minor units"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("payout line")
        verbose_name_plural = _("payout lines")
        constraints = [
            models.UniqueConstraint(
                fields=["payout", "commission"],
                name="creators_payoutline_commission_once",
            ),
            models.UniqueConstraint(
                fields=["payout", "entry"], name="creators_payoutline_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(commission__isnull=True) ^ Q(entry__isnull=True),
                name="creators_payoutline_of_one_thing",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.amount_minor}"

    @property
    def amount(self) -> Money:
        """What the line pays."""
        return Money(self.amount_minor, self.payout.currency)


class BankAnswer(models.Model):
    """One thing that a bank said of one payment; each is kept once, none is lost."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        BOOKED = "booked", _("Booked")
        REJECTED = "rejected", _("Refused")
        RETURNED = "returned", _("Sent back")

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("Applied")
        REPEATED = "repeated", _("Said before")
        UNKNOWN = "unknown", _("No such payout")
        CONTRADICTORY = "contradictory", _("Contradicts what is known")

    public_id = PublicIdField()
    key = models.CharField(max_length=64, unique=True, editable=False)
    message_id = models.CharField(_("message"), max_length=70)
    end_to_end_id = models.CharField(_("end-to-end id"), max_length=35, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    amount_minor = models.BigIntegerField(_("amount, minor units"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    payout = models.ForeignKey(
        Payout,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("bank answer")
        verbose_name_plural = _("bank answers")
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.end_to_end_id} {self.verdict}"
