"""The event of bundles: what one costs, and whether it is sold now (D5)."""

from dataclasses import dataclass
from typing import ClassVar

from livestreams.protocol.events import StateEvent, register
from livestreams.protocol.pinning import ComparedPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfBundle:
    """So many pieces of a variant in each bundle."""

    variant: str
    product: str
    quantity: int


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class BundleChanged(StateEvent):
    """How a bundle of the room is sold; its parts are told by `stock.changed`.

    As many bundles can be had as the pieces that are left of each part make; none
    while it rests.
    """

    type: ClassVar[str] = "bundle.changed"

    id: str
    price: str
    price_minor: int
    currency: str
    rests: bool
    parts: tuple[PartOfBundle, ...]
    unit: ComparedPrice | None = None

    @property
    def key(self) -> str:
        """The bundle."""
        return f"bundle:{self.id}"
