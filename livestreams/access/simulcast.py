"""The way to a show's simulcast targets."""

from livestreams.errors import TargetMissing
from livestreams.models import Livestream, SimulcastTarget


def get_simulcast_target(livestream: Livestream, public_id: str) -> SimulcastTarget:
    """Return a target of a show that the caller was allowed to run.

    Raises:
        TargetMissing: the show has no such target.
    """
    rows = SimulcastTarget.objects.select_related("livestream")
    target = rows.filter(livestream=livestream, public_id=public_id).first()
    if target is None:
        raise TargetMissing
    return target
