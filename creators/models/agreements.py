"""What a creator and a payer agreed, the market's terms, and who said yes to them."""

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.people import Creator
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class PayTerms(models.Model):
    """How work is paid: a guarantee, a commission, or both (E0, E1)."""

    class Engagement(models.TextChoices):
        SELF_EMPLOYED = "self_employed", _("Self-employed")
        WORKER = "worker", _("Worker")
        EMPLOYEE = "employee", _("Employee")
        OWN_GOODS = "own_goods", _("Sells their own goods")

    class Per(models.TextChoices):
        SHOW = "show", _("per show")
        HOUR = "hour", _("per hour")

    class Pays(models.TextChoices):
        GREATER = "greater", _("The greater of guarantee and commission")
        BOTH = "both", _("Guarantee and commission")

    commission_bps = models.PositiveIntegerField(
        _("commission, basis points"), validators=[MaxValueValidator(10_000)]
    )
    guarantee_minor = models.PositiveIntegerField(
        _("guarantee, minor units"), default=0
    )
    guarantee_per = models.CharField(
        _("guarantee counts"), max_length=5, choices=Per, default=Per.SHOW
    )
    pays = models.CharField(
        _("what is paid"), max_length=10, choices=Pays, default=Pays.GREATER
    )
    engagement = models.CharField(
        _("kind of engagement"),
        max_length=15,
        choices=Engagement,
        default=Engagement.SELF_EMPLOYED,
    )
    show_minutes = models.PositiveSmallIntegerField(
        _("show, minutes"), default=60, validators=[MinValueValidator(1)]
    )
    preparation_minutes = models.PositiveSmallIntegerField(
        _("preparation, minutes"), default=0
    )

    class Meta:
        abstract = True

    @property
    def work_minutes(self) -> int:
        """Show and preparation together."""
        return self.show_minutes + self.preparation_minutes


PAY_FIELDS = (
    "commission_bps",
    "guarantee_minor",
    "guarantee_per",
    "pays",
    "engagement",
    "show_minutes",
    "preparation_minutes",
)


@pghistory.track()
class Agreement(PayTerms):
    """What a payer owes a creator for shows; terms are fixed once accepted."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended")

    public_id = PublicIdField()
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="agreements"
    )
    payer = models.ForeignKey(
        "creators.Account", on_delete=models.PROTECT, related_name="agreements_paid"
    )
    title = models.CharField(_("title"), max_length=120, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    rule_version = models.CharField(_("rule version"), max_length=30, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OFFERED
    )
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_bps__lte=10_000),
                name="creators_agreement_commission_at_most_whole",
            ),
            models.CheckConstraint(
                condition=Q(show_minutes__gte=1),
                name="creators_agreement_show_has_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator} {self.commission_bps / 100:g} %"


@pghistory.track()
class MarketTerms(models.Model):
    """What creators of a market agree to, in numbered versions that never change."""

    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="creator_terms"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(_("text"))
    changes = models.TextField(
        _("what is new"), blank=True, help_text=_("In a few plain sentences.")
    )
    published_at = models.DateTimeField(_("published at"), default=clock.now)
    valid_from = models.DateTimeField(_("valid from"))

    class Meta:
        ordering = ["market", "-version"]
        verbose_name = _("terms for creators")
        verbose_name_plural = _("terms for creators")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "version"], name="creators_marketterms_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.version}"


class TermsConsent(models.Model):
    """A creator said yes to a version of a market's terms; kept as it was said."""

    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="consents"
    )
    terms = models.ForeignKey(
        MarketTerms, on_delete=models.PROTECT, related_name="consents"
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("consent to terms")
        verbose_name_plural = _("consents to terms")
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "terms"], name="creators_termsconsent_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator}: {self.terms}"
