"""Coupons: a code that takes something off, and who has used it (D5)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.codes import CodeTerms
from creators.models import Creator
from orders.models.orders import Checkout
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@pghistory.track()
class Coupon(CodeTerms):
    """A code of one market, of one brand or of all, for a while.

    One that is not open to all may be for goods tapped in one show or with one
    creator, or for first orders.

    Stacking: one coupon per checkout, and none on pieces at the price of an offer or
    of a bundle, so that no coupon goes below what a brand allowed. Something is
    always left to pay: nine tenths come off at most, or an amount below the least
    worth.
    """

    public_id = PublicIdField()
    code = models.CharField(_("code"), max_length=30)
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    is_public = models.BooleanField(
        _("open to all"),
        default=False,
        help_text=_(
            "Anybody may read and use it: it lowers the price that later reductions "
            "are measured from."
        ),
    )
    show_ref = models.CharField(
        _("show's public id"),
        max_length=16,
        blank=True,
        help_text=_("Goods tapped in this show only; empty for any way to them."),
    )
    creator = models.ForeignKey(
        Creator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Goods tapped in shows of this creator only."),
    )
    is_first_order = models.BooleanField(
        _("first orders only"),
        default=False,
        help_text=_("By account and e-mail address; cancelled orders do not count."),
    )
    most_uses = models.PositiveIntegerField(_("uses in all"), null=True, blank=True)
    most_per_shopper = models.PositiveSmallIntegerField(
        _("uses per shopper"), default=1
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "code"], name="orders_coupon_code_per_market"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    percent_bps__gte=1, percent_bps__lte=9_000, amount_minor=None
                )
                | models.Q(
                    percent_bps=None,
                    amount_minor__gte=1,
                    amount_minor__lt=models.F("minimum_minor"),
                ),
                name="orders_coupon_percent_or_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z0-9-]{3,30}$"),
                name="orders_coupon_code_is_plain",
            ),
            models.CheckConstraint(
                condition=models.Q(is_public=False)
                | models.Q(show_ref="", creator=None, is_first_order=False),
                name="orders_coupon_public_is_for_all",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Write the code in capitals; refuse percent and amount together."""
        self.code = self.code.strip().upper()
        if (self.percent_bps is None) == (self.amount_minor is None):
            raise ValidationError(_("Give a percentage or an amount, not both."))
        if self.amount_minor is not None and self.amount_minor >= self.minimum_minor:
            raise ValidationError(
                _("The goods must be worth more than the amount that comes off.")
            )
        if self.is_public and (self.is_of_shows or self.is_first_order):
            raise ValidationError(
                _("What is open to all is for no show, creator or first order alone.")
            )

    @property
    def is_of_shows(self) -> bool:
        """Whether goods count only where they were tapped in a show that it names."""
        return bool(self.show_ref) or self.creator_id is not None

    @property
    def minimum(self) -> Money:
        """What the goods must be worth."""
        return Money(self.minimum_minor, self.market.currency)


class CouponUse(models.Model):
    """A placed checkout that a coupon took something off.

    It counts while the checkout lives: one that lapses, or whose orders are all
    cancelled or paid back whole, has used nothing.
    """

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="uses")
    checkout = models.OneToOneField(
        Checkout, on_delete=models.PROTECT, related_name="coupon_use"
    )
    keys = ArrayField(
        models.CharField(max_length=64),
        verbose_name=_("counted for"),
        help_text=_("Keyed hashes of account and e-mail address."),
    )
    discount_minor = models.BigIntegerField(_("discount, minor units"))
    used_at = models.DateTimeField(_("used at"), default=clock.now)

    class Meta:
        ordering = ["-used_at"]
        verbose_name = _("use of a coupon")
        verbose_name_plural = _("uses of coupons")

    def __str__(self) -> str:
        return f"{self.coupon} {self.checkout}"
