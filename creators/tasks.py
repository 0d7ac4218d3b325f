"""Jobs of creators: settlement, payouts, transfers, checks of books, reminders."""

from celery import shared_task

from creators.selectors.books import find_book_faults
from creators.selectors.connected import find_late_transfers
from creators.services import payouts, settlement, transfers, work_appeals
from shopfront.services import alarms


@shared_task(name="creators.settle_commissions_task", ignore_result=True)
def settle_commissions_task() -> int:
    """Settle commissions that are due; beat calls it, running it twice is harmless."""
    return settlement.settle_commissions()


@shared_task(name="creators.run_payouts_task", ignore_result=True)
def run_payouts_task() -> int:
    """Claim the payout runs that are due; beat calls it, running twice is harmless."""
    return payouts.run_payouts()


@shared_task(name="creators.send_transfers_task", ignore_result=True)
def send_transfers_task() -> int:
    """Make the transfers that wait at Stripe; a run is carried by one at a time."""
    return transfers.send_transfers()


@shared_task(name="creators.look_at_transfers_task", ignore_result=True)
def look_at_transfers_task() -> int:
    """Find reversed transfers, and alarm staff of those that wait for a day."""
    alarms.watch("transfers", find_late_transfers)
    return transfers.look_for_reversals()


@shared_task(name="creators.look_at_run_task", ignore_result=True)
def look_at_run_task(run_ref: str) -> int:
    """Find reversed transfers of one run; a webhook asks for it."""
    return transfers.look_at_run(run_ref)


@shared_task(name="creators.check_ledger_task", ignore_result=True)
def check_ledger_task() -> int:
    """Add the ledger up by other means and alarm staff of faults."""
    return alarms.watch("ledger", find_book_faults)


@shared_task(name="creators.remind_decisions_task", ignore_result=True)
def remind_decisions_task() -> int:
    """Remind staff of decisions about working time; running twice is harmless."""
    return work_appeals.remind_of_due()
