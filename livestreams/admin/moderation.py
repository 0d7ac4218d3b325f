"""The desk of moderation: acts and their undoing, appeals, reports, calls for help."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestreams.admin.said import said_reason, said_undo_reason
from livestreams.models import (
    Appeal,
    BanShare,
    HelpCall,
    ModerationAction,
    Report,
    ReporterAppeal,
    Sanction,
)
from livestreams.services import (
    appeals,
    help_calls,
    moderation,
    removals,
    reporter_appeals,
)
from livestreams.services.sanctions import lift_sanction
from shopfront.common.desk import Answers, DeskAdmin, Rows
from shopfront.common.http import person_of


@admin.register(Sanction)
class SanctionAdmin(DeskAdmin):
    """Mutes and bans: who, why, until when."""

    list_display = (
        "user",
        "kind",
        "livestream",
        "creator",
        "said_reason",
        "by",
        "until",
        "lifted_at",
    )
    list_select_related = ("user", "livestream", "creator", "by")
    list_filter = ("kind", "category")
    search_fields = ("user__email", "reason", "livestream__title")
    date_hierarchy = "created_at"
    exclude = ("reason",)
    readonly_fields = ("said_reason",)
    said_reason = staticmethod(said_reason)
    actions = ("lift",)

    @admin.action(description=gettext_lazy("Lift"), permissions=["act"])
    def lift(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """End sanctions before their time."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("action", "livestream"),
            title=_("Lift"),
            act=lambda row, said: lift_sanction(row, by=by, reason=said["reason"]),
        )


@admin.register(ModerationAction)
class ModerationActionAdmin(DeskAdmin):
    """Who did what to whom, why and until when; undone here in one step."""

    list_display = (
        "created_at",
        "kind",
        "person",
        "livestream",
        "said_reason",
        "by",
        "until",
        "undone_at",
    )
    list_select_related = ("person", "livestream", "by")
    list_filter = ("kind", "category")
    search_fields = ("person__email", "reason", "phrase", "public_id")
    date_hierarchy = "created_at"
    exclude = ("reason", "undo_reason")
    readonly_fields = ("said_reason", "said_undo_reason")
    said_reason = staticmethod(said_reason)
    said_undo_reason = staticmethod(said_undo_reason)
    actions = ("undo",)

    @admin.action(description=gettext_lazy("Undo"), permissions=["act"])
    def undo(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Give back rights and messages."""
        by = person_of(request)

        def act(row: ModerationAction, said: Answers) -> object:
            return removals.undo_action(row, by=by, reason=said["reason"])

        chosen = rows.select_related("livestream", "person")
        return self.decide(request, chosen, title=_("Undo"), act=act)


@admin.register(Appeal)
class AppealAdmin(DeskAdmin):
    """Appeals, the oldest open one first; who acted may not decide."""

    list_display = (
        "created_at",
        "due_shown",
        "person",
        "action",
        "text",
        "state",
        "decided_by",
    )
    list_select_related = ("person", "action", "decided_by")
    list_filter = ("state",)
    search_fields = ("person__email", "text", "public_id")
    date_hierarchy = "created_at"
    ordering = ("-state", "id")
    actions = ("grant", "refuse")

    @admin.display(description=gettext_lazy("decide by"))
    def due_shown(self, row: Appeal) -> dt.datetime:
        """Show until when it is decided."""
        return row.due_at

    @admin.action(description=gettext_lazy("Grant"), permissions=["act"])
    def grant(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Undo what was decided, and tell the person."""
        by = person_of(request)

        def act(row: Appeal, said: Answers) -> object:
            return removals.grant_appeal(row, by=by, answer=said["reason"])

        return self.decide(request, _with_action(rows), title=_("Grant"), act=act)

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let it stand, and tell the person why."""
        by = person_of(request)

        def act(row: Appeal, said: Answers) -> object:
            return appeals.refuse_appeal(row, by=by, answer=said["reason"])

        return self.decide(request, _with_action(rows), title=_("Refuse"), act=act)


@admin.register(Report)
class ReportAdmin(DeskAdmin):
    """What people told us about messages and shows, and what we decided."""

    list_display = (
        "created_at",
        "livestream",
        "message",
        "reporter",
        "reason",
        "state",
        "answer",
    )
    list_select_related = ("livestream", "message", "reporter")
    list_filter = ("state", ("message", admin.EmptyFieldListFilter))
    search_fields = ("reason", "reporter__email", "public_id")
    date_hierarchy = "created_at"
    actions = ("uphold", "dismiss")

    @admin.action(description=gettext_lazy("Uphold"), permissions=["act"])
    def uphold(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Agree: a message goes at once; a show is ended on its own page."""
        return self._decide(request, rows, _("Uphold"), Report.State.UPHELD)

    @admin.action(description=gettext_lazy("Dismiss"), permissions=["act"])
    def dismiss(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let it stand, and tell who reported it why."""
        return self._decide(request, rows, _("Dismiss"), Report.State.DISMISSED)

    def _decide(
        self, request: HttpRequest, rows: Rows, title: str, state: Report.State
    ) -> HttpResponse | None:
        by = person_of(request)

        def act(row: Report, said: Answers) -> None:
            moderation.decide_report(row, state, by=by, reason=said["reason"])

        chosen = rows.select_related(
            "livestream__creator", "message__author", "message__livestream"
        )
        return self.decide(request, chosen, title=title, act=act)


@admin.register(ReporterAppeal)
class ReporterAppealAdmin(DeskAdmin):
    """Appeals of who reported a message or show; who let it stand may not decide."""

    list_display = (
        "created_at",
        "due_shown",
        "report",
        "message_shown",
        "text",
        "state",
        "decided_by",
    )
    list_select_related = ("report__message", "decided_by")
    list_filter = ("state",)
    search_fields = ("text", "public_id", "report__public_id")
    date_hierarchy = "created_at"
    ordering = ("-state", "id")
    actions = ("grant", "refuse")

    @admin.display(description=gettext_lazy("decide by"))
    def due_shown(self, row: ReporterAppeal) -> dt.datetime:
        """Show until when it is decided."""
        return row.due_at

    @admin.display(description=gettext_lazy("message"))
    def message_shown(self, row: ReporterAppeal) -> str:
        """Show what was reported; nothing where it is a show."""
        return str(row.report.message or "")

    @admin.action(description=gettext_lazy("Grant"), permissions=["act"])
    def grant(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Agree after all: a message goes at once; a show is ended on its own page."""
        return self._answer(request, rows, _("Grant"), reporter_appeals.grant_appeal)

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let it stand, and tell who reported it why."""
        return self._answer(request, rows, _("Refuse"), reporter_appeals.refuse_appeal)

    def _answer(
        self, request: HttpRequest, rows: Rows, title: str, answer: Callable[..., None]
    ) -> HttpResponse | None:
        by = person_of(request)

        def act(row: ReporterAppeal, said: Answers) -> None:
            answer(row, by=by, answer=said["reason"])

        chosen = rows.select_related(
            "report__livestream__creator", "report__message__author"
        )
        return self.decide(request, chosen, title=title, act=act)


@admin.register(HelpCall)
class HelpCallAdmin(DeskAdmin):
    """Calls for help; taken here or in the studio of the show."""

    list_display = (
        "called_at",
        "livestream",
        "by",
        "words",
        "widened_at",
        "answered_by",
        "answered_at",
    )
    list_select_related = ("livestream", "by", "answered_by")
    list_filter = (("answered_at", admin.EmptyFieldListFilter),)
    search_fields = ("livestream__title", "words", "public_id")
    date_hierarchy = "called_at"
    actions = ("answer",)

    @admin.action(description=gettext_lazy("I am on it"), permissions=["act"])
    def answer(self, request: HttpRequest, rows: Rows) -> None:
        """Take calls; the host reads who comes."""
        by = person_of(request)
        for row in rows.select_related("livestream", "by"):
            if help_calls.answer_help(row, by=by):
                self.log_change(request, row, _("I am on it"))
                self.message_user(request, f"{row}: {_('I am on it')}")


@admin.register(BanShare)
class BanShareAdmin(DeskAdmin):
    """Which creators share their bans."""

    list_display = ("giver", "taker", "offered_at", "accepted_at", "ended_at")
    list_select_related = ("giver", "taker")
    search_fields = ("giver__handle", "taker__handle", "public_id")
    date_hierarchy = "offered_at"


def _with_action(rows: Rows) -> Any:
    return rows.select_related("person", "action__livestream", "action__person")
