"""Reported pictures in the admin: blurred there too, taken down or shown again."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestreams.models import PictureReport, VeiledPicture
from livestreams.services.veils import decide_picture
from shopfront.common.desk import DeskAdmin, DeskTable, Rows
from shopfront.common.http import person_of


class PictureReportTable(DeskTable):
    """Who reported a picture."""

    model = PictureReport
    related = ("reporter",)
    show_change_link = False
    fields = ("created_at", "reporter")


@admin.register(VeiledPicture)
class VeiledPictureAdmin(DeskAdmin):
    """Pictures that people reported as offensive, and what we decided."""

    list_display = (
        "created_at",
        "kind",
        "creator",
        "livestream",
        "state",
        "decided_by",
        "answer",
    )
    list_select_related = ("creator", "livestream", "decided_by")
    list_filter = ("state", "kind")
    search_fields = ("creator__handle", "public_id")
    date_hierarchy = "created_at"
    exclude = ("original", "veil")
    readonly_fields = ("shown",)
    inlines = (PictureReportTable,)
    actions = ("take_down", "show_again")

    @admin.display(description=gettext_lazy("picture"))
    def shown(self, row: VeiledPicture) -> SafeString:
        """Show it blurred, with a way to see it."""
        return render_to_string("admin/_veiled_picture.html", {"picture": row})

    @admin.action(description=gettext_lazy("Take down"), permissions=["act"])
    def take_down(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Agree that pictures are offensive: they go for good."""
        return self._decide(request, rows, _("Take down"), is_offensive=True)

    @admin.action(description=gettext_lazy("Show again"), permissions=["act"])
    def show_again(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Find nothing wrong with pictures: all see them again."""
        return self._decide(request, rows, _("Show again"), is_offensive=False)

    def _decide(
        self, request: HttpRequest, rows: Rows, title: str, *, is_offensive: bool
    ) -> HttpResponse | None:
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("creator", "livestream"),
            title=title,
            act=lambda row, said: decide_picture(
                row, is_offensive=is_offensive, by=by, reason=said["reason"]
            ),
        )
