"""Jobs of the funnel: collect what carts and orders say, then sum it up."""

from celery import shared_task

from livestreams.services import funnel, funnel_sums


@shared_task(name="livestreams.sum_funnels_task", ignore_result=True)
def sum_funnels_task() -> int:
    """Collect the newest steps and sum up the shows that they belong to."""
    funnel.collect_steps()
    return funnel_sums.sum_funnels()


@shared_task(name="livestreams.keep_funnel_partitions_task", ignore_result=True)
def keep_funnel_partitions_task() -> int:
    """Make the coming month's partition and drop what is too old."""
    return funnel.keep_partitions()
