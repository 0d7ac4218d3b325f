"""Refusals of the catalog app, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class ProductMissing(Missing):
    """There is no such product, or it is not for sale any more."""

    code = "catalog.product_missing"
    default_message = _("We do not sell this product, or not any more.")


class BadQuantity(Invalid):
    """A quantity that is no positive whole number."""

    code = "catalog.bad_quantity"
    default_message = _("Choose a whole number of pieces, one or more.")


class UnderAge(Denied):
    """Assurance puts this person below 18: nothing may be held (S6)."""

    code = "catalog.under_age"
    default_message = _("You must be 18 or older to buy here. Watching stays free.")


class StockShort(Conflict):
    """There is not enough left; `extra["available"]` says how much is."""

    code = "catalog.stock_short"
    default_message = _("There is not enough left.")


class HoldLimit(Conflict):
    """This person holds as much as one person may."""

    code = "catalog.hold_limit"
    default_message = _(
        "You are holding many pieces already. Pay for them or let them go first."
    )


class StockPromised(Conflict):
    """A stock-take below what is promised; `extra["promised"]` says how much."""

    code = "catalog.stock_promised"
    default_message = _(
        "More pieces than this are promised to shoppers already. Count again."
    )


class BadPrice(Invalid):
    """A price that is not above zero."""

    code = "catalog.bad_price"
    default_message = _("A price must be above zero.")


class BadPicture(Invalid):
    """A file that is no picture we can show."""

    code = "catalog.bad_picture"
    default_message = _("This file is not a picture. Send a JPEG, PNG, WebP or AVIF.")


class PictureTooLarge(Invalid):
    """A picture with too many bytes or pixels."""

    code = "catalog.picture_too_large"
    default_message = _(
        "This picture is too large: at most 15 MB and 50 million pixels."
    )
