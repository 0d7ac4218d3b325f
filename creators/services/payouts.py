"""Payout runs: claim what is due, prepare, release by a second person (E6).

Each step is one short transaction guarded by state and constraints, so that a run cut
off anywhere goes on where it was, and money leaves a balance once.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.utils.translation import gettext

from creators.errors import (
    CurrencyMixed,
    RunEmpty,
    RunNotReady,
    SamePerson,
    StripeSilent,
)
from creators.errors.bank_files import FileUnwritable
from creators.models import Account, Payout, PayoutLine, PayoutRule, PayoutRun
from creators.payouts import connect
from creators.payouts.files import Transfer, read_name, write_sepa, write_uk
from creators.selectors.bank_days import find_bank_day
from creators.selectors.connected import connect_payees
from creators.selectors.payable import (
    PAYOUT,
    PayableLine,
    Payee,
    list_guaranteed,
    list_payable_lines,
    walk_payees,
)
from creators.selectors.run_days import find_last_run, find_rule
from creators.services import ledger
from creators.services.claims import claim_together
from creators.services.holds import lapse_holds
from creators.services.owed_premiums import collect_due
from creators.services.payout_details import open_bank_account
from creators.services.self_billing import issue_invoices
from shopfront.common import clock, ids
from shopfront.common.jobs import enqueue_on_commit
from shopfront.common.sealing import seal, unseal
from shopfront.models import Market, User
from shopfront.services import audit

FILE_PURPOSE = "creators.payout_file"
TRANSFERS_TASK = "creators.send_transfers_task"
State = PayoutRun.State
log = structlog.get_logger(__name__)


def run_payouts() -> int:
    """Open the runs that are due and claim what is payable; return payouts made.

    A run whose day has passed while nobody was at work is caught up.

    Safe to repeat: yes, and side by side; an owner is paid once in a run.
    """
    now = clock.now()
    lapse_holds()
    for market in Market.objects.filter(payout_rules__isnull=False).distinct():
        today = now.astimezone(ZoneInfo(market.time_zone)).date()
        rule = find_rule(market, today)
        if rule is None or rule.currency != market.currency:
            log.warning("creators.market_not_paid", market=market.code)
            continue
        day = find_last_run(rule, today)
        if day == today or _is_missed(rule, day):
            open_run(rule, day)
        if day == today:
            continue
        if _has_guarantees(rule, today, now):
            open_run(rule, today, only_guarantees=True)
    waiting = PayoutRun.objects.filter(state=State.OPEN).select_related("rule__market")
    return sum(claim_run(run) for run in waiting)


def _is_missed(rule: PayoutRule, day: dt.date) -> bool:
    """Whether a past day of a rule that held by then has had no run."""
    zone = ZoneInfo(rule.market.time_zone)
    begins = max(rule.valid_from, rule.created_at.astimezone(zone).date())
    runs = PayoutRun.objects.filter(market=rule.market, due_on=day)
    return day >= begins and not runs.exists()


def _has_guarantees(rule: PayoutRule, day: dt.date, now: dt.datetime) -> bool:
    """Whether guarantees wait on a bank day: they do not wait for the next run."""
    is_bank_day = find_bank_day(rule.market, day) == day
    owners = list_guaranteed(rule.market, now) if is_bank_day else set()
    return any(_walk(rule, now, owners=owners)) if owners else False


def _walk(
    rule: PayoutRule, now: dt.datetime, *, owners: Collection[str] | None
) -> Iterator[list[Payee]]:
    """Yield whom a rule's run pays: by Stripe those only whose account it has."""
    for payees in walk_payees(rule.market, now, owners=owners):
        yield connect_payees(payees, rule.market) if rule.is_by_stripe else payees


def open_run(
    rule: PayoutRule, day: dt.date, *, only_guarantees: bool = False
) -> PayoutRun:
    """Return the run of a market and day, made when missing.

    One for guarantees only pays the creators who wait for one, and nobody else.

    Raises:
        CurrencyMixed: the rule's method cannot carry the market's currency.

    Safe to repeat: yes.
    """
    if rule.currency != rule.market.currency:
        raise CurrencyMixed
    run, _ = PayoutRun.objects.get_or_create(
        market=rule.market,
        due_on=day,
        defaults={
            "rule": rule,
            "currency": rule.market.currency,
            "only_guarantees": only_guarantees,
        },
    )
    return run


def claim_run(run: PayoutRun) -> int:
    """Move what each owner can be paid out of the balances; return payouts made.

    What creators owe helpers is collected first. Creators who are paid commissions only
    are claimed some hundred at a time; each other owner has a transaction of its own.

    Safe to repeat: yes, and side by side; an owner is paid once in a run.
    """
    now = clock.now()
    owners = list_guaranteed(run.market, now) if run.only_guarantees else None
    collect_due(run.currency)
    count = 0
    for payees in _walk(run.rule, now, owners=owners):
        together, others = claim_together(run, payees)
        count += together + sum(_claim_payee(run, payee) for payee in others)
    PayoutRun.objects.filter(pk=run.pk, state=State.OPEN).update(state=State.CLAIMED)
    log.info("creators.payouts_claimed", run=run.public_id, payouts=count)
    return count


def prepare_run(run: PayoutRun, *, by: User) -> None:
    """Say, as the first of two persons, that a claimed run is right.

    Raises:
        RunEmpty: nobody is paid.
        RunNotReady: it is not claimed, or was prepared already.
    """
    if not run.payouts.exists():
        raise RunEmpty
    with transaction.atomic():
        changed = PayoutRun.objects.filter(pk=run.pk, state=State.CLAIMED).update(
            state=State.PREPARED, prepared_by=by
        )
        if not changed:
            raise RunNotReady
        _record("creators.prepare_payouts", run, by)


def release_run(run: PayoutRun, *, by: User) -> None:
    """Write the bank's file as the second person; it is kept and never written again.

    The file and the state of all its payouts are one transaction: a run has either no
    file or one, and a bank that gets it twice sees the same message. Where Stripe
    pays, the transfers are made by a job once this has committed.

    Raises:
        RunNotReady: it is not prepared, or was released already.
        SamePerson: this person prepared it.
        CurrencyMixed: a payout is in another currency than the run.
        FileUnwritable: the bank would refuse the file; a payout without a name that
            a bank reads is named.
        StripeSilent: Stripe pays this run, and there is no key to ask it by.

    Locks: the run, then the creators whose invoices are numbered.
    """
    with transaction.atomic():
        row = PayoutRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if row.state != State.PREPARED:
            raise RunNotReady
        if row.prepared_by_id == by.pk:
            raise SamePerson
        now = clock.now()
        _check_currencies(row)
        if row.rule.is_by_stripe:
            _queue_transfers()
        else:
            row.sealed_file = seal(_write_file(row), purpose=FILE_PURPOSE)
        row.state, row.released_by, row.released_at = State.RELEASED, by, now
        row.save()
        row.payouts.filter(state=Payout.State.CLAIMED).update(
            state=Payout.State.SENT, changed_at=now
        )
        issue_invoices(row)
        _record("creators.release_payouts", row, by)


def download_file(run: PayoutRun, *, by: User) -> str:
    """Return a released run's file for the bank, and record who took it.

    Raises:
        RunNotReady: it is not released, or paid by Stripe, which needs no file.
    """
    row = PayoutRun.objects.get(pk=run.pk)
    if row.state != State.RELEASED or not row.sealed_file:
        raise RunNotReady
    with transaction.atomic():
        _record("creators.download_payouts", row, by)
    return unseal(row.sealed_file, purpose=FILE_PURPOSE)


def _claim_payee(run: PayoutRun, payee: Payee) -> bool:
    """Make the owner's payout in one transaction, under the lock of its account."""
    account = payee.account
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if Payout.objects.filter(run=run, account=account).exists():
            return False
        lines = list_payable_lines(
            account, now=clock.now(), settle_days=run.market.settle_days
        )
        total = sum(line.amount_minor for line in lines)
        is_urgent = payee.is_closed or any(line.is_guarantee for line in lines)
        has_minimum = account.has_minimum and not is_urgent
        least = run.rule.minimum_minor if has_minimum else 1
        if total < least:
            return False
        _write_payout(run, payee, lines, total)
    return True


def _write_payout(
    run: PayoutRun, payee: Payee, lines: Sequence[PayableLine], total: int
) -> None:
    account, public_id = payee.account, ids.new_public_id()
    posting, _ = ledger.post_transaction(
        PAYOUT,
        cause_kind=PAYOUT,
        cause_ref=public_id,
        rule_version=run.rule.version,
        currency=run.currency,
        sides=[(account, total), (ledger.ensure_paid_out(account), -total)],
    )
    payout = Payout.objects.create(
        public_id=public_id,
        run=run,
        account=account,
        details=payee.details,
        connected=payee.connected,
        amount_minor=total,
        currency=run.currency,
        posting=posting,
    )
    PayoutLine.objects.bulk_create(
        PayoutLine(
            payout=payout,
            commission_id=line.commission_id,
            entry_id=line.entry_id,
            title=line.title,
            reversed_minor=line.reversed_minor,
            paid_minor=line.paid_minor,
            amount_minor=line.amount_minor,
        )
        for line in lines
    )


def _check_currencies(run: PayoutRun) -> None:
    found = run.payouts.order_by().values_list("currency", flat=True)
    currencies = set(found.distinct())
    if currencies | {run.currency} != {run.rule.currency}:
        raise CurrencyMixed


def _queue_transfers() -> None:
    if not connect.is_set_up():
        raise StripeSilent
    enqueue_on_commit(TRANSFERS_TASK)


def _write_file(run: PayoutRun) -> str:
    transfers = [
        Transfer(
            reference=payout.public_id,
            holder=_name_payee(payout),
            bank_account=open_bank_account(payout.details),
            amount_minor=payout.amount_minor,
        )
        for payout in run.payouts.select_related("details").order_by("pk")
    ]
    if run.rule.method == PayoutRule.Method.UK:
        return write_uk(transfers)
    zone = ZoneInfo(run.market.time_zone)
    return write_sepa(
        transfers,
        payer=run.rule.payer_name,
        iban=run.rule.payer_bank_account,
        execute_on=find_bank_day(run.market, clock.now().astimezone(zone).date()),
    )


def _name_payee(payout: Payout) -> str:
    """Name who is paid: the holder, or by the legal name where no bank reads that."""
    details = payout.details
    name = read_name(details.holder) or read_name(details.legal_name)
    if not name:
        words = gettext(
            "Payout %(payout)s has no name that a bank can read. Nothing was released."
        )
        message = words % {"payout": payout.public_id}
        raise FileUnwritable(message, extra={"payout": payout.public_id})
    return name


def _record(action: str, run: PayoutRun, by: User) -> None:
    audit.record(action, actor=by, subject_kind="payout_run", subject_ref=run.public_id)
