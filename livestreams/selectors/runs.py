"""The run of a show as its host plans and follows it; minutes for the hours (E2)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from livestreams.models import Livestream, LivestreamProduct, Pin, RunItem

Kind = RunItem.Kind


@dataclass(frozen=True, slots=True)
class RunPart:
    """One part of a run."""

    public_id: str
    kind: str
    label: str
    title: str
    text: str
    minutes: int
    version: int
    starts_at: dt.datetime | None
    """When it begins if all goes as planned; None of preparation."""
    product: str
    is_shelved: bool
    """Whether the product of a product part is on the shelf; True of the rest."""
    is_done: bool
    is_marked: bool
    """Whether it is done because somebody said so, which can be taken back."""
    before_up: str
    """The part before which it stands once it moved up; empty for the first."""
    before_down: str | None
    """The same for down; empty is the end, None for the last."""

    @property
    def is_break(self) -> bool:
        """Whether the slate is planned here."""
        return self.kind == Kind.BREAK


@dataclass(frozen=True, slots=True)
class RunOfShow:
    """All parts of a show with their length, beside the length that is planned."""

    parts: tuple[RunPart, ...]
    planned_minutes: int
    planned_end: dt.datetime
    is_on_air: bool

    @property
    def shown_minutes(self) -> int:
        """What the parts of the show itself come to."""
        return sum(p.minutes for p in self.parts if p.kind != Kind.PREPARATION)

    @property
    def preparation_minutes(self) -> int:
        """What is planned before the start."""
        return sum(p.minutes for p in self.parts if p.kind == Kind.PREPARATION)

    @property
    def over_minutes(self) -> int:
        """How much longer the parts are than the show is planned; below 0 shorter."""
        return self.shown_minutes - self.planned_minutes

    @property
    def short_minutes(self) -> int:
        """How much of the planned length no part fills yet."""
        return max(0, -self.over_minutes)

    @property
    def next(self) -> RunPart | None:
        """The first part of the show that is not done."""
        return next(iter(self.coming), None)

    @property
    def coming(self) -> tuple[RunPart, ...]:
        """The parts of the show that are not done."""
        return tuple(
            p for p in self.parts if not p.is_done and p.kind != Kind.PREPARATION
        )


@dataclass(frozen=True, slots=True)
class PlannedBreak:
    """A break slot of a show."""

    starts_after: int
    """Minutes of the show before it."""
    minutes: int


def read_run(livestream: Livestream) -> RunOfShow:
    """Return the run of a show; at most three queries.

    A product part is done once its product was pinned as often as the run has had it.
    """
    items = list(
        RunItem.objects.filter(livestream=livestream)
        .select_related("product")
        .order_by("position", "id")
    )
    pinned = Counter[int]()
    if items and livestream.state != Livestream.State.SCHEDULED:
        pins = Pin.objects.filter(livestream=livestream, bundle=None)
        pinned.update(pins.values_list("product", flat=True))
    shelf = LivestreamProduct.objects.filter(livestream=livestream)
    shelved = set(shelf.values_list("product", flat=True)) if items else set()
    return RunOfShow(
        parts=tuple(_describe(livestream, items, pinned, shelved)),
        planned_minutes=livestream.planned_minutes,
        planned_end=livestream.planned_end,
        is_on_air=livestream.is_on_air,
    )


def prepared_minutes(livestream_ids: Iterable[int]) -> dict[int, int]:
    """Return the planned minutes of preparation by show; shows without any have 0.

    Rehearsals have none of their own. One query.
    """
    keys = list(livestream_ids)
    rows = RunItem.objects.filter(livestream__in=keys, kind=Kind.PREPARATION)
    summed = rows.order_by().values_list("livestream").annotate(Sum("minutes"))
    return dict.fromkeys(keys, 0) | dict(summed)


def planned_breaks(livestream: Livestream) -> tuple[PlannedBreak, ...]:
    """Return the break slots of a show, in order; one query."""
    rows = (
        RunItem.objects.filter(livestream=livestream)
        .exclude(kind=Kind.PREPARATION)
        .order_by("position", "id")
        .values_list("kind", "minutes")
    )
    return list_breaks(list(rows))


def list_breaks(parts: Sequence[tuple[str, int]]) -> tuple[PlannedBreak, ...]:
    """Return the breaks among parts of a show, each with what is before it."""
    found, before = [], 0
    for kind, minutes in parts:
        if kind == Kind.BREAK:
            found.append(PlannedBreak(before, minutes))
        before += minutes
    return tuple(found)


def _describe(
    livestream: Livestream,
    items: Sequence[RunItem],
    pinned: Counter[int],
    shelved: Collection[int],
) -> Iterable[RunPart]:
    moment = livestream.started_at or livestream.starts_at
    ids = [item.public_id for item in items]
    last = len(items) - 1
    for place, item in enumerate(items):
        is_before = item.kind == Kind.PREPARATION
        product = item.product
        was_shown = product is not None and pinned[product.pk] > 0
        if was_shown and product is not None:
            pinned[product.pk] -= 1
        may_fall = place < last and (
            items[place + 1].kind == item.kind or not is_before
        )
        may_rise = place > 0 and is_before == (
            items[place - 1].kind == Kind.PREPARATION
        )
        yield RunPart(
            public_id=item.public_id,
            kind=item.kind,
            label=item.get_kind_display(),
            title=product.title if product else item.get_kind_display(),
            text=item.text,
            minutes=item.minutes,
            version=item.version,
            starts_at=None if is_before else moment,
            product=product.public_id if product else "",
            is_shelved=product is None or product.pk in shelved,
            is_done=was_shown or item.done_at is not None,
            is_marked=item.done_at is not None and not was_shown,
            before_up=ids[place - 1] if may_rise else "",
            before_down=(
                (ids[place + 2] if place + 2 <= last else "") if may_fall else None
            ),
        )
        if not is_before:
            moment += dt.timedelta(minutes=item.minutes)
