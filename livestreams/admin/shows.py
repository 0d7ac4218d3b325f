"""Shows and rooms in the admin: end a show, decide on messages."""

from typing import Protocol

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestreams.admin.briefings import ask_for_briefing
from livestreams.admin.giveaways import ask_for_giveaway
from livestreams.admin.said import said_end_reason, said_why
from livestreams.models import (
    ChatMessage,
    ChatPin,
    Clip,
    CoHost,
    Gateway,
    Livestream,
    LivestreamProduct,
    Pin,
    Poll,
    Question,
    Recording,
    RoomRules,
    RunItem,
    ShowInvitation,
)
from livestreams.services import replays
from livestreams.services.chat import release_message, remove_message
from livestreams.services.shows import end_livestream
from shopfront.common.desk import DeskAdmin, DeskTable, Rows
from shopfront.common.http import person_of
from shopfront.models import User


class ReplayAct(Protocol):
    """What staff do to a recording, with a reason."""

    def __call__(self, recording: Recording, *, by: User, reason: str) -> None:
        """Do it."""


class ShelfTable(DeskTable):
    """What a show sells."""

    model = LivestreamProduct
    related = ("product",)
    fields = ("product", "position")


class RunTable(DeskTable):
    """What is planned of a show, part by part."""

    model = RunItem
    related = ("product",)
    fields = ("position", "kind", "product", "minutes", "text", "done_at")


class CoHostTable(DeskTable):
    """Who has a duty in a show."""

    model = CoHost
    related = ("user",)
    fields = ("user", "duty", "created_at")


class InvitationTable(DeskTable):
    """Who is invited to a show for the invited."""

    model = ShowInvitation
    related = ("user",)
    fields = ("name", "user", "claimed_at", "revoked_at")


class RulesTable(DeskTable):
    """Who may write in a show's room."""

    model = RoomRules
    related = ("changed_by",)
    fields = (
        "slow_seconds",
        "account_minutes",
        "is_followers_only",
        "is_buyers_only",
        "changed_by",
        "changed_at",
    )


class ChatPinTable(DeskTable):
    """Which lines stood at the top of the chat, and who put them there."""

    model = ChatPin
    related = ("message", "pinned_by")
    fields = ("message", "pinned_by", "pinned_at", "removed_at")


class PinTable(DeskTable):
    """What was on screen, and when."""

    model = Pin
    related = ("product", "bundle", "placed_by")
    fields = ("product", "bundle", "placed_at", "removed_at", "placed_by")


@admin.register(Livestream)
class LivestreamAdmin(DeskAdmin):
    """Shows; any of them can be ended here with a reason."""

    list_display = (
        "title",
        "creator",
        "state",
        "starts_at",
        "viewers_peak",
        "said_end_reason",
        "is_demo",
    )
    list_select_related = ("creator",)
    list_filter = ("state", "market", "is_demo", "latency", "audience")
    search_fields = ("title", "creator__display_name", "creator__handle", "public_id")
    date_hierarchy = "starts_at"
    inlines = (
        ShelfTable,
        RunTable,
        CoHostTable,
        InvitationTable,
        PinTable,
        RulesTable,
        ChatPinTable,
    )
    exclude = ("end_reason",)
    readonly_fields = ("said_end_reason",)
    said_end_reason = staticmethod(said_end_reason)
    actions = ("end_show", "open_giveaway", "write_briefing")

    @admin.action(description=gettext_lazy("Open a giveaway"), permissions=["act"])
    def open_giveaway(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Give something away in a show, by a draw that all can check."""
        return ask_for_giveaway(self, request, rows)

    @admin.action(description=gettext_lazy("Write a briefing"), permissions=["act"])
    def write_briefing(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put the wishes of a brand, or the operator's, before the hosts of shows."""
        return ask_for_briefing(self, request, rows)

    @admin.action(description=gettext_lazy("End show"), permissions=["act"])
    def end_show(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """End shows for good; the gateway refuses their picture within 3 s."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("End show"),
            act=lambda row, said: end_livestream(row, by=by, reason=said["reason"]),
        )


@admin.register(ChatMessage)
class ChatMessageAdmin(DeskAdmin):
    """What was written; held messages are released or removed here."""

    list_display = ("at", "author_name", "text", "state", "said_why", "livestream")
    list_select_related = ("livestream",)
    list_filter = ("state", "livestream__state")
    search_fields = ("text", "author_name", "author__email", "public_id")
    date_hierarchy = "at"
    ordering = ("-id",)
    exclude = ("why",)
    readonly_fields = ("said_why",)
    said_why = staticmethod(said_why)
    actions = ("release", "remove")

    @admin.action(description=gettext_lazy("Release to the room"), permissions=["act"])
    def release(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Show held messages to all."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("livestream", "author"),
            title=_("Release to the room"),
            act=lambda row, said: release_message(row, by=by, reason=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Remove"), permissions=["act"])
    def remove(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Take messages out of the room for good."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("livestream", "author"),
            title=_("Remove"),
            act=lambda row, said: remove_message(row, by=by, reason=said["reason"]),
        )


@admin.register(Question)
class QuestionAdmin(DeskAdmin):
    """What viewers asked, and what became of it."""

    list_display = ("asked_at", "livestream", "asker_name", "text", "state")
    list_select_related = ("livestream",)
    list_filter = ("state",)
    search_fields = ("text", "asker__email", "public_id")
    date_hierarchy = "asked_at"


@admin.register(Poll)
class PollAdmin(DeskAdmin):
    """What hosts let their rooms choose, with the results."""

    list_display = ("opened_at", "livestream", "question", "votes", "closed_at")
    list_select_related = ("livestream",)
    search_fields = ("question", "public_id")
    date_hierarchy = "opened_at"


@admin.register(Pin)
class PinAdmin(DeskAdmin):
    """What was on screen, over all shows."""

    list_display = (
        "product",
        "bundle",
        "livestream",
        "placed_at",
        "removed_at",
        "placed_by",
    )
    list_select_related = ("product", "bundle", "livestream", "placed_by")
    search_fields = (
        "product__title",
        "bundle__title",
        "livestream__title",
        "public_id",
    )
    date_hierarchy = "placed_at"


@admin.register(Gateway)
class GatewayAdmin(DeskAdmin):
    """Media gateways: which of them lives, and how much room it has."""

    list_display = (
        "name",
        "base_url",
        "capacity",
        "free_bytes",
        "is_full",
        "seen_at",
    )
    search_fields = ("name",)


@admin.register(Recording)
class RecordingAdmin(DeskAdmin):
    """What was recorded; taken down, or held for a case, here."""

    list_display = (
        "livestream",
        "state",
        "why",
        "seconds",
        "bytes_count",
        "ready_at",
        "is_published",
        "is_on_hold",
    )
    list_select_related = ("livestream",)
    list_filter = ("state", "is_on_hold", "is_published")
    search_fields = ("livestream__title", "public_id")
    date_hierarchy = "created_at"
    actions = ("take_down", "hold", "lift_hold")

    @admin.action(description=gettext_lazy("Take down"), permissions=["act"])
    def take_down(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Take replays and their clips down for good."""
        return self._act(request, rows, _("Take down"), replays.take_down_replay)

    @admin.action(description=gettext_lazy("Hold for a case"), permissions=["act"])
    def hold(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Keep recordings while a case is open."""
        return self._act(request, rows, _("Hold for a case"), replays.hold_replay)

    @admin.action(description=gettext_lazy("Lift the hold"), permissions=["act"])
    def lift_hold(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let recordings go their way again."""
        return self._act(request, rows, _("Lift the hold"), replays.lift_hold)

    def _act(
        self, request: HttpRequest, rows: Rows, title: str, act: ReplayAct
    ) -> HttpResponse | None:
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=title,
            act=lambda row, said: act(row, by=by, reason=said["reason"]),
        )


@admin.register(Clip)
class ClipAdmin(DeskAdmin):
    """Clips over all shows."""

    list_display = ("title", "livestream", "state", "why", "created_by", "created_at")
    list_select_related = ("livestream", "created_by")
    list_filter = ("state",)
    search_fields = ("title", "livestream__title", "public_id")
    date_hierarchy = "created_at"
