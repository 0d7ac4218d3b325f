"""Jobs of the site: the outbox relay."""

from celery import shared_task

from shopfront.services import outbox


@shared_task(name=outbox.RELAY_TASK, ignore_result=True)
def relay_outbox_task() -> int:
    """Carry out due outbox messages; beat calls it too, for lost hints."""
    return outbox.relay()
