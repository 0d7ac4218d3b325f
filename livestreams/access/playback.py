"""Stream keys of encoders and tokens of players: signed, checked without a query."""

import base64
import hashlib
import math
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from livestreams.access.gateways import get_play_address
from livestreams.access.shows import HOST_SIDE, Person, find_role
from livestreams.models import Clip, EvidenceClip, Livestream, Recording
from shopfront.common import clock
from shopfront.models import User

LOW, STANDARD, REPLAY, STILL = "low", "standard", "replay", "still"
CLIP, DOWNLOAD = "clip", "download"
LIFETIME = 6 * 3600
STILL_LIFETIME = 2 * 3600
SIGNATURE_LENGTH = 22
_KEY_SALT = "livestreams.stream_key"


@dataclass(frozen=True, slots=True)
class Playback:
    """What the player's markup needs."""

    base: str
    token: str
    kind: str
    poster: str
    show: str
    has_ladder: bool


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


def sign_path(public_id: str, kind: str, expires_at: int, person: str = "") -> str:
    """Sign a path for nginx: `secure_link_md5 "$expires/$show/$class/<secret>"`.

    The token of a limited show names its account before the signature, which then
    covers it too: `<expires>-<account>-<signature>`.
    """
    whose = f"{person}/" if person else ""
    text = f"{expires_at}/{public_id}/{kind}/{whose}{settings.MEDIA_SECRET}"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    named = f"{person}-" if person else ""
    return f"{expires_at}-{named}{signature}"


def mint_playback_token(
    livestream: Livestream, kind: str, *, person: str = "", seconds: int = LIFETIME
) -> str:
    """Return the token that stands in the path of a show's files.

    Args:
        livestream: a show that the caller was allowed to see.
        kind: `low`, `standard`, `replay` or `still`; a token opens only this one.
        person: public id of the account, where the show is limited.
        seconds: how long it holds.
    """
    expires_at = int(clock.now().timestamp()) + seconds
    return sign_path(livestream.public_id, kind, expires_at, person)


def is_playback_token_right(public_id: str, kind: str, token: str) -> bool:
    """Whether a token opens this kind of this show now; no query.

    Of a limited show the account that it names must be asked for as well.
    """
    expiry, _, rest = token.partition("-")
    if not expiry.isdigit() or int(expiry) <= clock.now().timestamp():
        return False
    person = find_token_person(token)
    right = sign_path(public_id, kind, int(expiry), person)
    return constant_time_compare(right, token) and bool(rest)


def find_token_person(token: str) -> str:
    """Return the account that a limited show's token names, else nothing."""
    rest = token.partition("-")[2]
    return rest[: -SIGNATURE_LENGTH - 1] if len(rest) > SIGNATURE_LENGTH else ""


def get_still_url(livestream: Livestream) -> str:
    """Return the address of a show's newest still; it stays the same for an hour."""
    hour = math.ceil(clock.now().timestamp() / 3600) * 3600
    token = sign_path(livestream.public_id, STILL, hour + STILL_LIFETIME)
    base = get_play_address(livestream)
    return f"{base}/{token}/{livestream.public_id}/{STILL}/poster.jpg"


def get_poster_url(livestream: Livestream) -> str:
    """Return the picture that stands for a show: live its newest still, else its own.

    Empty for a show that has neither; a still exists while there is a picture and
    once the show is over.
    """
    if livestream.publisher_seen_at:
        return get_still_url(livestream)
    if livestream.poster:
        return livestream.poster.url
    is_over = livestream.state == Livestream.State.ENDED
    return get_still_url(livestream) if is_over and livestream.started_at else ""


def find_playback(livestream: Livestream, user: Person) -> Playback | None:
    """Return what a player needs to show the live picture, or None.

    Anybody may watch what is on air; before that only the host's side sees the
    picture (the studio's preview).
    """
    if livestream.state == Livestream.State.ENDED:
        return None
    if not livestream.is_on_air and find_role(user, livestream) not in HOST_SIDE:
        return None
    return _describe(livestream, livestream.latency, user)


def find_replay(livestream: Livestream, user: Person | None = None) -> Playback | None:
    """Return what a player needs to show the recording, or None without one.

    One that its creator hid is shown to the host's side only.
    """
    recording: Recording | None = getattr(livestream, "recording", None)
    if recording is None:
        return None
    is_hidden = recording.state == Recording.State.HIDDEN
    if is_hidden and find_role(user, livestream) not in HOST_SIDE:
        return None
    if not recording.is_ready and not is_hidden:
        return None
    return _describe(livestream, REPLAY, user)


def get_clip_url(
    clip: Clip | EvidenceClip, user: Person | None, *, ending: str = "mp4"
) -> str:
    """Return the signed address of a clip's file for somebody who may watch it."""
    return _sign_file(clip.livestream, CLIP, f"clip_{clip.public_id}.{ending}", user)


def get_download_url(livestream: Livestream, number: int, user: User) -> str:
    """Return the signed address of a part of the recording as MP4, for its creator."""
    return _sign_file(livestream, DOWNLOAD, f"show{number}.mp4", user)


def _sign_file(
    livestream: Livestream, kind: str, name: str, user: Person | None
) -> str:
    person = _name_person(livestream, user)
    token = mint_playback_token(livestream, kind, person=person)
    return (
        f"{get_play_address(livestream)}/{token}/{livestream.public_id}/{kind}/{name}"
    )


def _name_person(livestream: Livestream, user: Person | None) -> str:
    """Return the account that a token must name: that of a limited show's viewer."""
    is_named = livestream.is_limited and isinstance(user, User)
    return user.public_id if is_named and isinstance(user, User) else ""


def _describe(livestream: Livestream, kind: str, user: Person | None) -> Playback:
    person = _name_person(livestream, user)
    return Playback(
        base=get_play_address(livestream),
        token=mint_playback_token(livestream, kind, person=person),
        kind=kind,
        poster=get_poster_url(livestream),
        show=livestream.public_id,
        has_ladder=livestream.has_ladder and kind != REPLAY,
    )
