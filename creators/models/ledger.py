"""The double-entry ledger: integer minor units, zero-sum, append-only."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField

ZERO_SUM = """
IF (SELECT COALESCE(SUM(amount_minor), 0) FROM creators_entry
    WHERE transaction_id = NEW.transaction_id AND currency = NEW.currency) <> 0 THEN
    RAISE EXCEPTION 'entries of transaction % do not sum to zero', NEW.transaction_id;
END IF;
RETURN NULL;
"""


class Account(models.Model):
    """One side of the books, per owner and currency; its balance is a sum."""

    class Kind(models.TextChoices):
        SHOPPER_CLEARING = "shopper_clearing", _("Shopper clearing")
        BRAND_PAYABLE = "brand_payable", _("Brand payable")
        CREATOR_PENDING = "creator_pending", _("Creator pending")
        CREATOR_AVAILABLE = "creator_available", _("Creator available")
        HELPER_PAYABLE = "helper_payable", _("Helper payable")
        PAID_OUT = "paid_out", _("Paid out")
        GATEWAY = "gateway", _("Gateway")
        BANK = "bank", _("Bank")
        ESCROW = "escrow", _("Escrow")
        PLATFORM_FEE = "platform_fee", _("Platform fee")
        TAX = "tax", _("Tax")
        ROUNDING = "rounding", _("Rounding")

    class Owner(models.TextChoices):
        OPERATOR = "operator", _("Operator")
        BRAND = "brand", _("Brand")
        CREATOR = "creator", _("Creator")
        PERSON = "person", _("Person without a creator account")

    public_id = PublicIdField()
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    owner_kind = models.CharField(_("owner"), max_length=10, choices=Owner)
    owner_ref = models.CharField(_("owner's public id"), max_length=16, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner_kind", "owner_ref", "currency"],
                name="creators_account_one_per_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner_kind} {self.owner_ref} {self.currency}".strip()

    @property
    def has_minimum(self) -> bool:
        """Whether a run pays from a minimum on; who helped once would wait for ever."""
        return self.kind != self.Kind.HELPER_PAYABLE


class LedgerTransaction(models.Model):
    """A balanced posting, its cause and the version of the rule that made it."""

    public_id = PublicIdField()
    kind = models.CharField(_("kind"), max_length=30)
    cause_kind = models.CharField(_("cause"), max_length=30)
    cause_ref = models.CharField(_("cause's public id"), max_length=64)
    rule_version = models.CharField(_("rule version"), max_length=30)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        verbose_name=_("reverses"),
    )
    at = models.DateTimeField(_("at"), default=clock.now, db_index=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "cause_kind", "cause_ref"],
                name="creators_ledgertransaction_once_per_cause",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cause_kind} {self.cause_ref}"


class Entry(models.Model):
    """One side of a posting: a debit is positive, a credit negative."""

    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="entries"
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries"
    )
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="zero_sum",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=ZERO_SUM,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"


class BalanceSnapshot(models.Model):
    """What an account's entries summed to, up to one of them; a sum to check by."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="snapshots"
    )
    last_entry = models.ForeignKey(Entry, on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["-last_entry_id"]
        verbose_name = _("balance snapshot")
        verbose_name_plural = _("balance snapshots")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "last_entry"],
                name="creators_balancesnapshot_once_per_entry",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor}"
