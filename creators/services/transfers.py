"""Payouts by Stripe: each transfer is found before it is made, and booked once (E6).

What Stripe says is kept and acted on like the messages of a bank. A payout that was
reversed whole is back in the balance; what was reversed in part is sent again, because
the payout stands: pay is held line by line or not at all (E7).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
from django.db import connection

from creators.errors import StripeSilent
from creators.models import Payout, PayoutRun
from creators.payouts import connect
from creators.payouts.answers import BOOKED, Said
from creators.selectors.connected import list_runs_to_look_at, list_runs_to_send
from creators.services.bank_answers import take_said
from shopfront.common.jobs import enqueue_on_commit
from shopfront.services import audit

LOOK_TASK = "creators.look_at_run_task"
log = structlog.get_logger(__name__)


def send_transfers() -> int:
    """Make the transfers that released runs still wait for; return answers kept.

    Safe to repeat: yes, and side by side; a payout is one transfer.
    """
    return _carry_all(list_runs_to_send())


def look_for_reversals() -> int:
    """Act on what of paid transfers was reversed since; return answers kept.

    Safe to repeat: yes.
    """
    return _carry_all(list_runs_to_look_at())


def ask_to_look(run_ref: str) -> bool:
    """Have a run's transfers looked at soon, as Stripe told of one; False if unknown.

    Safe to repeat: yes. Where the hint is lost, the next sweep looks.
    """
    if not list_runs_to_look_at().filter(public_id=run_ref).exists():
        return False
    enqueue_on_commit(LOOK_TASK, run_ref)
    return True


def look_at_run(run_ref: str) -> int:
    """Act on what of one run's transfers was reversed since; return answers kept.

    Safe to repeat: yes.
    """
    return _carry_all(list_runs_to_look_at().filter(public_id=run_ref))


def carry_run(run: PayoutRun) -> int:
    """Make a released run's transfers and book what Stripe says; return answers kept.

    Cut off anywhere it goes on where it was: what Stripe has is found by the run and
    never made again.

    Raises:
        StripeSilent: Stripe did not answer; what was booked before stays.

    Locks: the run, for this session, so that nobody sends what another refuses.
    """
    kept = 0
    with _holding(run) as is_ours:
        if not is_ours:
            return 0
        known = connect.list_transfers(run.public_id)
        payouts = run.payouts.filter(connected__isnull=False)
        for payout in payouts.select_related("connected", "run").order_by("pk"):
            said = _ask(payout, known)
            kept += sum(take_said(part) is not None for part in said)
            kept += _make_up(payout, known)
    return kept


def _carry_all(runs: Iterable[PayoutRun]) -> int:
    kept = 0
    for run in runs:
        try:
            kept += carry_run(run)
        except StripeSilent:
            log.warning("creators.transfers_wait", run=run.public_id)
    return kept


def _ask(payout: Payout, known: Mapping[str, connect.Known]) -> Sequence[Said]:
    """Return what Stripe says of a payout; only one that it has not is sent."""
    if payout.public_id in known:
        return known[payout.public_id].said
    if payout.state != Payout.State.SENT:
        return ()
    return connect.send_transfer(_wish(payout, payout.amount_minor))


def _make_up(payout: Payout, known: Mapping[str, connect.Known]) -> int:
    """Send again what was reversed of a payout that stands; return refusals kept.

    The next look finds the transfer among the payout's, so that nothing is missing.
    """
    found = known.get(payout.public_id)
    if found is None or not found.missing_minor:
        return 0
    payout.refresh_from_db(fields=["state"])
    if payout.state != Payout.State.CONFIRMED:
        return 0
    wish = _wish(payout, found.missing_minor)
    said = connect.send_transfer(wish, nth=found.count)
    if any(part.verdict == BOOKED for part in said):
        facts = {"amount_minor": wish.amount_minor, "transfer": said[0].message_id}
        _record(payout, facts)
        return 0
    return sum(take_said(part) is not None for part in said)


def _wish(payout: Payout, amount_minor: int) -> connect.Wish:
    assert payout.connected is not None
    return connect.Wish(
        reference=payout.public_id,
        group=payout.run.public_id,
        account=payout.connected.stripe_id,
        amount_minor=amount_minor,
        currency=payout.currency,
    )


def _record(payout: Payout, facts: Mapping[str, object]) -> None:
    audit.record(
        "creators.make_up_reversal",
        actor=None,
        subject_kind="payout",
        subject_ref=payout.public_id,
        facts=facts,
    )


@contextmanager
def _holding(run: PayoutRun) -> Iterator[bool]:
    """Hold a run for this session; the server frees it when its holder dies."""
    name = f"creators.transfers:{run.public_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
