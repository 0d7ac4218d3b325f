"""The funnel of a show, per product and pin, as reports and the studio read it (N1)."""

from dataclasses import dataclass, field

from livestreams.models import FunnelKind, FunnelSum, Livestream


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """How many people took each step at a pin, or at a product beside any pin.

    Only people who agreed to be counted are in it.
    """

    product: str
    title: str
    pin: str
    """Public id, empty for the shelf, the replay and clips."""
    people: dict[str, int] = field(default_factory=dict)

    @property
    def steps(self) -> list[int]:
        """People at each step, from sight to payment."""
        return [self.people.get(kind.value, 0) for kind in FunnelKind]


def read_funnel(livestream: Livestream) -> list[FunnelRow]:
    """Return the sums of a show per pin, in the order of its pins; one query."""
    sums = FunnelSum.objects.filter(livestream=livestream).select_related(
        "product", "pin"
    )
    rows: dict[tuple[int, int | None], FunnelRow] = {}
    for one in sums.order_by("pin__placed_at", "pin_id", "product_id"):
        row = rows.setdefault(
            (one.product_id, one.pin_id),
            FunnelRow(
                product=one.product.public_id,
                title=one.product.title,
                pin=one.pin.public_id if one.pin else "",
            ),
        )
        row.people[one.kind] = one.people_count
    return list(rows.values())
