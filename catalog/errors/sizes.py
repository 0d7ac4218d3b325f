"""Refusals of tables of sizes and of pictures of variants."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Invalid


class ChartOfOthers(Invalid):
    """A table of sizes of another brand."""

    code = "catalog.chart_of_others"
    default_message = _("This table is of another brand.")


class VariantOfOthers(Invalid):
    """A variant of another product."""

    code = "catalog.variant_of_others"
    default_message = _("This variant is of another product.")
