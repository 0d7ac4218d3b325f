"""Refusals of coupons, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Missing


class CouponUnknown(Missing):
    """No coupon has this code."""

    code = "orders.coupon_unknown"
    default_message = _("We do not know this code. Check how it is written.")


class CouponOtherMarket(Conflict):
    """The code is of another country."""

    code = "orders.coupon_other_market"
    default_message = _("This code is for another country.")


class CouponNotYet(Conflict):
    """Its time has not begun."""

    code = "orders.coupon_not_yet"
    default_message = _("This code cannot be used yet.")


class CouponExpired(Conflict):
    """Its time is over."""

    code = "orders.coupon_expired"
    default_message = _("This code has expired. Nothing was charged.")


class CouponUsedUp(Conflict):
    """As many used it as may."""

    code = "orders.coupon_used_up"
    default_message = _("This code has been used up. Nothing was charged.")


class CouponUsed(Conflict):
    """This person has used it as often as one may."""

    code = "orders.coupon_used"
    default_message = _("You have used this code already. Nothing was charged.")


class CouponMinimum(Conflict):
    """The goods are worth less than it needs."""

    code = "orders.coupon_minimum"
    default_message = _("Your goods are worth less than this code needs.")


class CouponNotForThis(Conflict):
    """Nothing here is of its brand, or all has the price of an offer."""

    code = "orders.coupon_not_for_this"
    default_message = _(
        "This code takes nothing off these goods. Offers are as low as they go."
    )


class CouponNotShown(Conflict):
    """Nothing here was tapped in its show, or in a show of its creator."""

    code = "orders.coupon_not_shown"
    default_message = _(
        "This code is for goods that you open in its show. Nothing was charged."
    )


class CouponFirstOrder(Conflict):
    """This person has ordered before."""

    code = "orders.coupon_first_order"
    default_message = _("This code is for a first order. Nothing was charged.")
