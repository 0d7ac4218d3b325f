"""The address of a creator's own file, for a while."""

from django.conf import settings

from livestreams.access.playback import DOWNLOAD, sign_path
from livestreams.models import TakeAlong
from shopfront.common import clock

LINK_SECONDS = 3600
NAME = "takealong.zip"
"""What the media engine calls the file."""


def get_take_along_url(row: TakeAlong) -> str:
    """Return the signed address of a file that the caller was allowed to have."""
    expires_at = int(clock.now().timestamp()) + LINK_SECONDS
    token = sign_path(row.public_id, DOWNLOAD, expires_at)
    return f"{settings.MEDIA_BASE_URL}/{token}/{row.public_id}/{DOWNLOAD}/{NAME}"
