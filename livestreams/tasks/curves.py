"""Jobs of reports: look how many watch, tell whose report is ready."""

from celery import shared_task

from livestreams.services.curves import count_audiences
from livestreams.services.show_reports import tell_reports


@shared_task(name="livestreams.count_audiences_task", ignore_result=True)
def count_audiences_task() -> int:
    """Note how many watch each show on air; beat calls it a few times a minute."""
    return count_audiences()


@shared_task(name="livestreams.tell_reports_task", ignore_result=True)
def tell_reports_task() -> int:
    """Tell creators whose shows ended minutes ago; each show once."""
    return tell_reports()
