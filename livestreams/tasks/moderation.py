"""Jobs of moderation, on their own queue."""

from celery import shared_task

from livestreams.services import moderation
from livestreams.services.chat import SECOND_LOOK_TASK


@shared_task(name=SECOND_LOOK_TASK, ignore_result=True)
def second_look_task(pk: int) -> None:
    """Look again at a held message; a message already decided stays so."""
    moderation.look_again(pk)


@shared_task(name="livestreams.second_look_sweep_task", ignore_result=True)
def second_look_sweep_task() -> int:
    """Queue held messages whose hint was lost."""
    return moderation.hint_unseen()
