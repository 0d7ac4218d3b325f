"""The working-time guard of shows (E2): who must rest is stopped, and told why.

At the host's limit the slate is shown; a show is never ended by it. The seat of a
co-host or a moderator rests at their own limit, and the show goes on.
"""

from zoneinfo import ZoneInfo

from django.db import transaction

from creators.errors import RestMissing, WorkCapReached
from creators.models import WorkDecision
from creators.selectors.work_sayings import explain_limit
from creators.selectors.worktime import Standing
from creators.services.work_decisions import Subject, keep_decision
from livestreams.access.shows import Role
from livestreams.access.studio import Seat
from livestreams.models import Livestream
from livestreams.selectors.worktime import read_standing_in
from livestreams.services.shows import pause_livestream
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.models import User

Kind, Limit = WorkDecision.Kind, WorkDecision.Limit
CAPS = frozenset({Limit.DAY, Limit.NIGHT, Limit.WEEK})


def require_time(livestream: Livestream) -> None:
    """Refuse to put a show on air whose host has no working time left.

    What was refused is kept as a decision, about which the host may ask a human.

    Raises:
        WorkCapReached: a cap of the day, the night or the week is reached.
        RestMissing: a rest or a break is not over.
    """
    _require(livestream, livestream.creator.user, Kind.START)


def require_seat_time(seat: Seat) -> None:
    """Refuse an act of a co-host or a moderator who has no working time left.

    Raises:
        WorkCapReached: see `require_time`.
        RestMissing: see `require_time`.
    """
    if seat.role in {Role.CO_HOST, Role.MODERATOR}:
        _require(seat.livestream, seat.person, Kind.SEAT)


def guard_shows() -> int:
    """Show the slate where a host has reached a limit; return in how many shows.

    Locks: each show's row. Safe to repeat: yes.
    """
    on_air = Livestream.objects.filter(state=Livestream.State.LIVE, is_demo=False)
    keys = list(on_air.order_by("pk").values_list("pk", flat=True))
    return sum(_guard(key) for key in keys)


def _guard(key: int) -> bool:
    with transaction.atomic():
        show = (
            Livestream.objects.select_for_update(of=("self",), no_key=True)
            .select_related("creator__user", "market", "agreement__payer")
            .filter(pk=key, state=Livestream.State.LIVE)
            .first()
        )
        if show is None:
            return False
        standing = read_standing_in(show, show.creator.user)
        if standing is None or not standing.is_over:
            return False
        pause_livestream(show)
        name = f"slate:{show.public_id}:{clock.now():%Y%m%d%H%M%S}"
        _keep(show, show.creator.user, Kind.SLATE, standing, name)
    return True


def _require(livestream: Livestream, user: User, kind: WorkDecision.Kind) -> None:
    if livestream.is_demo:
        return
    standing = read_standing_in(livestream, user)
    if standing is None or not standing.is_over:
        return
    parts = (kind, livestream.public_id, user.public_id, standing.limit)
    name = f"{':'.join(parts)}:{clock.now():%Y%m%d%H}"
    decision = _keep(livestream, user, kind, standing, name)
    zone = ZoneInfo(livestream.market.time_zone)
    refusal: type[DomainError] = (
        WorkCapReached if standing.limit in CAPS else RestMissing
    )
    raise refusal(
        explain_limit(standing.limit, standing.as_figures(), zone),
        extra={"limit": standing.limit, "decision": decision.public_id},
    )


def _keep(
    livestream: Livestream,
    user: User,
    kind: WorkDecision.Kind,
    standing: Standing,
    key: str,
) -> WorkDecision:
    return keep_decision(
        Subject(
            user=user,
            market=livestream.market,
            show_ref=livestream.public_id,
            title=livestream.title,
        ),
        kind,
        key=key,
        limit=standing.limit,
        rule_version=standing.rule_version,
        figures=standing.as_figures(),
    )
