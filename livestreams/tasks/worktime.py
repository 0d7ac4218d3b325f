"""Jobs of the working-time guard."""

from celery import shared_task

from livestreams.services import work_guard


@shared_task(name="livestreams.guard_worktime_task", ignore_result=True)
def guard_worktime_task() -> int:
    """Show the slate where a host must rest; running it twice is harmless."""
    return work_guard.guard_shows()
