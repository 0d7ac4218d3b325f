"""The plot of a room after its show: laid out on the server, drawn as SVG."""

from dataclasses import dataclass

from livestreams.selectors.numbers import KINDS, RoomNumbers, RoomSlot

WIDTH = 600
HEIGHT = 96
MOST_BAR = 24
GAP = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar: what it counts, where it stands and how tall it is."""

    kind: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A slot of the room, drawn from the ground up."""

    slot: RoomSlot
    x: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class RoomPlot:
    """All bars with their scale."""

    numbers: RoomNumbers
    bars: tuple[Bar, ...]
    most: int
    bar_width: int
    width: int = WIDTH
    height: int = HEIGHT


def draw_room(numbers: RoomNumbers) -> RoomPlot | None:
    """Lay out the messages of a show; None when nobody wrote."""
    if not any(slot.total for slot in numbers.slots):
        return None
    step = min(MOST_BAR, WIDTH // len(numbers.slots))
    most = max(slot.total for slot in numbers.slots)
    bars = tuple(
        Bar(slot, place * step, _stack(slot, most))
        for place, slot in enumerate(numbers.slots)
    )
    return RoomPlot(numbers, bars, most, step - GAP)


def _stack(slot: RoomSlot, most: int) -> tuple[Part, ...]:
    parts = []
    counted = 0
    for kind in KINDS:
        below = round(counted * HEIGHT / most)
        counted += getattr(slot, kind)
        top = round(counted * HEIGHT / most)
        if top > below:
            parts.append(Part(kind, HEIGHT - top, top - below))
    return tuple(parts)
