"""What the four big buttons of the studio need to know (P3)."""

from dataclasses import dataclass

from livestreams.models import Livestream, Pin
from livestreams.selectors.room import find_pause


@dataclass(frozen=True, slots=True)
class Solo:
    """How the show stands for somebody who runs it alone."""

    state: str
    pause: str
    """`break` or `slate` while it is paused."""
    last_pin: str
    """Public id of the pin placed last, which "Next product" follows."""


def read_solo(livestream: Livestream) -> Solo:
    """Return what the big buttons show; one query, in a pause two."""
    pins = Pin.objects.filter(livestream=livestream).order_by("-placed_at", "-id")
    last = pins.values_list("public_id", flat=True).first()
    is_paused = livestream.state == Livestream.State.PAUSED
    return Solo(
        state=livestream.state,
        pause=find_pause(livestream) if is_paused else "",
        last_pin=last or "",
    )
