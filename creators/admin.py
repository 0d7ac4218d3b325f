"""Creators and the ledger in the admin; the ledger is only ever looked at."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import (
    Account,
    Agreement,
    Commission,
    Creator,
    Entry,
    LedgerTransaction,
)
from creators.services.people import verify_creator
from shopfront.common.desk import AmountColumn, DeskAdmin, DeskTable, Rows
from shopfront.models import User


@admin.register(Creator)
class CreatorAdmin(DeskAdmin):
    """People who host; they are verified here after their papers were seen."""

    list_display = ("display_name", "handle", "user", "market", "state", "created_at")
    list_select_related = ("user", "market")
    list_filter = ("state", "market")
    search_fields = ("display_name", "handle", "user__email", "public_id")
    date_hierarchy = "created_at"
    actions = ("verify",)

    @admin.action(description=gettext_lazy("Verify"), permissions=["act"])
    def verify(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let creators host."""
        by = request.user
        assert isinstance(by, User)
        return self.decide(
            request,
            rows,
            title=_("Verify"),
            act=lambda row, said: verify_creator(row, by=by, reason=said["reason"]),
        )


@admin.register(Agreement)
class AgreementAdmin(DeskAdmin):
    """What a creator and a payer agreed."""

    list_display = ("creator", "payer", "rate", "state", "valid_from", "valid_until")
    list_select_related = ("creator", "payer")
    list_filter = ("state",)
    search_fields = ("creator__display_name", "creator__handle", "public_id")

    @admin.display(description=gettext_lazy("commission"))
    def rate(self, row: Agreement) -> str:
        """Show the rate in percent."""
        return f"{row.commission_bps / 100:g} %"


@admin.register(Commission)
class CommissionAdmin(AmountColumn, DeskAdmin):
    """What a creator earned on an order line."""

    list_display = (
        "creator",
        "title",
        "amount_shown",
        "state",
        "sold_at",
        "settles_at",
    )
    list_select_related = ("creator",)
    list_filter = ("state", "currency")
    search_fields = ("creator__display_name", "line_ref", "show_ref", "title")
    date_hierarchy = "sold_at"


@admin.register(Account)
class AccountAdmin(DeskAdmin):
    """Accounts of the ledger."""

    list_display = ("public_id", "kind", "owner_kind", "owner_ref", "currency")
    list_filter = ("kind", "owner_kind", "currency")
    search_fields = ("public_id", "owner_ref")


class EntryTable(DeskTable):
    """The sides of a transaction, which sum to nothing."""

    model = Entry
    related = ("account",)
    fields = ("account", "amount_minor", "currency")


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(DeskAdmin):
    """Transactions of the ledger; none is ever edited."""

    list_display = ("at", "kind", "cause_kind", "cause_ref", "rule_version")
    list_filter = ("kind",)
    search_fields = ("public_id", "cause_ref")
    date_hierarchy = "at"
    inlines = (EntryTable,)


@admin.register(Entry)
class EntryAdmin(AmountColumn, DeskAdmin):
    """Entries of the ledger, by account."""

    list_display = ("transaction", "account", "amount_shown")
    list_select_related = ("transaction", "account")
    list_filter = ("account__kind", "currency")
    search_fields = ("transaction__cause_ref", "account__owner_ref")
    date_hierarchy = "transaction__at"
