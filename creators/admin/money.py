"""Creators and the ledger in the admin; the ledger is only ever looked at."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.admin.connected import BankForm, ConnectForm
from creators.admin.limits import StaffLimitsForm
from creators.forms import read_limits
from creators.models import (
    Account,
    BankAnswer,
    Commission,
    Creator,
    Entry,
    EntryHold,
    LedgerTransaction,
    LineHold,
    Payout,
    PayoutRule,
    PayoutRun,
)
from creators.selectors.tables import write_waiting
from creators.services import holds, payouts, people
from creators.services.bank_answers import take_answers
from creators.services.connected import connect_account
from creators.services.work_limits import tighten_rules
from shopfront.common.desk import (
    AmountColumn,
    Answers,
    DeskAdmin,
    DeskTable,
    ReferenceAdmin,
    Rows,
)
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of

Step = Callable[..., object]
HOLD_FACTS = (
    "reason",
    "held_by",
    "ends_at",
    "appealed_at",
    "decided_by",
    "released_at",
)


@admin.register(Creator)
class CreatorAdmin(DeskAdmin):
    """People who host; they are verified here after their papers were seen."""

    list_display = ("display_name", "handle", "user", "market", "state", "created_at")
    list_select_related = ("user", "market")
    list_filter = ("state", "market")
    search_fields = ("display_name", "handle", "user__email", "public_id")
    date_hierarchy = "created_at"
    actions = ("verify", "refuse", "close", "reopen")

    @admin.action(description=gettext_lazy("Verify"), permissions=["act"])
    def verify(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let creators host."""
        return self._decide_on(request, rows, _("Verify"), people.verify_creator)

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Refuse applications; each is told the reason."""
        return self._decide_on(request, rows, _("Refuse"), people.refuse_application)

    @admin.action(description=gettext_lazy("Close account"), permissions=["act"])
    def close(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Close creators' accounts; each is told the reason, and keeps what is due."""
        return self._decide_on(request, rows, _("Close account"), people.close_creator)

    @admin.action(description=gettext_lazy("Open again"), permissions=["act"])
    def reopen(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let closed accounts wait for being verified once more."""
        return self._decide_on(request, rows, _("Open again"), people.reopen_creator)

    def _decide_on(
        self, request: HttpRequest, rows: Rows, title: str, step: Step
    ) -> HttpResponse | None:
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=title,
            act=lambda row, said: step(row, by=by, reason=said["reason"]),
        )


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
    actions = ("hold",)

    @admin.action(description=gettext_lazy("Hold"), permissions=["act"])
    def hold(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Keep disputed lines out of payouts."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Hold"),
            act=lambda row, said: holds.hold_line(row, reason=said["reason"], by=by),
        )


@admin.register(Account)
class AccountAdmin(DeskAdmin):
    """Accounts of the ledger; whoever pays may limit work more tightly."""

    list_display = ("public_id", "kind", "owner_kind", "owner_ref", "currency")
    list_filter = ("kind", "owner_kind", "currency")
    search_fields = ("public_id", "owner_ref")
    actions = ("tighten", "connect")

    @admin.action(
        description=gettext_lazy("Tighten limits of work"), permissions=["act"]
    )
    def tighten(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Set limits for the shows of payers, or by the operator for everybody."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Tighten limits of work"),
            form_class=StaffLimitsForm,
            act=lambda row, said: tighten_rules(
                said["market"],
                read_limits(said),
                owner=None if row.owner_kind == Account.Owner.OPERATOR else row,
                valid_from=said["valid_from"],
                by=by,
                reason=said["reason"],
            ),
        )

    @admin.action(description=gettext_lazy("Connect at Stripe"), permissions=["act"])
    def connect(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Name the account at Stripe to which one owner is paid."""
        if rows.count() > 1:
            self.message_user(request, _("Choose one account."), messages.ERROR)
            return None
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Connect at Stripe"),
            form_class=ConnectForm,
            act=lambda row, said: connect_account(row, by=by, **said),
        )


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
    """Entries of the ledger, by account; a disputed line of a brand is held here."""

    list_display = ("transaction", "account", "amount_shown")
    list_select_related = ("transaction", "account")
    list_filter = ("account__kind", "currency")
    search_fields = ("transaction__cause_ref", "account__owner_ref")
    date_hierarchy = "transaction__at"
    actions = ("hold",)

    @admin.action(description=gettext_lazy("Hold"), permissions=["act"])
    def hold(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Keep disputed lines of brands out of payouts."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("account", "transaction"),
            title=_("Hold"),
            act=lambda row, said: holds.hold_entry(row, reason=said["reason"], by=by),
        )


class HoldAdmin(DeskAdmin):
    """Disputed lines, and what their owners say about it."""

    list_filter = ("ends_at", ("released_at", admin.EmptyFieldListFilter))
    actions = ("release", "uphold")

    @admin.action(description=gettext_lazy("Uphold"), permissions=["act"])
    def uphold(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Decide against appeals, as somebody else than who holds the lines."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Uphold"),
            act=lambda row, said: holds.uphold(row, reason=said["reason"], by=by),
        )

    @admin.action(description=gettext_lazy("Release"), permissions=["act"])
    def release(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let lines be paid in the next run."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Release"),
            act=lambda row, said: holds.release_hold(row, reason=said["reason"], by=by),
        )


@admin.register(LineHold)
class LineHoldAdmin(HoldAdmin):
    """Disputed lines of creators."""

    list_display = ("commission", *HOLD_FACTS)
    list_select_related = ("commission__creator", "held_by", "decided_by")
    search_fields = ("commission__line_ref", "reason")


@admin.register(EntryHold)
class EntryHoldAdmin(HoldAdmin):
    """Disputed lines of brands."""

    list_display = ("title", *HOLD_FACTS)
    list_select_related = ("held_by", "decided_by")
    search_fields = ("entry__transaction__cause_ref", "title", "reason")


class PayoutTable(DeskTable):
    """Who is paid in a run."""

    model = Payout
    related = ("account", "details")
    fields = ("details", "amount_minor", "currency", "how", "reason")
    readonly_fields = ("how",)

    @admin.display(description=gettext_lazy("state"))
    def how(self, row: Payout) -> str:
        """Say how a payout stands."""
        return row.state_words


@admin.register(PayoutRun)
class PayoutRunAdmin(DeskAdmin):
    """Payout runs: one person prepares, another releases."""

    list_display = ("market", "due_on", "state", "prepared_by", "released_by")
    list_select_related = ("market", "prepared_by", "released_by")
    list_filter = ("state", "market")
    search_fields = ("public_id",)
    inlines = (PayoutTable,)
    actions = ("prepare", "release", "download", "answers", "waiting")

    @admin.action(description=gettext_lazy("Who waits (CSV)"), permissions=["view"])
    def waiting(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Tell whose money the next run of the first run's market leaves out."""
        market = rows.select_related("market")[0].market
        response = HttpResponse(
            "".join(write_waiting(market)), content_type="text/csv; charset=utf-8"
        )
        name = f"waiting-{market.code}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response

    @admin.action(description=gettext_lazy("Prepare"), permissions=["act"])
    def prepare(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Say that runs are right."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Prepare"),
            act=lambda row, said: payouts.prepare_run(row, by=by),
        )

    @admin.action(description=gettext_lazy("Release"), permissions=["act"])
    def release(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write the bank's files, as another person."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Release"),
            act=lambda row, said: payouts.release_run(row, by=by),
        )

    @admin.action(description=gettext_lazy("Download"), permissions=["act"])
    def download(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Give one released run's file; who took it is recorded."""
        run: PayoutRun = rows[0]
        try:
            text = payouts.download_file(run, by=person_of(request))
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return None
        kind = "xml" if text.startswith("<") else "csv"
        response = HttpResponse(text, content_type=f"application/{kind}")
        name = f"payouts-{run.public_id}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response

    @admin.action(description=gettext_lazy("Bank's answers"), permissions=["act"])
    def answers(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Take a file of the bank; it names its payouts, of whichever run."""
        by = person_of(request)

        def take(_run: PayoutRun, said: Answers) -> None:
            outcomes = take_answers(said["file"], by=by)
            for outcome, count in sorted(outcomes.items()):
                words = BankAnswer.Outcome(outcome).label
                self.message_user(request, f"{words}: {count}")

        return self.decide(
            request, rows[:1], title=_("Bank's answers"), form_class=BankForm, act=take
        )


@admin.register(BankAnswer)
class BankAnswerAdmin(DeskAdmin):
    """What banks said, and what came of it."""

    list_display = ("at", "end_to_end_id", "verdict", "reason", "outcome")
    list_filter = ("outcome", "verdict")
    search_fields = ("end_to_end_id", "message_id")


@admin.register(PayoutRule)
class PayoutRuleAdmin(ReferenceAdmin):
    """How markets pay; a rule is never edited, a later one follows it."""

    list_display = ("market", "valid_from", "rhythm", "day", "minimum_minor", "method")
    list_select_related = ("market",)
    list_filter = ("market",)
    search_fields = ("market__name", "market__code")

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse forms of rules that payouts were made by."""
        return False
