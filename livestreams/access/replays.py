"""Recordings of shows that the caller was allowed to tend."""

from livestreams.errors import ReplayMissing
from livestreams.models import Livestream, Recording


def find_recording(livestream: Livestream) -> Recording | None:
    """Return what was recorded of a show, in any state, or None."""
    rows = Recording.objects.select_related("livestream__market")
    return rows.filter(livestream=livestream).first()


def get_recording_of(livestream: Livestream) -> Recording:
    """Return what was recorded of a show, in any state.

    Raises:
        ReplayMissing: nothing was.
    """
    recording = find_recording(livestream)
    if recording is None:
        raise ReplayMissing
    return recording
