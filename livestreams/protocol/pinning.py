"""Events of pins: what is on screen, by itself or as a bundle (W9)."""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import StateEvent, register


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedProduct:
    """The product on a pin as its card shows it."""

    id: str
    slug: str
    name: str
    brand: str
    image: str
    image_alt: str
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    """By language, where it has another name there: a page shows its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedBundle:
    """The bundle on a pin; what it costs now is told by `bundle.changed`."""

    id: str
    name: str
    names: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPrice:
    """What an amount such as a kilogram costs, beside the price of a package (D3)."""

    amount: str
    """In major units, with as many decimals as are shown."""
    per: str
    """The amount as it is written in every language, such as "kg" or "100 g"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedVariant:
    """One variant on a pin with the price that is public now."""

    id: str
    name: str
    price_minor: int
    currency: str
    price: str
    unit: ComparedPrice | None = None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class PinPlaced(StateEvent):
    """A product is on screen from this moment in the video (W9).

    Where a bundle is shown, `product` and `variants` are of the part that leads it.
    """

    type: ClassVar[str] = "pin.placed"

    id: str
    product: PinnedProduct
    variants: tuple[PinnedVariant, ...]
    media_time: dt.datetime | None
    source: str
    bundle: PinnedBundle | None = None
    lowest_minor: int | None = None
    """The lowest price of the last 30 days, once an earlier one was said that the
    record denies (D3); in the variants' currency."""

    @property
    def key(self) -> str:
        """The pin."""
        return f"pin:{self.id}"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class PinRemoved(StateEvent):
    """A product left the screen."""

    type: ClassVar[str] = "pin.removed"

    id: str

    @property
    def key(self) -> str:
        """The pin it takes away."""
        return f"pin:{self.id}"

    @property
    def is_end(self) -> bool:
        """A removed pin leaves the snapshot."""
        return True
