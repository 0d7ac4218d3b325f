"""Where lines were tapped, as the app above that mints their sources tells it (N2)."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orders.models import CartLine

Lines = Sequence[CartLine]


@dataclass(frozen=True, slots=True)
class Origin:
    """The show in which a line's product was tapped, and whose show it is."""

    show: str
    """Public id of the show."""
    creator: int
    """Key of its creator."""


Reader = Callable[[Lines, dt.datetime], Sequence[Origin | None]]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the function that reads sources; the app that mints them calls this."""
    _readers.append(reader)


def read_origins(lines: Lines, at: dt.datetime) -> Sequence[Origin | None]:
    """Return where each line was tapped, None where in no show.

    Args:
        lines: with `variant.product`.
        at: the moment at which a source must still be good.
    """
    for reader in _readers:
        return reader(lines, at)
    return [None] * len(lines)
