"""Waiting lists as shoppers see them: how many wait, and one's own places."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import (
    Count,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from catalog.models import PriceVersion, ProductPicture, Variant, WaitingPlace
from catalog.selectors.cards import PictureView, VariantView, describe_picture
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.common.units import UnitPrice, find_unit_price

SHOWN_AFTER = dt.timedelta(days=1)
State = WaitingPlace.State


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place of one's own: its number, or the piece that is kept and until when."""

    public_id: str
    state: str
    title: str
    slug: str
    variant: str
    number: int
    offer_until: dt.datetime | None
    zone: str
    price: Money | None = None
    price_version: str = ""
    unit_price: UnitPrice | None = None
    picture: PictureView | None = None
    source_id: str = ""
    source_ref: str = ""

    @property
    def is_offered(self) -> bool:
        """Whether a piece is kept for this place now."""
        return self.state == State.OFFERED

    @property
    def is_live(self) -> bool:
        """Whether the place still waits or has a piece kept."""
        return self.state in WaitingPlace.LIVE

    @property
    def seen(self) -> str:
        """What a page that shows the place says when it asks for news."""
        return f"{self.state}-{self.number}"

    @property
    def seconds_left(self) -> int:
        """Seconds until the kept piece passes on."""
        if self.offer_until is None:
            return 0
        return max(0, int((self.offer_until - clock.now()).total_seconds()))


@dataclass(frozen=True, slots=True)
class SoldOutVariant:
    """A variant of which nothing is left, with its list."""

    public_id: str
    title: str
    waiting: int
    place: PlaceView | None


def count_waiting(variants: Iterable[str]) -> dict[str, int]:
    """Count who waits, by the variant's public id; variants without a list miss."""
    rows = WaitingPlace.objects.filter(
        state=State.WAITING, variant__public_id__in=list(variants)
    )
    counted = rows.order_by().values_list("variant__public_id")
    return dict(counted.annotate(count=Count("id")))


def list_sold_out(
    variants: Iterable[VariantView], holders: Collection[str] = ()
) -> list[SoldOutVariant]:
    """List the sold-out ones of a product's variants, with one's own places."""
    gone = [variant for variant in variants if not variant.available]
    if not gone:
        return []
    counts = count_waiting([variant.public_id for variant in gone])
    lists = [
        SoldOutVariant(
            variant.public_id, variant.title, counts.get(variant.public_id, 0), None
        )
        for variant in gone
    ]
    return mark_places(lists, holders)


def mark_places(
    lists: Sequence[SoldOutVariant], holders: Collection[str]
) -> list[SoldOutVariant]:
    """Return waiting lists with one's own places in them.

    At most one query, and one more for the price of a piece that is kept.
    """
    if not lists or not holders:
        return list(lists)
    names = [one.public_id for one in lists]
    rows = list(_live(holders).filter(variant__public_id__in=names))
    kept = [place for place in rows if place.state == State.OFFERED]
    prices = _prices_of(kept) if kept else {}
    own = {
        place.variant.public_id: _describe(place, prices.get(place.pk))
        for place in rows
    }
    return [replace(one, place=own.get(one.public_id)) for one in lists]


def list_places(holders: Collection[str]) -> list[PlaceView]:
    """List one's own places, kept pieces first, and those of the last day."""
    if not holders:
        return []
    pictures = ProductPicture.objects.shown()
    rows = _own(holders).prefetch_related(
        Prefetch("variant__product__pictures", pictures, to_attr="shown")
    )
    recent = Q(state=State.PASSED, ended_at__gt=clock.now() - SHOWN_AFTER)
    places = list(rows.filter(recent | Q(state__in=WaitingPlace.LIVE)))
    prices = _prices_of(places)
    views = [_describe(place, prices.get(place.pk)) for place in places]
    return sorted(views, key=lambda view: (not view.is_offered, not view.is_live))


def describe_place(place: WaitingPlace) -> PlaceView:
    """Return a place as its page shows it."""
    row = _own([place.holder]).get(pk=place.pk)
    return _describe(row, _prices_of([row]).get(row.pk))


def _own(holders: Collection[str]) -> QuerySet[WaitingPlace]:
    before = (
        WaitingPlace.objects.filter(
            variant=OuterRef("variant"), state=State.WAITING, id__lt=OuterRef("id")
        )
        .order_by()
        .values("variant")
        .annotate(count=Count("id"))
        .values("count")
    )
    number = Coalesce(Subquery(before, output_field=IntegerField()), 0) + 1
    rows = WaitingPlace.objects.filter(holder__in=list(holders))
    return rows.select_related("variant__product", "market").annotate(number=number)


def _live(holders: Collection[str]) -> QuerySet[WaitingPlace]:
    return _own(holders).filter(state__in=WaitingPlace.LIVE)


def _prices_of(places: Iterable[WaitingPlace]) -> dict[int, PriceVersion]:
    wanted = {(place.variant_id, place.market_id): place.pk for place in places}
    rows = PriceVersion.objects.in_force().filter(
        variant__in={variant for variant, _market in wanted}
    )
    return {
        wanted[price.variant_id, price.market_id]: price
        for price in rows
        if (price.variant_id, price.market_id) in wanted
    }


def _describe(place: WaitingPlace, price: PriceVersion | None = None) -> PlaceView:
    variant: Variant = place.variant
    shown = getattr(variant.product, "shown", [])
    terms = place.market.unit_terms
    return PlaceView(
        public_id=place.public_id,
        state=place.state,
        title=variant.shown_name,
        slug=variant.product.slug,
        variant=variant.public_id,
        number=vars(place)["number"],
        offer_until=place.offer_until,
        zone=place.market.time_zone,
        price=price.price if price else None,
        price_version=price.public_id if price else "",
        unit_price=find_unit_price(price.price, variant.net, terms) if price else None,
        picture=describe_picture(shown[0] if shown else None),
        source_id=place.source_id,
        source_ref=place.source_ref,
    )
