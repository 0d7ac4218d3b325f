"""Collaborations: what brands offer creators, and what each creator said (P4)."""

import datetime as dt

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Brand, Product
from creators.models import Agreement, Creator, PayTerms
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class Collaboration(PayTerms):
    """A brand's offer, to every creator of a market or to one; its terms are fixed."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        FULL = "full", _("All places taken")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = PublicIdField()
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="collaborations"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    creator = models.ForeignKey(
        Creator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="collaborations",
        help_text=_("Whom it is for; empty for every creator of the market."),
    )
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what it is about"), blank=True)
    places = models.PositiveSmallIntegerField(_("places"), default=1)
    period_from = models.DateTimeField(_("period begins"))
    period_until = models.DateTimeField(_("period ends"))
    closes_at = models.DateTimeField(_("answers until"))
    rule_version = models.CharField(_("rule version"), max_length=30)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    products = models.ManyToManyField(
        Product, related_name="collaborations", verbose_name=_("products")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["closes_at", "id"]
        verbose_name = _("collaboration")
        verbose_name_plural = _("collaborations")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    period_from__lt=F("period_until"),
                    closes_at__lte=F("period_until"),
                ),
                name="catalog_collaboration_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(places__gte=1, commission_bps__lte=10_000),
                name="catalog_collaboration_has_places",
            ),
        ]
        indexes = [
            models.Index(
                fields=["market", "state", "closes_at"],
                name="catalog_collaboration_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_open(self, at: dt.datetime) -> bool:
        """Whether answers are taken at a moment."""
        return self.state == self.State.OPEN and self.closes_at > at


@pghistory.track()
class Proposal(PayTerms):
    """What one creator said to a collaboration; a counter has terms of its own."""

    class State(models.TextChoices):
        COUNTERED = "countered", _("Counter-offer, waits for the brand")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        REFUSED = "refused", _("Counter-offer refused by the brand")

    public_id = PublicIdField()
    collaboration = models.ForeignKey(
        Collaboration, on_delete=models.PROTECT, related_name="proposals"
    )
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="proposals"
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    note = models.TextField(_("the creator's words"), blank=True)
    answer = models.TextField(_("the brand's words"), blank=True)
    agreement = models.OneToOneField(
        Agreement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    changed_at = models.DateTimeField(_("changed at"), default=clock.now)

    class Meta:
        ordering = ["-changed_at", "-id"]
        verbose_name = _("answer to a collaboration")
        verbose_name_plural = _("answers to collaborations")
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "creator"], name="catalog_proposal_once"
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", agreement__isnull=False)
                | (~Q(state="accepted") & Q(agreement=None)),
                name="catalog_proposal_accepted_has_agreement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator}: {self.state}"
