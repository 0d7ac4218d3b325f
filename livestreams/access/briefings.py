"""Lines of a show's briefings by public id, for its own host."""

from django.db.models import F

from livestreams.errors.planning import LineMissing
from livestreams.models import BriefingLine, Livestream


def get_line_for(livestream: Livestream, public_id: str) -> BriefingLine:
    """Return a line of the present version of a show's briefings.

    Raises:
        LineMissing: there is none, or a newer version took its place.
    """
    line = (
        BriefingLine.objects.select_related("briefing__livestream")
        .filter(
            briefing__livestream=livestream,
            version=F("briefing__version"),
            public_id=public_id,
        )
        .first()
    )
    if line is None:
        raise LineMissing
    return line
