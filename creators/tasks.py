"""Jobs of creators: settlement."""

from celery import shared_task

from creators.services import settlement


@shared_task(name="creators.settle_commissions_task", ignore_result=True)
def settle_commissions_task() -> int:
    """Settle commissions that are due; beat calls it, running it twice is harmless."""
    return settlement.settle_commissions()
