"""Answers of banks: matched by end-to-end id, kept once each, acted on once."""

import hashlib
from collections import Counter

import structlog
from django.db import transaction

from creators.errors import BankFileUnread
from creators.models import BankAnswer, Payout
from creators.payouts.answers import Said, UnreadableAnswerError, read_answers
from creators.selectors.payable import PAYOUT, PAYOUT_BACK
from creators.services import ledger
from creators.services.letters import FAILED_TOPIC
from creators.services.self_billing import issue_credit_note
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit, outbox

Verdict, Outcome, State = BankAnswer.Verdict, BankAnswer.Outcome, Payout.State
log = structlog.get_logger(__name__)

FITS: dict[tuple[str, str], str] = {
    (State.SENT, Verdict.BOOKED): State.CONFIRMED,
    (State.SENT, Verdict.REJECTED): State.REJECTED,
    (State.SENT, Verdict.RETURNED): State.RETURNED,
    (State.CONFIRMED, Verdict.RETURNED): State.RETURNED,
    (State.SENT, Verdict.ACCEPTED): State.SENT,
}
KNOWN = {
    (State.CONFIRMED, Verdict.ACCEPTED),
    (State.CONFIRMED, Verdict.BOOKED),
    (State.REJECTED, Verdict.REJECTED),
    (State.RETURNED, Verdict.RETURNED),
    (State.RETURNED, Verdict.BOOKED),
    (State.RETURNED, Verdict.ACCEPTED),
}


def take_answers(content: bytes, *, by: User | None) -> Counter[str]:
    """Read a message of the bank and act on it; count what came of its parts.

    Each part is a transaction of its own, so that a message cut off anywhere is simply
    read again.

    Raises:
        BankFileUnread: it is not a message that we understand.

    Safe to repeat: yes; a part that was kept is left out.
    """
    try:
        parts = read_answers(content)
    except UnreadableAnswerError as fault:
        raise BankFileUnread from fault
    outcomes: Counter[str] = Counter()
    for said in parts:
        answer = take_said(said)
        if answer is not None:
            outcomes[answer.outcome] += 1
    digest = hashlib.sha256(content).hexdigest()
    audit.record(
        "creators.take_bank_file",
        actor=by,
        subject_kind="bank_file",
        subject_ref=digest,
        facts=dict(outcomes),
    )
    log.info("creators.bank_answered", **outcomes)
    return outcomes


def take_said(said: Said) -> BankAnswer | None:
    """Keep one thing that was said of a payout and act on it; None if kept before.

    Locks: the payout. Safe to repeat: yes.
    """
    key = _make_key(said)
    with transaction.atomic():
        payout = (
            Payout.objects.select_for_update(of=("self",))
            .select_related("account", "run__rule__market")
            .filter(public_id=said.end_to_end_id)
            .first()
        )
        if BankAnswer.objects.filter(key=key).exists():
            return None
        outcome = _judge(payout, said)
        if payout is not None and outcome == Outcome.APPLIED:
            _apply(payout, said)
        return BankAnswer.objects.create(
            key=key,
            message_id=said.message_id[:70],
            end_to_end_id=said.end_to_end_id[:35],
            verdict=said.verdict,
            reason=said.reason[:200],
            amount_minor=said.amount_minor,
            currency=said.currency,
            outcome=outcome,
            payout=payout,
        )


def _judge(payout: Payout | None, said: Said) -> str:
    if payout is None:
        return Outcome.UNKNOWN
    tells_money = said.verdict in {Verdict.BOOKED, Verdict.RETURNED}
    told = (said.amount_minor, said.currency)
    if tells_money and told != (payout.amount_minor, payout.currency):
        return Outcome.CONTRADICTORY
    step = (payout.state, said.verdict)
    if step in FITS:
        return Outcome.APPLIED
    return Outcome.REPEATED if step in KNOWN else Outcome.CONTRADICTORY


def _apply(payout: Payout, said: Said) -> None:
    payout.state = FITS[payout.state, said.verdict]
    payout.changed_at = clock.now()
    if payout.has_failed:
        payout.reason = said.reason[:200]
        _give_back(payout)
    payout.save(update_fields=["state", "changed_at", "reason"])


def _give_back(payout: Payout) -> None:
    """Return the money of a failed payout to the balance; its lines are open again.

    Its invoice is undone, and the owner is told.
    """
    ledger.post_transaction(
        PAYOUT_BACK,
        cause_kind=PAYOUT,
        cause_ref=payout.public_id,
        rule_version=payout.run.rule.version,
        currency=payout.currency,
        sides=[
            (ledger.ensure_paid_out(payout.account), payout.amount_minor),
            (payout.account, -payout.amount_minor),
        ],
        reverses=payout.posting,
    )
    issue_credit_note(payout)
    outbox.post(FAILED_TOPIC, payout.public_id, {"payout": payout.public_id})


def _make_key(said: Said) -> str:
    """Name a part by all that it says, so that the same file twice adds nothing."""
    facts = (
        said.message_id,
        said.end_to_end_id,
        said.verdict,
        said.reference,
        said.reason,
        said.amount_minor,
        said.currency,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()
