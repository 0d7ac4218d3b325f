"""Jobs of take-alongs; those with files run where the gateway's folder is."""

from celery import shared_task

from livestreams.services import takealong


@shared_task(name=takealong.MAKE_TASK, ignore_result=True)
def make_take_along_task(pk: int) -> None:
    """Make a file that was asked for; one that another worker makes is left to it."""
    takealong.make_take_along(pk)


@shared_task(name=takealong.ERASE_TASK, ignore_result=True)
def erase_take_along_task(pk: int) -> None:
    """Delete a file that is over."""
    takealong.erase_take_along(pk)


@shared_task(name="livestreams.tend_take_alongs_task", ignore_result=True)
def tend_take_alongs_task() -> int:
    """End what is past its days and queue what was left."""
    return takealong.tend_take_alongs()
