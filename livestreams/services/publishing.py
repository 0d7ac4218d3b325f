"""What the media gateway does to a show: picture here, picture lost, recording."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from livestreams.access.gateways import get_encoder_address
from livestreams.access.intake import is_dismissed, read_intake_ticket
from livestreams.access.playback import is_stream_key_right
from livestreams.errors import ShowElsewhere, ShowEnded, StreamKeyWrong
from livestreams.models import Livestream, Recording
from livestreams.models.sayings import Saying, keep
from livestreams.services import gateways, shows, simulcast
from livestreams.services.keeping import KEEP_TASK
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import User
from shopfront.services import audit

DEMO_KEEPS_SECONDS = 600.0
SEEN_EVERY_SECONDS = 15

# Kept in English and translated for whoever reads it in the studio.
WRONG_KEY = gettext_noop("An encoder tried with a wrong key.")
TOO_LATE = gettext_noop("An encoder came after the show had ended.")
ELSEWHERE = gettext_noop(
    "Your encoder came to another server than this show's. Copy the address again."
)

NOTHING_KEPT = gettext_noop("The gateway kept no picture of this show.")

State = Livestream.State


@dataclass(frozen=True, slots=True)
class PublisherStanding:
    """Whether a picture may go on, and since when the show is on air."""

    is_allowed: bool
    waits: bool
    """The show stays open without a picture: a break, or a demo."""
    live_since: float | None
    key_version: int = 0
    """The version of the key that a publisher must have shown."""
    relays: tuple[simulcast.Relay, ...] = ()
    """The servers that get a copy while the show is live."""
    is_dismissed: bool = False
    """Who publishes from a browser runs the show no more."""


def admit_publisher(public_id: str, key: str, *, at: str = "") -> Livestream:
    """Return the show that an encoder may publish into.

    A wrong key is remembered on the show, so that the studio can tell its host.

    Args:
        public_id: the show that the encoder names.
        key: the secret that it shows.
        at: name of the gateway at which it knocks.

    Raises:
        StreamKeyWrong: no show has this name and key.
        ShowEnded: the show is over.
        ShowElsewhere: another gateway carries the show.
    """
    livestream = Livestream.objects.filter(public_id=public_id).first()
    if livestream is None:
        raise StreamKeyWrong
    if not is_stream_key_right(livestream, key):
        _remember_refusal(livestream, WRONG_KEY)
        raise StreamKeyWrong
    if livestream.state == State.ENDED:
        _remember_refusal(livestream, TOO_LATE)
        raise ShowEnded
    _check_place(livestream, at)
    return livestream


def admit_browser(public_id: str, ticket: str, *, at: str) -> tuple[Livestream, User]:
    """Return the show that a browser may publish into, and who does.

    Args:
        public_id: the show that the page names.
        ticket: what the studio gave it (`livestreams.access.intake`).
        at: name of the gateway at which it knocks.

    Raises:
        TicketInvalid: it is forged, for another show, or too old.
        ShowEnded: the show is over.
        ShowElsewhere: another gateway carries the show.
    """
    livestream, person = read_intake_ticket(ticket, public_id)
    if livestream.state == State.ENDED:
        raise ShowEnded
    _check_place(livestream, at)
    return livestream, person


def _check_place(livestream: Livestream, at: str) -> None:
    if not at:
        return
    placed = gateways.place_livestream(livestream, at=at)
    if placed is not None and placed.name != at:
        _remember_refusal(livestream, ELSEWHERE)
        address = get_encoder_address(livestream)
        sentence = str(ShowElsewhere.default_message) % {"address": address}
        raise ShowElsewhere(sentence, extra={"address": address})


def note_refusal(public_id: str, sentence: str) -> None:
    """Remember why an encoder had to go, or what is wrong with its picture."""
    livestream = Livestream.objects.filter(public_id=public_id).first()
    if livestream is not None:
        _remember_refusal(livestream, sentence)


def note_picture(public_id: str) -> None:
    """Note that a show has a picture; one that was lost is resumed (W5).

    Safe to repeat: yes.
    """
    with transaction.atomic():
        livestream = Livestream.objects.select_for_update(no_key=True).get(
            public_id=public_id
        )
        was_lost = livestream.publisher_lost_at is not None
        livestream.publisher_seen_at = clock.now()
        livestream.publisher_lost_at = None
        livestream.save(update_fields=["publisher_seen_at", "publisher_lost_at"])
        if livestream.state != State.ENDED:
            Recording.objects.get_or_create(livestream=livestream)
        if was_lost and livestream.state == State.PAUSED:
            shows.resume_livestream(livestream)


def note_picture_lost(public_id: str) -> None:
    """Note that the picture is lost; a live show pauses with its slate (W5).

    A show in a break stays as it is: a break never ends a show (W6).

    Safe to repeat: yes.
    """
    with transaction.atomic():
        livestream = Livestream.objects.select_for_update(no_key=True).get(
            public_id=public_id
        )
        if livestream.publisher_seen_at is None:
            return
        livestream.publisher_seen_at = None
        if livestream.state == State.LIVE:
            livestream.publisher_lost_at = clock.now()
        livestream.save(update_fields=["publisher_seen_at", "publisher_lost_at"])
        if livestream.state == State.LIVE:
            shows.pause_livestream(livestream)


def check_standing(public_id: str, *, person: str = "") -> PublisherStanding:
    """Say whether a picture may go on; the gateway asks every second and a half.

    Args:
        public_id: the show.
        person: public id of who publishes from a browser, empty for an encoder.
    """
    livestream = Livestream.objects.filter(public_id=public_id).first()
    if livestream is None or livestream.state == State.ENDED:
        started_at = livestream.started_at if livestream else None
        since = started_at.timestamp() if started_at else None
        return PublisherStanding(is_allowed=False, waits=False, live_since=since)
    _note_seen(livestream)
    if _is_too_long(livestream):
        shows.end_livestream(livestream, reason=keep(Saying.TOO_LONG))
        return check_standing(public_id)
    is_break = livestream.state == State.PAUSED and livestream.publisher_lost_at is None
    return PublisherStanding(
        is_allowed=True,
        waits=is_break or livestream.is_demo,
        live_since=livestream.started_at.timestamp() if livestream.started_at else None,
        key_version=livestream.key_version,
        relays=simulcast.list_relays(livestream),
        is_dismissed=bool(person) and is_dismissed(livestream, person),
    )


def _is_too_long(livestream: Livestream) -> bool:
    if livestream.started_at is None or livestream.is_demo:
        return False
    longest = dt.timedelta(hours=settings.MEDIA_MOST_HOURS)
    return clock.now() - livestream.started_at > longest


def close_broadcast(public_id: str, *, seconds: float, bytes_count: int) -> None:
    """End a show whose picture did not come back, and finish its recording.

    Both at once: pages that hear of the end ask for the replay at the same moment. An
    encoder that only tried before the show began leaves no recording, and neither does
    a rehearsal.

    Safe to repeat: yes.
    """
    livestream = Livestream.objects.filter(public_id=public_id).first()
    if livestream is None:
        return
    with transaction.atomic():
        if livestream.is_on_air:
            reason = keep(Saying.PICTURE_LOST)
            shows.end_livestream(livestream, reason=reason)
        _finish_recording(livestream, seconds, bytes_count)


def keep_recording(public_id: str, *, seconds: float, bytes_count: int) -> None:
    """Note that a finished show has a recording that was made elsewhere.

    Safe to repeat: yes.
    """
    livestream = Livestream.objects.get(public_id=public_id, state=State.ENDED)
    recording, _is_new = Recording.objects.update_or_create(
        livestream=livestream,
        defaults={
            "state": Recording.State.READY,
            "seconds": round(seconds),
            "bytes_count": bytes_count,
            "ready_at": clock.now(),
        },
    )
    enqueue_on_commit(KEEP_TASK, recording.pk, queue="media")


def leave_silent_gateways() -> int:
    """Pause shows whose gateway fell silent; end those it lost for the grace time.

    Where the encoder comes back meanwhile, the show moves to a gateway that lives
    and goes on. What was recorded is finished when the silent one returns.

    Returns how many shows were paused or ended. Safe to repeat: yes.
    """
    now = clock.now()
    silent = Livestream.objects.filter(
        gateway__seen_at__lte=now - gateways.SILENT_AFTER, is_demo=False
    )
    dark = list(silent.filter(publisher_seen_at__isnull=False, state=State.LIVE))
    for show in dark:
        note_picture_lost(show.public_id)
    grace = dt.timedelta(seconds=settings.MEDIA_GRACE_SECONDS)
    lost = list(silent.filter(publisher_lost_at__lte=now - grace, state=State.PAUSED))
    for show in lost:
        shows.end_livestream(show, reason=keep(Saying.GATEWAY_LOST))
    return len(dark) + len(lost)


def list_left_open(at: str) -> Sequence[str]:
    """Name the shows that a gateway of this name left open."""
    on_air = Q(state__in=[State.LIVE, State.PAUSED])
    has_traces = Q(publisher_seen_at__isnull=False) | Q(publisher_lost_at__isnull=False)
    unfinished = Q(recording__state=Recording.State.RECORDING)
    seen_early = Q(state=State.SCHEDULED, publisher_seen_at__isnull=False)
    is_here = Q(gateway=None) | Q(gateway__name=at)
    rows = Livestream.objects.filter(
        is_here, (on_air & has_traces) | unfinished | seen_early
    )
    return list(rows.order_by("pk").values_list("public_id", flat=True))


def rotate_stream_key(livestream: Livestream, *, by: User) -> None:
    """Give a show a new stream key; whoever sends with the old one must go."""
    with transaction.atomic():
        Livestream.objects.filter(pk=livestream.pk).update(
            key_version=F("key_version") + 1
        )
        audit.record(
            "livestreams.rotate_stream_key",
            actor=by,
            subject_kind="livestream",
            subject_ref=livestream.public_id,
        )
    livestream.refresh_from_db()


def _finish_recording(livestream: Livestream, seconds: float, size: int) -> None:
    """Say in the open transaction what was recorded of a show, of so many bytes."""
    recordings = Recording.objects.filter(
        livestream=livestream, state=Recording.State.RECORDING
    )
    if livestream.started_at is None or livestream.is_rehearsal:
        recordings.delete()
        return
    is_ready = seconds >= 1
    pks = list(recordings.values_list("pk", flat=True))
    recordings.update(
        state=Recording.State.READY if is_ready else Recording.State.FAILED,
        why="" if is_ready else NOTHING_KEPT,
        seconds=round(seconds),
        bytes_count=size,
        ready_at=clock.now(),
    )
    for pk in pks:
        enqueue_on_commit(KEEP_TASK, pk, queue="media")


def _remember_refusal(livestream: Livestream, sentence: str) -> None:
    Livestream.objects.filter(pk=livestream.pk).update(
        refused_at=clock.now(), refused_why=sentence[:200]
    )


def _note_seen(livestream: Livestream) -> None:
    now = clock.now()
    seen_at = livestream.gateway_seen_at
    if seen_at is None or (now - seen_at).total_seconds() > SEEN_EVERY_SECONDS:
        Livestream.objects.filter(pk=livestream.pk).update(gateway_seen_at=now)
