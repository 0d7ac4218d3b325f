"""How markets pay out, and where and as whom owners are paid."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.ledger import Account
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class PayoutRule(models.Model):
    """How and when a market pays out, from a day on; never edited, only followed."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")

    class Method(models.TextChoices):
        SEPA = "sepa", _("SEPA credit transfer")
        UK = "uk", _("UK bank file")
        STRIPE = "stripe", _("Stripe transfers")

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
    payer_address = models.TextField(
        _("payer's address"),
        blank=True,
        help_text=_("As it stands on the invoices that we write for creators."),
    )
    payer_vat_number = models.CharField(
        _("payer's VAT number"), max_length=20, blank=True
    )
    valid_from = models.DateField(_("valid from"))
    created_at = models.DateTimeField(
        _("created at"), default=clock.now, editable=False
    )

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

    @property
    def is_by_stripe(self) -> bool:
        """Whether Stripe makes the transfers, and no file goes to a bank."""
        return self.method == self.Method.STRIPE

    @property
    def currency(self) -> str:
        """The only currency that the method can carry; Stripe carries the market's."""
        if self.is_by_stripe:
            return self.market.currency
        return CURRENCIES[self.Method(self.method)]

    def clean(self) -> None:
        """Refuse a method that cannot carry the market's currency."""
        if not vars(self).get("market_id") or self.method not in self.Method.values:
            return  # missing where the form's field was wrong
        if self.market.currency != self.currency:
            raise ValidationError(
                {"method": _("This method does not pay in the market's currency.")}
            )


CURRENCIES = {PayoutRule.Method.SEPA: "EUR", PayoutRule.Method.UK: "GBP"}


@pghistory.track(exclude=["sealed_account"])
class PayoutDetails(models.Model):
    """Where and as whom an owner is paid; per market the newest that is usable counts.

    The account is sealed at rest. Tax data are what invoices and the reports to tax
    offices need (Directive (EU) 2021/514, DAC7).
    """

    class Vat(models.TextChoices):
        NONE = "none", _("Not registered for VAT")
        HERE = "here", _("Registered in this market")
        ABROAD = "abroad", _("Registered in another country")

    public_id = PublicIdField()
    owner_kind = models.CharField(_("owner"), max_length=10, choices=Account.Owner)
    owner_ref = models.CharField(_("owner's public id"), max_length=16)
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    holder = models.CharField(_("account holder"), max_length=70)
    sealed_account = models.TextField(editable=False)
    last_four = models.CharField(_("ends in"), max_length=4)
    legal_name = models.CharField(_("legal name"), max_length=120, blank=True)
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country of residence"), max_length=2, blank=True)
    born_on = models.DateField(
        _("born on"), null=True, blank=True, help_text=_("Companies have none.")
    )
    tax_number = models.CharField(_("tax number"), max_length=30)
    vat_status = models.CharField(
        _("VAT"), max_length=10, choices=Vat, default=Vat.NONE
    )
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    email = models.EmailField(
        _("told at"), blank=True, help_text=_("Where a later change is told too.")
    )
    agreed_self_billing_at = models.DateTimeField(
        _("agreed to self-billing at"), null=True, blank=True
    )
    usable_from = models.DateTimeField(_("usable from"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
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

    @property
    def has_tax_data(self) -> bool:
        """Whether nothing is missing that a payout needs."""
        needed = (self.legal_name, self.address, self.country, self.tax_number)
        needs_vat = self.vat_status != self.Vat.NONE
        return all(needed) and (bool(self.vat_number) or not needs_vat)
