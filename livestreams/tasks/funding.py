"""Jobs of guarantees."""

from celery import shared_task

from livestreams.services import funding


@shared_task(name="livestreams.return_guarantees_task", ignore_result=True)
def return_guarantees_task() -> int:
    """Give back what was paid for shows that never began; running twice is harmless."""
    return funding.return_unstarted()
