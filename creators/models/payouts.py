"""Payout runs: rules per market, who is paid where, runs, payouts and their lines."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.ledger import Account, Entry, LedgerTransaction
from creators.models.sales import Commission
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@pghistory.track()
class PayoutRule(models.Model):
    """How and when a market pays out, from a day on; never edited, only followed."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    class Method(models.TextChoices):
        SEPA = "sepa", _("SEPA credit transfer")
        UK = "uk", _("UK bank file")

    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="payout_rules"
    )
    rhythm = models.CharField(
        _("rhythm"), max_length=10, choices=Rhythm, default=Rhythm.MONTHLY
    )
    day = models.PositiveSmallIntegerField(
        _("day"),
        default=1,
        help_text=_("Of the month (1 to 28), or of the week (1 is Monday)."),
    )
    minimum_minor = models.PositiveIntegerField(_("minimum, minor units"), default=1000)
    method = models.CharField(_("method"), max_length=10, choices=Method)
    payer_name = models.CharField(_("payer"), max_length=70)
    payer_bank_account = models.CharField(
        _("payer's account"),
        max_length=34,
        help_text=_("IBAN, or sort code and account number with a blank between."),
    )
    valid_from = models.DateField(_("valid from"))

    class Meta:
        ordering = ["market", "-valid_from"]
        verbose_name = _("payout rule")
        verbose_name_plural = _("payout rules")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "valid_from"], name="creators_payoutrule_one_per_day"
            ),
            models.CheckConstraint(
                condition=Q(rhythm="weekly", day__range=(1, 7))
                | Q(rhythm="monthly", day__range=(1, 28)),
                name="creators_payoutrule_day_exists",
            ),
            models.CheckConstraint(
                condition=Q(minimum_minor__gte=1),
                name="creators_payoutrule_pays_something",
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def version(self) -> str:
        """How postings and statements name this rule."""
        return f"payout-{self.market.code}-{self.valid_from:%Y%m%d}"


@pghistory.track(exclude=["sealed_account"])
class PayoutDetails(models.Model):
    """Where an owner is paid, sealed at rest; the newest that is usable counts."""

    public_id = PublicIdField()
    owner_kind = models.CharField(_("owner"), max_length=10, choices=Account.Owner)
    owner_ref = models.CharField(_("owner's public id"), max_length=16)
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    holder = models.CharField(_("account holder"), max_length=70)
    sealed_account = models.TextField(editable=False)
    last_four = models.CharField(_("ends in"), max_length=4)
    tax_number = models.CharField(_("tax number"), max_length=30)
    agreed_self_billing_at = models.DateTimeField(
        _("agreed to self-billing at"), null=True, blank=True
    )
    usable_from = models.DateTimeField(_("usable from"))
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-usable_from", "-id"]
        verbose_name = _("payout details")
        verbose_name_plural = _("payout details")
        indexes = [
            models.Index(
                fields=["owner_kind", "owner_ref", "-usable_from"],
                name="creators_payoutdetails_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} …{self.last_four}"


@pghistory.track()
class LineHold(models.Model):
    """One disputed line kept out of payouts: why, by whom, until when (E7)."""

    public_id = PublicIdField()
    commission = models.ForeignKey(
        Commission, on_delete=models.PROTECT, related_name="holds"
    )
    reason = models.CharField(_("reason"), max_length=200)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    held_at = models.DateTimeField(_("held at"), default=clock.now)
    ends_at = models.DateTimeField(_("ends at"))
    appeal = models.TextField(_("appeal"), blank=True)
    appealed_at = models.DateTimeField(_("appealed at"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
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
        ]

    def __str__(self) -> str:
        return f"{self.commission}: {self.reason}"


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


@pghistory.track()
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
    def has_failed(self) -> bool:
        """Whether the money is back in the balance."""
        return self.state in FAILED


FAILED = (Payout.State.REJECTED, Payout.State.RETURNED)


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
