"""How many people watched a replay, counted by the rule of live viewers (W10).

One account counts once, or one browser without an account, after five seconds of a
moving picture; the host's side, staff and simulated shoppers never.
"""

from django.db.models import Count
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from livestreams.access.tickets import find_counted_viewer
from livestreams.broadcast import replay_views
from livestreams.models import Livestream, Recording, ReplayView
from shopfront.common import clock
from shopfront.models import User

_SALT = "livestreams.replay_view"
PER_INSERT = 1000


def note_view(
    livestream: Livestream, *, user: User | None, browser_key: str | None
) -> None:
    """Count a viewer of a replay, with the next batch.

    Without Valkey it is not counted: a number may be late or low, a page may not wait.

    Safe to repeat: yes.
    """
    recording: Recording | None = getattr(livestream, "recording", None)
    viewer = find_counted_viewer(livestream, user=user, browser_key=browser_key)
    if recording is None or not viewer:
        return
    # The digest differs from replay to replay, so that rows tell of nobody's habits.
    digest = salted_hmac(_SALT, f"{recording.pk}:{viewer}").hexdigest()[:32]
    try:
        replay_views.note_seen(recording.pk, digest)
    except (RedisError, OSError):
        return


def count_views() -> int:
    """Write the views that came since the last run; return how many were new.

    Safe to repeat: a run that was killed is done again, and each row counts once.
    """
    try:
        seen = replay_views.take_seen()
    except (RedisError, OSError):
        return 0
    known = set(
        Recording.objects.filter(pk__in={pk for pk, _viewer in seen}).values_list(
            "pk", flat=True
        )
    )
    before = _count(known)
    now = clock.now()
    ReplayView.objects.bulk_create(
        (
            ReplayView(recording_id=pk, viewer=viewer, at=now)
            for pk, viewer in sorted(seen)
            if pk in known
        ),
        batch_size=PER_INSERT,
        ignore_conflicts=True,
    )
    after = _count(known)
    for pk, total in after.items():
        Recording.objects.filter(pk=pk).update(views_total=total)
    if seen:
        replay_views.drop_taken()
    return sum(after.values()) - sum(before.values())


def _count(recordings: set[int]) -> dict[int, int]:
    rows = ReplayView.objects.filter(recording__in=recordings)
    counted = rows.values("recording").annotate(total=Count("pk"))
    return dict(counted.order_by("recording").values_list("recording", "total"))
