"""Products that people reported: one case each, decided, appealed once (C7, S5)."""

import datetime as dt

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.models.appeals import APPEALED_WITHIN, AppealFacts


class ReportReason(models.TextChoices):
    """What is wrong with a product."""

    DANGER = "danger", _("It is dangerous")
    ILLEGAL = "illegal", _("It is counterfeit or against the law")
    AGE = "age", _("It is not allowed for the age it is shown to")
    MISLEADING = "misleading", _("Its description or price is misleading")
    OTHER = "other", _("Something else")


@pghistory.track()
class ReportedProduct(models.Model):
    """What people report of one product until it is decided; then a new case opens."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for a decision")
        WITHDRAWN = "withdrawn", _("Withdrawn from sale")
        FINE = "fine", _("Stays on sale")

    class Ground(models.TextChoices):
        """Art. 17(3)(d) and (e) of Regulation (EU) 2022/2065 ask which it is."""

        LAW = "law", _("It is against the law")
        TERMS = "terms", _("It is against our terms")

    public_id = PublicIdField()
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="report_cases"
    )
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.OPEN
    )
    is_urgent = models.BooleanField(
        _("urgent"), default=False, help_text=_("Somebody says that it is dangerous.")
    )
    created_at = models.DateTimeField(_("first reported at"), default=clock.now)
    reported_at = models.DateTimeField(_("last reported at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ground = models.CharField(_("ground"), max_length=5, choices=Ground, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    state_before = models.CharField(
        _("product's state before"),
        max_length=10,
        choices=Product.State,
        blank=True,
        help_text=_("Empty where this decision did not take it off sale."),
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("reported product")
        verbose_name_plural = _("reported products")
        constraints = [
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(state="open"),
                name="catalog_reportedproduct_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | (
                    ~Q(state="open")
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="catalog_reportedproduct_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") & ~Q(ground="")
                | ~Q(state="withdrawn") & Q(ground="", state_before=""),
                name="catalog_reportedproduct_withdrawn_on_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}"

    @property
    def appeal_until(self) -> dt.datetime | None:
        """Until when its brand may complain; None where it is not withdrawn."""
        if self.state != self.State.WITHDRAWN or self.decided_at is None:
            return None
        return self.decided_at + APPEALED_WITHIN

    @property
    def can_be_appealed(self) -> bool:
        """Whether it is off sale by a decision that is not too old to complain of."""
        return self.appeal_until is not None and clock.now() < self.appeal_until


@pghistory.track(exclude=["words", "email"])
class ProductReport(models.Model):
    """Somebody told us what is wrong with a product; the receipt is its id (C7).

    What somebody wrote can be erased, so history does not keep it.
    """

    public_id = PublicIdField()
    case = models.ForeignKey(
        ReportedProduct, on_delete=models.CASCADE, related_name="reports"
    )
    holder = models.CharField(
        _("holder"), max_length=64, help_text=_("The account, or else the browser.")
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="product_reports",
        help_text=_("Empty for a guest."),
    )
    email = models.EmailField(
        _("e-mail address"), blank=True, help_text=_("Of a guest who gave one.")
    )
    language = models.CharField(_("language"), max_length=10)
    reason = models.CharField(_("reason"), max_length=10, choices=ReportReason)
    words = models.CharField(_("in their words"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    erasure_asked_at = models.DateTimeField(
        _("erasure asked at"),
        null=True,
        blank=True,
        help_text=_("Their words go once it is decided."),
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("report of a product")
        verbose_name_plural = _("reports of products")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "holder"], name="catalog_productreport_once"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def address(self) -> str:
        """Where its sender reads letters; empty where no address is known."""
        if self.reporter is None:
            return self.email
        return self.reporter.email if self.reporter.is_active else ""

    @property
    def appeal_until(self) -> dt.datetime | None:
        """Until when its sender may complain; None while nothing was decided so."""
        if self.case.state != ReportedProduct.State.FINE:
            return None
        assert self.case.decided_at is not None
        return self.case.decided_at + APPEALED_WITHIN

    @property
    def can_be_appealed(self) -> bool:
        """Whether its sender was told no of late and did not complain yet.

        A query where it was read without its appeal.
        """
        until = self.appeal_until
        is_open = until is not None and clock.now() < until
        return is_open and not hasattr(self, "appeal")


@pghistory.track()
class ProductAppeal(AppealFacts):
    """A brand asks that somebody else looks at its product again (S5)."""

    case = models.OneToOneField(
        ReportedProduct, on_delete=models.CASCADE, related_name="appeal"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="product_appeals",
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("appeal about a product")
        verbose_name_plural = _("appeals about products")

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.text[:40]}"


@pghistory.track(exclude=["text"])
class ReportAppeal(AppealFacts):
    """Who reported a product that stays on sale asks that somebody else looks (S5).

    What somebody wrote can be erased, so history does not keep it.
    """

    report = models.OneToOneField(
        ProductReport, on_delete=models.CASCADE, related_name="appeal"
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("appeal of a reporter")
        verbose_name_plural = _("appeals of reporters")

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.text[:40]}"
