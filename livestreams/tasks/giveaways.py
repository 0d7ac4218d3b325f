"""Jobs of giveaways."""

from celery import shared_task

from livestreams.services import giveaways


@shared_task(name="livestreams.draw_giveaways_task", ignore_result=True)
def draw_giveaways_task() -> int:
    """Close the giveaways that have ended and draw them."""
    return giveaways.draw_due()
