"""Jobs of audiences: look how many watch."""

from celery import shared_task

from livestreams.services.curves import count_audiences


@shared_task(name="livestreams.count_audiences_task", ignore_result=True)
def count_audiences_task() -> int:
    """Note how many watch each show on air; beat calls it a few times a minute."""
    return count_audiences()
