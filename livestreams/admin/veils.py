"""Reported pictures in the admin: blurred there too, decided, appealed, undone."""

import datetime as dt

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestreams.models import PictureAppeal, PictureReport, VeiledPicture
from livestreams.selectors.veils import ABOUT, find_url
from livestreams.services import veil_decisions
from livestreams.services.veil_places import is_withheld
from shopfront.common.desk import Answers, DeskAdmin, DeskTable, Rows
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
        "shown_subject",
        "state",
        "decided_by",
        "answer",
    )
    list_select_related = (*ABOUT, "decided_by")
    list_filter = ("state", "kind")
    search_fields = ("creator__handle", "product__title", "public_id")
    date_hierarchy = "created_at"
    exclude = ("original", "veil")
    readonly_fields = ("shown",)
    inlines = (PictureReportTable,)
    actions = ("take_down", "show_again", "undo")

    @admin.display(description=gettext_lazy("what it shows"))
    def shown_subject(self, row: VeiledPicture) -> str:
        """Name the product, clip, show or creator."""
        return row.subject

    @admin.display(description=gettext_lazy("picture"))
    def shown(self, row: VeiledPicture) -> SafeString:
        """Show it blurred, with a way to see it."""
        return show_picture(row)

    @admin.action(description=gettext_lazy("Take down"), permissions=["act"])
    def take_down(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Agree that pictures are offensive: nobody sees them any more."""
        return self._decide(request, rows, _("Take down"), is_offensive=True)

    @admin.action(description=gettext_lazy("Show again"), permissions=["act"])
    def show_again(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Find nothing wrong with pictures: all see them again."""
        return self._decide(request, rows, _("Show again"), is_offensive=False)

    @admin.action(description=gettext_lazy("Undo"), permissions=["act"])
    def undo(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put back what was taken down."""
        by = person_of(request)

        def act(row: VeiledPicture, said: Answers) -> None:
            veil_decisions.undo_picture(row, by=by, reason=said["reason"])

        chosen = rows.select_related(*ABOUT)
        return self.decide(request, chosen, title=_("Undo"), act=act)

    def get_urls(self) -> list[URLPattern]:
        """Add the file of what was taken down, which no other page serves."""
        page = self.admin_site.admin_view(self.file)
        return [
            path("<int:pk>/file/", page, name="veiled-picture-file"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        """Serve a picture that was taken down to who decides about it."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(pk))
        if row is None or not is_withheld(row):
            raise Http404
        return FileResponse(
            default_storage.open(row.original), content_type="image/jpeg"
        )

    def _decide(
        self, request: HttpRequest, rows: Rows, title: str, *, is_offensive: bool
    ) -> HttpResponse | None:
        by = person_of(request)

        def act(row: VeiledPicture, said: Answers) -> None:
            veil_decisions.decide_picture(
                row, is_offensive=is_offensive, by=by, reason=said["reason"]
            )

        chosen = rows.select_related(*ABOUT)
        return self.decide(request, chosen, title=title, act=act)


@admin.register(PictureAppeal)
class PictureAppealAdmin(DeskAdmin):
    """Appeals of those whose pictures were taken down; who did that may not decide."""

    list_display = (
        "created_at",
        "due_shown",
        "person",
        "picture",
        "text",
        "state",
        "decided_by",
    )
    list_select_related = (
        "person",
        "decided_by",
        *(f"picture__{name}" for name in ABOUT),
    )
    list_filter = ("state",)
    search_fields = ("person__email", "text", "public_id")
    date_hierarchy = "created_at"
    ordering = ("-state", "id")
    readonly_fields = ("shown", "taken_down_for")
    actions = ("grant", "refuse")

    @admin.display(description=gettext_lazy("decide by"))
    def due_shown(self, row: PictureAppeal) -> dt.datetime:
        """Show until when it is decided."""
        return row.due_at

    @admin.display(description=gettext_lazy("picture"))
    def shown(self, row: PictureAppeal) -> SafeString:
        """Show what it is about, blurred, with a way to see it."""
        return show_picture(row.picture)

    @admin.display(description=gettext_lazy("taken down because"))
    def taken_down_for(self, row: PictureAppeal) -> str:
        """Show the reason that was given, and by whom."""
        return f"{row.picture.answer} ({row.picture.decided_by})"

    @admin.action(description=gettext_lazy("Grant"), permissions=["act"])
    def grant(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put the picture back, and tell whose it is."""
        by = person_of(request)

        def act(row: PictureAppeal, said: Answers) -> None:
            veil_decisions.grant_picture_appeal(row, by=by, answer=said["reason"])

        return self.decide(request, _with_picture(rows), title=_("Grant"), act=act)

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Delete the picture for good, and tell whose it is why."""
        by = person_of(request)

        def act(row: PictureAppeal, said: Answers) -> None:
            veil_decisions.refuse_picture_appeal(row, by=by, answer=said["reason"])

        return self.decide(request, _with_picture(rows), title=_("Refuse"), act=act)


def show_picture(row: VeiledPicture) -> SafeString:
    """Return the markup of a reported picture, as far as there is one to see."""
    state = VeiledPicture.State
    address = ""
    if row.state != state.REMOVED or row.clip is not None:
        address = find_url(row)
    elif is_withheld(row):
        address = reverse("admin:veiled-picture-file", args=[row.pk])
    veil = default_storage.url(row.veil) if row.state != state.FINE else ""
    context = {"address": address, "veil": veil}
    return render_to_string("admin/_veiled_picture.html", context)


def _with_picture(rows: Rows) -> Rows:
    about = (f"picture__{name}" for name in ABOUT)
    return rows.select_related("person", *about)
