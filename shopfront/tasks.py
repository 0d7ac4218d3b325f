"""Jobs of the site: the relays of the outbox."""

from celery import shared_task

from shopfront.common import heartbeat
from shopfront.services import outbox


@shared_task(name=outbox.RELAY_TASK, ignore_result=True)
def relay_outbox_task() -> int:
    """Carry out due outbox messages; beat calls it too, for lost hints."""
    heartbeat.leave_sign("worker")
    return outbox.relay()


@shared_task(name=outbox.URGENT_TASK, ignore_result=True)
def relay_urgent_task() -> int:
    """Carry out urgent outbox messages; the other relay finds what it misses."""
    heartbeat.leave_sign("urgent")
    return outbox.relay(only_urgent=True)
