"""The ground in the admin: people, markets, the audit log, the outbox."""

from functools import partial

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livestreams.services.erasure import erase_chat
from shopfront.common.desk import Answers, DeskAdmin, ReasonForm, ReferenceAdmin, Rows
from shopfront.common.errors import Denied
from shopfront.common.http import person_of
from shopfront.models import (
    Audit,
    Market,
    MarketRule,
    Operator,
    Outbox,
    TaxRate,
    User,
)
from shopfront.services import outbox, people
from shopfront.services.roles import ROLES


class AboveYou(Denied):
    """Staff decided about somebody with more rights than they have."""

    code = "shopfront.above_you"
    default_message = gettext_lazy("Only an administrator may do this.")


class RoleForm(ReasonForm):
    """Which role, and why."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(name, name) for name in ROLES]
    )


@admin.register(User)
class UserAdmin(DeskAdmin):
    """Accounts; rights and closing are decided with a reason."""

    list_display = (
        "email",
        "display_name",
        "market",
        "age_band",
        "is_active",
        "is_staff",
        "date_joined",
    )
    list_select_related = ("market",)
    list_filter = ("is_active", "is_staff", "groups", "age_band", "is_demo", "market")
    search_fields = ("email", "display_name", "public_id")
    date_hierarchy = "date_joined"
    ordering = ("-date_joined",)
    exclude = ("password", "user_permissions")
    actions = ("close", "reopen", "erase_chat", "give_role", "take_roles")

    def has_appoint_permission(self, request: HttpRequest) -> bool:
        """Only administrators give and take roles."""
        return bool(request.user.is_superuser)

    @admin.action(description=gettext_lazy("Close account"), permissions=["act"])
    def close(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Keep people from signing in."""
        act = partial(_close, person_of(request))
        return self.decide(request, rows, title=_("Close account"), act=act)

    @admin.action(description=gettext_lazy("Reopen account"), permissions=["act"])
    def reopen(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let people sign in again."""
        act = partial(_reopen, person_of(request))
        return self.decide(request, rows, title=_("Reopen account"), act=act)

    @admin.action(description=gettext_lazy("Erase chat"), permissions=["act"])
    def erase_chat(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Erase all that people wrote in rooms, save what a report is open about."""
        act = partial(_erase_chat, person_of(request))
        return self.decide(request, rows, title=_("Erase chat"), act=act)

    @admin.action(description=gettext_lazy("Give a role"), permissions=["appoint"])
    def give_role(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let people into the administration."""
        act = partial(_give_role, person_of(request))
        return self.decide(
            request, rows, title=_("Give a role"), act=act, form_class=RoleForm
        )

    @admin.action(description=gettext_lazy("Take all roles"), permissions=["appoint"])
    def take_roles(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Take people's way into the administration."""
        act = partial(_take_roles, person_of(request))
        return self.decide(request, rows, title=_("Take all roles"), act=act)


@admin.register(Market)
class MarketAdmin(ReferenceAdmin):
    """Markets: reference rows until stages have gates."""

    list_display = ("code", "name", "stage", "currency", "partnership_label")
    list_filter = ("stage", "currency")
    search_fields = ("code", "name")


@admin.register(Operator)
class OperatorAdmin(ReferenceAdmin):
    """Who runs the site in which market: what its imprint says from now on."""

    list_display = ("name", "market", "email")
    list_select_related = ("market",)
    search_fields = ("name", "address", "email")


@admin.register(TaxRate)
class TaxRateAdmin(ReferenceAdmin):
    """Tax rates by day: reference rows."""

    list_display = ("market", "category", "basis_points", "valid_from")
    list_select_related = ("market",)
    list_filter = ("market", "category")


@admin.register(MarketRule)
class MarketRuleAdmin(ReferenceAdmin):
    """Rules of work by day; decisions name them, so none is ever edited."""

    list_display = (
        "market",
        "valid_from",
        "pay_floor_minor",
        "daily_cap_minutes",
        "weekly_cap_minutes",
        "guarantee_due_days",
    )
    list_select_related = ("market",)
    list_filter = ("market",)
    search_fields = ("market__name", "market__code")

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse forms of rules that agreements were measured by."""
        return False


@admin.register(Audit)
class AuditAdmin(DeskAdmin):
    """Who did what to which thing, and why."""

    list_display = ("at", "actor", "action", "subject_kind", "subject_ref", "reason")
    list_select_related = ("actor",)
    list_filter = ("action", "subject_kind")
    search_fields = ("subject_ref", "reason", "actor__email")
    date_hierarchy = "at"


@admin.register(Outbox)
class OutboxAdmin(DeskAdmin):
    """What still has to happen outside; dead messages get another life here."""

    list_display = ("topic", "key", "state", "attempts", "due_at", "last_error")
    list_filter = ("state", "topic")
    search_fields = ("key", "last_error", "public_id")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = ("replay",)

    @admin.action(description=gettext_lazy("Send again"), permissions=["act"])
    def replay(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Give dead messages another life."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Send again"),
            act=lambda row, said: outbox.replay(row, by=by, reason=said["reason"]),
        )


def _close(by: User, row: User, said: Answers) -> None:
    _check_standing(by, row)
    people.close_account(row, by=by, reason=said["reason"])


def _reopen(by: User, row: User, said: Answers) -> None:
    _check_standing(by, row)
    people.reopen_account(row, by=by, reason=said["reason"])


def _erase_chat(by: User, row: User, said: Answers) -> None:
    _check_standing(by, row)
    erase_chat(row, by=by, reason=said["reason"])


def _give_role(by: User, row: User, said: Answers) -> None:
    people.give_role(row, said["role"], by=by, reason=said["reason"])


def _take_roles(by: User, row: User, said: Answers) -> None:
    people.take_roles(row, by=by, reason=said["reason"])


def _check_standing(by: User, row: User) -> None:
    if (row.is_staff or row.is_superuser) and not by.is_superuser:
        raise AboveYou
