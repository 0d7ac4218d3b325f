"""Jobs of reminders."""

from celery import shared_task

from livestreams.services import reminders


@shared_task(name="livestreams.send_reminders_task", ignore_result=True)
def send_reminders_task() -> int:
    """Post due reminders; beat calls it, a second run finds nothing left."""
    return reminders.queue_reminders()
