"""Earlier prices that captions spoke of and the record of prices denies."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from livestreams.models import DeniedClaim
from shopfront.common.desk import DeskAdmin


@admin.register(DeniedClaim)
class DeniedClaimAdmin(DeskAdmin):
    """What was said, by which words, and what the record says instead (D3)."""

    list_display = ("at", "said", "lowest", "product", "show", "language", "text")
    fields = ("text", "language", "moment", "said", "lowest", "product", "show", "at")
    readonly_fields = ("moment", "said", "lowest", "product", "show")
    list_select_related = ("pin__product", "pin__bundle", "pin__livestream__market")
    list_filter = ("language", "currency")
    search_fields = ("text", "pin__product__title", "pin__livestream__title")
    date_hierarchy = "at"

    @admin.display(description=_("said at"))
    def moment(self, row: DeniedClaim) -> dt.datetime:
        """Return when it was said, by the clock of the show."""
        return row.said_at.astimezone(ZoneInfo(row.pin.livestream.market.time_zone))

    @admin.display(description=_("price said"), ordering="said_minor")
    def said(self, row: DeniedClaim) -> str:
        """Return the earlier price as it was said."""
        return row.said.format()

    @admin.display(description=_("lowest price of 30 days"), ordering="lowest_minor")
    def lowest(self, row: DeniedClaim) -> str:
        """Return what the record says."""
        return row.lowest.format()

    @admin.display(description=_("product"))
    def product(self, row: DeniedClaim) -> str:
        """Return what was on screen."""
        return row.pin.title

    @admin.display(description=_("show"))
    def show(self, row: DeniedClaim) -> str:
        """Return where it was said."""
        return row.pin.livestream.title
