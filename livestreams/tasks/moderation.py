"""Jobs of moderation, on their own queue."""

from celery import shared_task

from catalog.services import product_appeals, report_appeals
from livestreams.services import (
    appeals,
    erasure,
    help_calls,
    moderation,
    reporter_appeals,
    sweeps,
    veil_decisions,
)
from livestreams.services.chat import SECOND_LOOK_TASK
from livestreams.services.reports import ERASE_TASK


@shared_task(name=SECOND_LOOK_TASK, ignore_result=True)
def second_look_task(pk: int) -> None:
    """Look again at a held message; a message already decided stays so."""
    moderation.look_again(pk)


@shared_task(name="livestreams.second_look_sweep_task", ignore_result=True)
def second_look_sweep_task() -> int:
    """Queue held messages whose hint was lost."""
    return moderation.hint_unseen()


@shared_task(name="livestreams.second_look_floods_task", ignore_result=True)
def second_look_floods_task() -> int:
    """Hold the same words from many accounts."""
    return sweeps.hold_floods()


@shared_task(name="livestreams.second_look_reported_task", ignore_result=True)
def second_look_reported_task() -> int:
    """Hold lines that several people reported."""
    return sweeps.hold_reported()


@shared_task(name="livestreams.second_look_repeaters_task", ignore_result=True)
def second_look_repeaters_task() -> int:
    """Mute who was acted against again and again."""
    return sweeps.mute_repeaters()


@shared_task(name=ERASE_TASK, ignore_result=True)
def erase_decided_task() -> int:
    """Erase lines whose authors asked for it while a report was open."""
    return erasure.erase_decided()


@shared_task(name="livestreams.call_next_task", ignore_result=True)
def call_next_task() -> int:
    """Call more people where nobody answers a call for help."""
    return help_calls.call_next()


@shared_task(name="livestreams.remind_appeals_task", ignore_result=True)
def remind_appeals_task() -> int:
    """Remind staff of appeals that are due soon; running twice is harmless."""
    of_pictures = veil_decisions.remind_of_due()
    of_goods = product_appeals.remind_of_due() + report_appeals.remind_of_due()
    of_rooms = appeals.remind_of_due() + reporter_appeals.remind_of_due()
    return of_rooms + of_pictures + of_goods


@shared_task(name="livestreams.forget_pictures_task", ignore_result=True)
def forget_pictures_task() -> int:
    """Delete pictures that were taken down long ago; running twice is harmless."""
    return veil_decisions.forget_pictures()
