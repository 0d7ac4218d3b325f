"""A picture of the demo that was reported, taken down, and is appealed about."""

import io

from PIL import Image

from creators.models import Creator
from creators.services.profiles import set_picture
from livestreams.models import VeiledPicture
from livestreams.services.veil_decisions import appeal_picture, decide_picture
from livestreams.services.veils import report_portrait
from shopfront.models import User

SIDE = 320
RED = "#a3152b"


def ensure_appeal(host: Creator, people: dict[str, User]) -> None:
    """Let somebody else than who took a host's picture down have to look again."""
    if host.picture or VeiledPicture.objects.filter(creator=host).exists():
        return
    buffer = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), RED).save(buffer, "JPEG")
    set_picture(host, buffer.getvalue())
    host.refresh_from_db()
    picture = report_portrait(host, reporter=people["shopper"]).picture
    reason = "It looks like blood."
    decide_picture(picture, is_offensive=True, by=people["staff"], reason=reason)
    appeal_picture(picture, person=host.user, text="It is the red of my chairs.")
    host.refresh_from_db()
