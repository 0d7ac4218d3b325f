"""Events of offers: a price that holds for a while, and its end (D2)."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import StateEvent, register
from livestreams.protocol.pinning import ComparedPrice


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOpened(StateEvent):
    """A product costs less until a fixed moment of the server's clock.

    `was` is the prior price of the 30 days before, where a reduction may be claimed;
    `percent` counts from it. `price` is the product's lowest price now. Amounts are
    said in the server's words and given in minor units, for pages to say in theirs.
    """

    type: ClassVar[str] = "offer.opened"

    id: str
    product: str
    price: str
    price_minor: int | None
    currency: str
    is_from: bool
    was: str | None
    was_minor: int | None
    percent: int
    ends_at: dt.datetime
    unit: ComparedPrice | None = None

    @property
    def key(self) -> str:
        """The offer."""
        return f"offer:{self.id}"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class OfferClosed(StateEvent):
    """An offer is over; `price` is the product's lowest price from here on."""

    type: ClassVar[str] = "offer.closed"

    id: str
    product: str
    price: str
    price_minor: int | None
    currency: str
    is_from: bool
    unit: ComparedPrice | None = None

    @property
    def key(self) -> str:
        """The offer that it ends."""
        return f"offer:{self.id}"

    @property
    def is_end(self) -> bool:
        """It leaves the snapshot."""
        return True
