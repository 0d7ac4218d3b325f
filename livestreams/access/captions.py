"""The way to a show's captions, and the key with which a recogniser writes them."""

from django.utils.crypto import constant_time_compare

from livestreams.access.signing import sign
from livestreams.errors import CaptionsKeyWrong, CaptionsMissing
from livestreams.models import CaptionTrack, Livestream

_SALT = "livestreams.captions_key"


def get_captions_key(livestream: Livestream) -> str:
    """Return the secret of a recogniser; it changes with the stream key."""
    return sign(_SALT, f"{livestream.public_id}:{livestream.key_version}")


def get_captioned_livestream(public_id: str, key: str) -> Livestream:
    """Return a running show whose recogniser showed the right key.

    Raises:
        CaptionsKeyWrong: no show on air has this name and key.
    """
    livestream = Livestream.objects.filter(public_id=public_id).first()
    if livestream is None or not livestream.is_on_air:
        raise CaptionsKeyWrong
    if not constant_time_compare(get_captions_key(livestream), key):
        raise CaptionsKeyWrong
    return livestream


def get_captions_of(livestream: Livestream, language: str) -> CaptionTrack:
    """Return captions of a show that the caller was allowed to see.

    Raises:
        CaptionsMissing: it has none in this language.
    """
    track = CaptionTrack.objects.filter(
        livestream=livestream, language=language
    ).first()
    if track is None:
        raise CaptionsMissing
    return track
