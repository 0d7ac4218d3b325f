"""Jobs of recordings and clips; those with files run where the gateway's folder is."""

from celery import shared_task

from livestreams.services import (
    clips,
    keeping,
    publishing,
    rehearsals,
    replay_views,
    replays,
)


@shared_task(name="livestreams.expire_replays_task", ignore_result=True)
def expire_replays_task() -> int:
    """Remove replays whose days are over; a second run finds nothing left."""
    return replays.expire_replays()


@shared_task(name="livestreams.leave_silent_gateways_task", ignore_result=True)
def leave_silent_gateways_task() -> int:
    """Pause or end shows whose gateway fell silent."""
    return publishing.leave_silent_gateways()


@shared_task(name="livestreams.erase_rehearsals_task", ignore_result=True)
def erase_rehearsals_task() -> int:
    """Erase rehearsals that are over, where the gateway's folder is."""
    return rehearsals.erase_rehearsals()


@shared_task(name=replays.ERASE_TASK, ignore_result=True)
def erase_recording_task(pk: int) -> None:
    """Delete the files of a removed recording."""
    replays.erase_files(pk)


@shared_task(name=clips.MAKE_TASK, ignore_result=True)
def make_clip_task(pk: int) -> None:
    """Cut a clip; one that is done stays as it is."""
    clips.make_clip(pk)


@shared_task(name=clips.ERASE_TASK, ignore_result=True)
def erase_clip_task(pk: int) -> None:
    """Delete the files of a removed clip."""
    clips.erase_clip(pk)


@shared_task(name="livestreams.hint_clips_task", ignore_result=True)
def hint_clips_task() -> int:
    """Queue clips whose hints were lost."""
    return clips.hint_left_clips()


@shared_task(name=keeping.KEEP_TASK, ignore_result=True)
def keep_recording_task(pk: int) -> None:
    """Finish a recording; one that was killed is taken up where it ended."""
    keeping.keep_recording(pk)


@shared_task(name="livestreams.hint_recordings_task", ignore_result=True)
def hint_recordings_task() -> int:
    """Queue recordings whose hints were lost or whose store was away."""
    return keeping.hint_waiting_recordings()


@shared_task(name="livestreams.count_replay_views_task", ignore_result=True)
def count_replay_views_task() -> int:
    """Write the views of replays that came since the last run."""
    return replay_views.count_views()
