"""Working time in the admin, and what a human decides anew of what rules decided."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import (
    DutyPremium,
    OvertimePremium,
    WorkDecision,
    WorkEntry,
    WorkLimit,
    WorkSession,
)
from creators.selectors.premiums import OPEN
from creators.selectors.work_sayings import explain
from creators.services import work_appeals
from creators.services.work_appeals import Repair
from shopfront.common.desk import (
    AmountColumn,
    DeskAdmin,
    ReasonForm,
    Rows,
    show_amount,
)
from shopfront.common.fields import MinorField
from shopfront.common.http import person_of


class OverturnForm(ReasonForm):
    """How a wrong decision is undone: time that was no work, a premium, a date."""

    struck_from = forms.DateTimeField(
        label=gettext_lazy("No work from"),
        required=False,
        help_text=gettext_lazy("In the market's time, for example 2026-11-21 14:00."),
    )
    struck_until = forms.DateTimeField(
        label=gettext_lazy("No work until"), required=False
    )
    premium_minor = MinorField(
        label=gettext_lazy("Right premium, in pence or cents"),
        required=False,
        min_value=0,
        help_text=gettext_lazy(
            "Only for a premium: never less for who gets it, never more for who owes."
        ),
    )
    allowed_until = forms.DateTimeField(
        label=gettext_lazy("May be pinned until"),
        required=False,
        help_text=gettext_lazy(
            "Only for a refused pin, in the market's time, at most 30 days ahead. What "
            "was taken off the screen, and a guarantee, need nothing here."
        ),
    )


class AskedFilter(admin.SimpleListFilter):
    """Keeps to decisions that wait for a human, the queue of this page."""

    title = gettext_lazy("human asked")
    parameter_name = "asked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the queue."""
        return [("waits", gettext_lazy("waits for a human"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Keep to the queue, the soonest due first."""
        if self.value() != "waits":
            return queryset
        waiting = queryset.filter(asked_at__isnull=False, decided_at=None)
        return waiting.order_by("due_at")


@admin.register(WorkDecision)
class WorkDecisionAdmin(DeskAdmin):
    """Decisions of rules about time, pay and pins; decided anew within seven days."""

    list_display = (
        "user",
        "due_at",
        "kind",
        "limit",
        "title",
        "asked_why",
        "outcome",
    )
    readonly_fields = ("said",)
    list_select_related = ("user", "market")
    list_filter = (AskedFilter, "kind", "outcome")
    search_fields = ("public_id", "user__email", "show_ref", "title", "product_ref")
    date_hierarchy = "at"
    actions = ("uphold", "overturn")

    @admin.display(description=gettext_lazy("what and why"))
    def said(self, row: WorkDecision) -> str:
        """Say what was decided as the person reads it."""
        return explain(row)

    @admin.action(description=gettext_lazy("It stands"), permissions=["act"])
    def uphold(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Decide that decisions stand."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("It stands"),
            act=lambda row, said: work_appeals.uphold_decision(
                row, by=by, reason=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("It was wrong"), permissions=["act"])
    def overturn(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Undo decisions."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("It was wrong"),
            form_class=OverturnForm,
            act=lambda row, said: work_appeals.overturn_decision(
                row, by=by, reason=said["reason"], repair=_read_repair(row, said)
            ),
        )


def _read_repair(row: WorkDecision, said: Any) -> Repair:
    """Read the moments that were typed by the clocks of the decision's market."""
    zone = ZoneInfo(row.market.time_zone)
    since, until, allowed = (
        said[name] and timezone.make_naive(said[name]).replace(tzinfo=zone)
        for name in ("struck_from", "struck_until", "allowed_until")
    )
    return Repair(
        struck_from=since,
        struck_until=until,
        premium_minor=said["premium_minor"],
        allowed_until=allowed,
    )


@admin.register(WorkLimit)
class WorkLimitAdmin(DeskAdmin):
    """Limits tighter than a market's rules; set by the action on an account."""

    list_display = (
        "market",
        "owner",
        "valid_from",
        "daily_cap_minutes",
        "night_cap_minutes",
        "weekly_cap_minutes",
        "rest_minutes",
    )
    list_select_related = ("market", "owner")
    list_filter = ("market",)


@admin.register(WorkSession)
class WorkSessionAdmin(DeskAdmin):
    """Stretches of work that we saw."""

    list_display = ("user", "kind", "title", "starts_at", "ends_at")
    list_select_related = ("user",)
    list_filter = ("kind", "market")
    search_fields = ("user__email", "show_ref", "title")
    date_hierarchy = "starts_at"


@admin.register(WorkEntry)
class WorkEntryAdmin(DeskAdmin):
    """Work that people entered themselves."""

    list_display = ("user", "note", "starts_at", "ends_at", "removed_at")
    list_select_related = ("user",)
    list_filter = ("market",)
    search_fields = ("user__email", "note", "public_id")
    date_hierarchy = "starts_at"


@admin.register(OvertimePremium)
class OvertimePremiumAdmin(DeskAdmin):
    """Premiums of shows beside their guarantees."""

    list_display = ("guarantee", "minutes", "premium_shown", "rule_version", "at")
    list_select_related = ("guarantee",)
    search_fields = ("guarantee__title", "guarantee__show_ref")
    date_hierarchy = "at"

    @admin.display(description=gettext_lazy("premium"))
    def premium_shown(self, row: OvertimePremium) -> str:
        """Show the premium as money."""
        return show_amount(row.amount_minor, row.guarantee.currency)


class OpenFilter(admin.SimpleListFilter):
    """Keeps to premiums that wait until the show's creator earns."""

    title = gettext_lazy("collected")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name what waits."""
        return [("yes", gettext_lazy("not collected yet"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Keep to what waits."""
        return queryset.filter(OPEN) if self.value() == "yes" else queryset


@admin.register(DutyPremium)
class DutyPremiumAdmin(AmountColumn, DeskAdmin):
    """Premiums of co-hosts and moderators."""

    list_display = (
        "helper",
        "title",
        "payer",
        "minutes",
        "amount_shown",
        "waits_shown",
        "rule_version",
        "at",
    )
    list_select_related = ("creator", "person", "payer")
    list_filter = (OpenFilter,)
    search_fields = (
        "creator__display_name",
        "person__email",
        "payer__display_name",
        "title",
        "show_ref",
    )
    date_hierarchy = "at"

    @admin.display(description=gettext_lazy("not collected yet"))
    def waits_shown(self, row: DutyPremium) -> str:
        """Show what waits until the show's creator earns."""
        return show_amount(row.rest.minor, row.currency) if row.rest else ""
