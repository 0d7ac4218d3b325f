"""Jobs of creators: settlement and payout runs."""

from celery import shared_task

from creators.services import payouts, settlement


@shared_task(name="creators.settle_commissions_task", ignore_result=True)
def settle_commissions_task() -> int:
    """Settle commissions that are due; beat calls it, running it twice is harmless."""
    return settlement.settle_commissions()


@shared_task(name="creators.run_payouts_task", ignore_result=True)
def run_payouts_task() -> int:
    """Claim the payout runs that are due; beat calls it, running twice is harmless."""
    return payouts.run_payouts()
