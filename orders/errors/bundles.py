"""Refusals of bundles, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict


class BundleRests(Conflict):
    """A part is in an offer, or the parts cost no more one by one: it is not sold."""

    code = "orders.bundle_rests"
    default_message = _(
        "This bundle rests: its parts cost less one by one right now. "
        "Nothing was charged."
    )


class BundleRaised(Conflict):
    """A bundle is dearer than was shown; `extra` holds its new price."""

    code = "orders.bundle_raised"
    default_message = _("The price of this bundle has risen. Nothing was charged.")
