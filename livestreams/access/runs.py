"""Parts of a show's run by public id, within a show that the caller may plan."""

from livestreams.errors.planning import RunItemMissing
from livestreams.models import Livestream, RunItem


def get_run_item_for(livestream: Livestream, public_id: str) -> RunItem:
    """Return a part of a show's run.

    Raises:
        RunItemMissing: the run has no such part (any more).
    """
    item = (
        RunItem.objects.select_related("livestream", "product")
        .filter(livestream=livestream, public_id=public_id)
        .first()
    )
    if item is None:
        raise RunItemMissing
    return item
