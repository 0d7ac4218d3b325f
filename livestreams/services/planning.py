"""Planning: a show and its shelf, editable until it starts (P2)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Max

from catalog.models import Product
from creators.models import Creator
from livestreams.errors import (
    ProductNotPinnable,
    ShelfFull,
    ShowBegun,
    StartInPast,
)
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Livestream, LivestreamProduct
from livestreams.selectors.pins import has_price
from livestreams.services.funding import follow_plan
from livestreams.services.moving import post_moved
from livestreams.services.shows import end_livestream
from livestreams.services.team import put_team_on
from shopfront.common import clock
from shopfront.models import User

MOST_SHELVED = 60
EARLIER_BY = dt.timedelta(minutes=10)
"""A form may be sent so long after the start it names: somebody typed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPlan:
    """What a host decides about a show before it starts."""

    title: str
    description: str
    starts_at: dt.datetime
    language: str
    latency: str
    audience: str = Livestream.Audience.EVERYBODY
    has_ladder: bool = False
    planned_minutes: int = 60


def schedule_livestream(creator: Creator, plan: ShowPlan) -> Livestream:
    """Put a new show into the calendar of a verified creator's market.

    Raises:
        StartInPast: the start is behind us.
    """
    _check_start(plan.starts_at)
    with transaction.atomic():
        livestream = Livestream.objects.create(
            creator=creator,
            market=creator.market,
            title=plan.title,
            description=plan.description,
            starts_at=plan.starts_at,
            language=plan.language,
            latency=plan.latency,
            audience=plan.audience,
            has_ladder=plan.has_ladder,
            planned_minutes=plan.planned_minutes,
        )
        put_team_on(livestream)
    return livestream


def change_livestream(livestream: Livestream, plan: ShowPlan) -> Livestream:
    """Change the plan of a show that has not started; a move is counted and told.

    Raises:
        ShowBegun: it is on air or over.
        NotInRehearsal: it is a rehearsal, which follows its show's plan.
        StartInPast: the new start is behind us.
        AgreementUnfit: its agreement does not hold at the new start.

    Locks: the livestream's row, then its guarantee.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        if show.is_rehearsal:
            raise NotInRehearsal
        is_moved = _to_minute(show.starts_at) != _to_minute(plan.starts_at)
        if is_moved:
            _check_start(plan.starts_at)
        Livestream.objects.filter(pk=show.pk).update(
            title=plan.title,
            description=plan.description,
            starts_at=plan.starts_at,
            language=plan.language,
            latency=plan.latency,
            audience=plan.audience,
            has_ladder=plan.has_ladder,
            planned_minutes=plan.planned_minutes,
            calendar_sequence=F("calendar_sequence") + int(is_moved),
        )
        follow_plan(show, title=plan.title, starts_at=plan.starts_at)
        livestream.refresh_from_db()
        if is_moved:
            post_moved(livestream, was=show.starts_at)
    return livestream


def call_off_livestream(livestream: Livestream, *, by: User, reason: str = "") -> None:
    """End a show before it begins; its guarantee goes back, who waits for it is told.

    Args:
        livestream: the show.
        by: who calls it off.
        reason: why, for those who are told; may be empty.

    Raises:
        ShowBegun: it is on air or over.
        NotInRehearsal: it is a rehearsal, which ends in its studio.

    Locks: the livestream's row.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        if show.is_rehearsal:
            raise NotInRehearsal
        end_livestream(show, by=by, reason=reason.strip())
    livestream.refresh_from_db()


def shelve_product(livestream: Livestream, product: Product) -> None:
    """Put a product at the end of a planned show's shelf.

    Raises:
        ShowBegun: the show is on air or over.
        ProductNotPinnable: it cannot be bought in the show's market.
        ShelfFull: there are too many already.

    Locks: the livestream's row. Safe to repeat: a product stands once.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        shelf = LivestreamProduct.objects.filter(livestream=show)
        if shelf.filter(product=product).exists():
            return
        if shelf.count() >= MOST_SHELVED:
            raise ShelfFull
        if not has_price(product, show):
            raise ProductNotPinnable
        last = shelf.aggregate(last=Max("position"))["last"]
        LivestreamProduct.objects.create(
            livestream=show,
            product=product,
            position=0 if last is None else last + 1,
        )


def unshelve_product(livestream: Livestream, product: Product) -> None:
    """Take a product off a planned show's shelf.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        LivestreamProduct.objects.filter(livestream=show, product=product).delete()


def raise_product(livestream: Livestream, product: Product) -> None:
    """Move a product one place up on a planned show's shelf.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        rows = list(
            LivestreamProduct.objects.filter(livestream=show).order_by("position", "id")
        )
        keys = [row.product_id for row in rows]
        place = keys.index(product.pk) if product.pk in keys else 0
        if place > 0:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        for position, row in enumerate(rows):
            row.position = position
        LivestreamProduct.objects.bulk_update(rows, ["position"])


def lock_planned(livestream: Livestream) -> Livestream:
    """Lock a show whose plan is to be changed, in the open transaction.

    Raises:
        ShowBegun: it is on air or over.
    """
    show = Livestream.objects.select_for_update().get(pk=livestream.pk)
    if show.state != Livestream.State.SCHEDULED:
        raise ShowBegun
    return show


def _to_minute(moment: dt.datetime) -> dt.datetime:
    """Cut what forms do not show."""
    return moment.replace(second=0, microsecond=0)


def _check_start(starts_at: dt.datetime) -> None:
    if starts_at < clock.now() - EARLIER_BY:
        raise StartInPast
