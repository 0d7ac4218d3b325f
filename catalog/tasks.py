"""Jobs of the catalog: the sweep of holds, renditions of pictures."""

from celery import shared_task

from catalog.services import stock


@shared_task(name="catalog.lapse_holds_task", ignore_result=True)
def lapse_holds_task() -> int:
    """End the holds whose time is over."""
    return stock.lapse_holds()
