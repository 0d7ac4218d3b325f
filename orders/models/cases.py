"""Cases: what a shopper and the shop settle between them, away from the room (O3)."""

import pghistory
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders.models.orders import OrderLine
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class Case(models.Model):
    """A complaint or question of one shopper, with a number and an end."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("About an order")
        QUALITY = "quality", _("About quality")
        DANGER = "danger", _("About danger")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    public_id = PublicIdField()
    number = models.CharField(_("number"), max_length=20, unique=True)
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases"
    )
    line = models.ForeignKey(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        help_text=_("The shopper's own paid line that it is about, if any."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    cause_kind = models.CharField(_("came from"), max_length=30, blank=True)
    cause_ref = models.CharField(_("its id"), max_length=40, blank=True)
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["cause_kind", "cause_ref"],
                condition=~models.Q(cause_ref=""),
                name="orders_case_once_per_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-opened_at"], name="orders_case_of_shopper"),
            models.Index(
                fields=["-opened_at"],
                condition=models.Q(line__isnull=False),
                name="orders_case_on_line",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the address of the shopper's page of this case."""
        return reverse("orders:case-detail", args=[self.public_id])

    @property
    def is_closed(self) -> bool:
        """Whether nobody writes in it any more."""
        return self.state == self.State.CLOSED


class CaseMessage(models.Model):
    """One letter of a case's thread."""

    class Side(models.TextChoices):
        SHOPPER = "shopper", _("Shopper")
        BRAND = "brand", _("Brand")
        STAFF = "staff", _("Staff")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    side = models.CharField(
        _("written by"), max_length=7, choices=Side, default=Side.SHOPPER
    )
    text = models.CharField(_("text"), max_length=2000)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("letter of a case")
        verbose_name_plural = _("letters of cases")

    def __str__(self) -> str:
        return self.text[:60]
