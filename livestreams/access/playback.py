"""Stream keys of encoders and tokens of players: signed, checked without a query."""

import base64
import hashlib
import math
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from livestreams.access.shows import HOST_SIDE, Person, find_role
from livestreams.models import Livestream, Recording
from shopfront.common import clock

LOW, STANDARD, REPLAY, STILL = "low", "standard", "replay", "still"
LIFETIME = 6 * 3600
STILL_LIFETIME = 2 * 3600
_KEY_SALT = "livestreams.stream_key"


@dataclass(frozen=True, slots=True)
class Playback:
    """What the player's markup needs."""

    base: str
    token: str
    kind: str
    poster: str
    show: str


def get_stream_key(livestream: Livestream) -> str:
    """Return the secret that an encoder shows; it changes with `key_version`."""
    text = f"{livestream.public_id}:{livestream.key_version}"
    digest = salted_hmac(_KEY_SALT, text, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def get_stream_name(livestream: Livestream) -> str:
    """Return what stands in the encoder's field "stream key"."""
    return f"{livestream.public_id}?key={get_stream_key(livestream)}"


def is_stream_key_right(livestream: Livestream, key: str) -> bool:
    """Whether an encoder showed the present key of a show."""
    return constant_time_compare(get_stream_key(livestream), key)


def sign_path(public_id: str, kind: str, expires_at: int) -> str:
    """Sign a path for nginx: `secure_link_md5 "$expires/$show/$class/<secret>"`."""
    text = f"{expires_at}/{public_id}/{kind}/{settings.MEDIA_SECRET}"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return f"{expires_at}-{signature}"


def mint_playback_token(
    livestream: Livestream, kind: str, *, seconds: int = LIFETIME
) -> str:
    """Return the token that stands in the path of a show's files.

    Args:
        livestream: a show that the caller was allowed to see.
        kind: `low`, `standard`, `replay` or `still`; a token opens only this one.
        seconds: how long it holds.
    """
    expires_at = int(clock.now().timestamp()) + seconds
    return sign_path(livestream.public_id, kind, expires_at)


def is_playback_token_right(public_id: str, kind: str, token: str) -> bool:
    """Whether a token opens this kind of this show now; no query."""
    expiry, _, _ = token.partition("-")
    if not expiry.isdigit() or int(expiry) <= clock.now().timestamp():
        return False
    return constant_time_compare(sign_path(public_id, kind, int(expiry)), token)


def get_still_url(livestream: Livestream) -> str:
    """Return the address of a show's newest still; it stays the same for an hour."""
    hour = math.ceil(clock.now().timestamp() / 3600) * 3600
    token = sign_path(livestream.public_id, STILL, hour + STILL_LIFETIME)
    base = settings.MEDIA_BASE_URL
    return f"{base}/{token}/{livestream.public_id}/{STILL}/poster.jpg"


def get_poster_url(livestream: Livestream) -> str:
    """Return the picture that stands for a show: its own, else the newest still.

    Empty for a show that has neither; a still exists while there is a picture and
    once the show is over.
    """
    is_over = livestream.state == Livestream.State.ENDED
    if livestream.publisher_seen_at or (is_over and livestream.started_at):
        return get_still_url(livestream)
    return livestream.poster.url if livestream.poster else ""


def find_playback(livestream: Livestream, user: Person) -> Playback | None:
    """Return what a player needs to show the live picture, or None.

    Anybody may watch what is on air; before that only the host's side sees the
    picture (the studio's preview).
    """
    if livestream.state == Livestream.State.ENDED:
        return None
    if not livestream.is_on_air and find_role(user, livestream) not in HOST_SIDE:
        return None
    return _describe(livestream, livestream.latency)


def find_replay(livestream: Livestream) -> Playback | None:
    """Return what a player needs to show the recording, or None without one."""
    recording: Recording | None = getattr(livestream, "recording", None)
    if recording is None or recording.state != Recording.State.READY:
        return None
    return _describe(livestream, REPLAY)


def _describe(livestream: Livestream, kind: str) -> Playback:
    return Playback(
        base=settings.MEDIA_BASE_URL,
        token=mint_playback_token(livestream, kind),
        kind=kind,
        poster=get_poster_url(livestream),
        show=livestream.public_id,
    )
