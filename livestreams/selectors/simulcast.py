"""What the portal and the studio show of a show's simulcast targets."""

import datetime as dt
from dataclasses import dataclass

from livestreams.models import Livestream, SimulcastTarget

State = SimulcastTarget.State


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """How one copy of a show stands; nothing of its key."""

    public_id: str
    name: str
    url: str
    is_on: bool
    state: str
    state_label: str
    since: dt.datetime | None
    last_error: str
    kbits: int
    """Thousands of bits a second that leave; 0 where it is not sent, or unknown."""


def list_targets(livestream: Livestream) -> tuple[TargetHealth, ...]:
    """Return a show's targets in the order in which they were added; one query."""
    rows = SimulcastTarget.objects.filter(livestream=livestream).order_by("id")
    return tuple(
        TargetHealth(
            public_id=row.public_id,
            name=row.name,
            url=row.url,
            is_on=row.is_on,
            state=row.state,
            state_label=row.get_state_display(),
            since=row.state_at,
            last_error=row.last_error,
            kbits=row.kbits if row.is_on and row.state == State.SENDING else 0,
        )
        for row in rows
    )
