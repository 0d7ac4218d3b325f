"""The run of a show: planned until the start, then followed part by part (P2)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Max

from catalog.models import Product
from livestreams.errors import ShowNotOnAir
from livestreams.errors.planning import RunFull, RunItemChanged, RunItemUnsound
from livestreams.models import Livestream, RunItem
from livestreams.models.runs import LONGEST_ITEM
from livestreams.services.planning import lock_planned
from shopfront.common import clock

MOST_ITEMS = 100
Kind = RunItem.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a host plans for one part of a show."""

    kind: str
    minutes: int
    text: str = ""
    product: Product | None = None


def add_item(livestream: Livestream, plan: RunPlan, *, key: str = "") -> RunItem:
    """Put a part at the end of a planned show's run.

    Args:
        livestream: a show that has not started.
        plan: what the part is.
        key: of this attempt; a form that is sent twice adds once.

    Raises:
        ShowBegun: the show is on air or over.
        RunItemUnsound: a length out of bounds, a product part without a product, or
            a talk about nothing.
        RunFull: there are too many already.

    Locks: the livestream's row. Safe to repeat: with a key.
    """
    _check(plan)
    with transaction.atomic():
        show = lock_planned(livestream)
        items = RunItem.objects.filter(livestream=show)
        known = items.filter(key=key).first() if key else None
        if known is not None:
            return known
        if items.count() >= MOST_ITEMS:
            raise RunFull
        last = items.aggregate(last=Max("position"))["last"]
        item = RunItem.objects.create(
            livestream=show,
            kind=plan.kind,
            product=plan.product,
            text=plan.text.strip(),
            minutes=plan.minutes,
            position=0 if last is None else last + 1,
            key=key[:32],
        )
        _order(show, item, before=None)
    return item


def change_item(item: RunItem, *, minutes: int, text: str, version: int) -> None:
    """Change a part's length and words, as the person saw it when they began.

    Raises:
        ShowBegun: the show is on air or over.
        RunItemUnsound: a length out of bounds, or a talk about nothing.
        RunItemChanged: it was changed or removed meanwhile.

    Locks: the livestream's row.
    Safe to repeat: yes; the same change sent twice stands once.
    """
    plan = RunPlan(kind=item.kind, minutes=minutes, text=text, product=item.product)
    _check(plan)
    words = text.strip()
    with transaction.atomic():
        lock_planned(item.livestream)
        row = RunItem.objects.filter(pk=item.pk).first()
        if row is None:
            raise RunItemChanged
        if (row.minutes, row.text) == (minutes, words):
            return
        if row.version != version:
            raise RunItemChanged
        RunItem.objects.filter(pk=row.pk).update(
            minutes=minutes, text=words, version=F("version") + 1
        )


def remove_item(livestream: Livestream, public_id: str) -> None:
    """Take a part out of a planned show's run.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        RunItem.objects.filter(livestream=show, public_id=public_id).delete()


def move_item(item: RunItem, *, before: RunItem | None) -> None:
    """Put a part before another one, or at the end; preparation stays first.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row. Safe to repeat: yes, a place is named, not a step.
    """
    with transaction.atomic():
        _order(lock_planned(item.livestream), item, before=before)


def pass_item(item: RunItem) -> None:
    """Say that a part of a running show is done.

    Raises:
        ShowNotOnAir: the show is not live or paused.

    Safe to repeat: yes.
    """
    _require_on_air(item.livestream)
    RunItem.objects.filter(pk=item.pk, done_at=None).update(done_at=clock.now())


def return_item(item: RunItem) -> None:
    """Say that a part of a running show is still to come.

    Raises:
        ShowNotOnAir: the show is not live or paused.

    Safe to repeat: yes.
    """
    _require_on_air(item.livestream)
    RunItem.objects.filter(pk=item.pk).update(done_at=None)


def _check(plan: RunPlan) -> None:
    is_sound = (
        plan.kind in Kind.values
        and 1 <= plan.minutes <= LONGEST_ITEM
        and (plan.kind == Kind.PRODUCT) == (plan.product is not None)
        and (plan.kind != Kind.TALK or bool(plan.text.strip()))
        and len(plan.text) <= 1000
    )
    if not is_sound:
        raise RunItemUnsound


def _order(show: Livestream, item: RunItem, *, before: RunItem | None) -> None:
    """Give all parts their numbers with one of them moved, preparation first."""
    rows = [
        row
        for row in RunItem.objects.filter(livestream=show).order_by("position", "id")
        if row.pk != item.pk
    ]
    places = [row.pk for row in rows]
    is_named = before is not None and before.pk in places
    place = places.index(before.pk) if is_named else len(rows)  # type: ignore[union-attr]
    moved = RunItem.objects.filter(pk=item.pk, livestream=show).first()
    if moved is None:
        return
    rows.insert(place, moved)
    rows.sort(key=lambda row: row.kind != Kind.PREPARATION)
    for position, row in enumerate(rows):
        row.position = position
    RunItem.objects.bulk_update(rows, ["position"])


def _require_on_air(livestream: Livestream) -> None:
    if not livestream.is_on_air:
        raise ShowNotOnAir
