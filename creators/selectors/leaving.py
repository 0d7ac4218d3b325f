"""How an application or an account came to an end, for whom it concerns."""

import datetime as dt
from dataclasses import dataclass

from creators.models import Creator
from shopfront.models import Audit

REFUSE, CLOSE = "creators.refuse", "creators.close"
"""What the audit log calls a refusal and a closing."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The last refusal or closing of a creator."""

    is_refused: bool
    """Whether an application was refused; else an account was closed."""
    why: str
    """What staff wrote; empty where the creator closed it themselves."""
    at: dt.datetime


def read_ending(creator: Creator) -> Ending | None:
    """Return how a closed creator came to be closed, None of all others; one query."""
    if creator.state != Creator.State.CLOSED:
        return None
    rows = Audit.objects.filter(
        subject_kind="creator",
        subject_ref=creator.public_id,
        action__in=(REFUSE, CLOSE),
    )
    row = rows.order_by("-at", "-pk").first()
    if row is None:
        return None
    is_own = row.actor_id == creator.user_id
    return Ending(row.action == REFUSE, "" if is_own else row.reason, row.at)
