"""Payouts by Stripe: each transfer is found before it is made, and booked once (E6).

What Stripe says is kept and acted on like the messages of a bank.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
from django.db import connection

from creators.errors import StripeSilent
from creators.models import Payout, PayoutRun
from creators.payouts import connect
from creators.payouts.answers import Said
from creators.selectors.connected import list_runs_to_look_at, list_runs_to_send
from creators.services.bank_answers import take_said

log = structlog.get_logger(__name__)


def send_transfers() -> int:
    """Make the transfers that released runs still wait for; return answers kept.

    Safe to repeat: yes, and side by side; a payout is one transfer.
    """
    return _carry_all(list_runs_to_send())


def look_for_reversals() -> int:
    """Give back what of paid transfers was reversed since; return answers kept.

    Safe to repeat: yes.
    """
    return _carry_all(list_runs_to_look_at())


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
    return kept


def _carry_all(runs: Iterable[PayoutRun]) -> int:
    kept = 0
    for run in runs:
        try:
            kept += carry_run(run)
        except StripeSilent:
            log.warning("creators.transfers_wait", run=run.public_id)
    return kept


def _ask(payout: Payout, known: Mapping[str, Sequence[Said]]) -> Sequence[Said]:
    """Return what Stripe says of a payout; only one that it has not is sent."""
    if payout.public_id in known or payout.state != Payout.State.SENT:
        return known.get(payout.public_id, ())
    assert payout.connected is not None
    wish = connect.Wish(
        reference=payout.public_id,
        group=payout.run.public_id,
        account=payout.connected.stripe_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
    )
    return connect.send_transfer(wish)


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
