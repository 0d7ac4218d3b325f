"""Offers as rooms tell of them and as the studio shows them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from catalog.models import Offer, OfferLimit, PriceVersion
from catalog.selectors.offers import count_left
from catalog.selectors.refusals import say_refusal
from livestreams.access.offers import CAUSE
from livestreams.models import Livestream, LivestreamProduct, PreparedOffer
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.offers import OfferClosed, OfferOpened
from livestreams.selectors.compared import compare_price
from shopfront.common import clock
from shopfront.common.money import Money

ENDS_KEPT = dt.timedelta(minutes=2)
USUAL_MINUTES = 10
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)
WEIGHTS = {
    str(state): weight
    for weight, state in enumerate(
        [Offer.State.OPEN, Offer.State.PLANNED, Offer.State.REFUSED]
    )
}


@dataclass(frozen=True, slots=True)
class StudioOffer:
    """An offer of a product on the shelf, as the host sees it."""

    public_id: str
    state: str
    price: Money
    starts_at: dt.datetime
    ends_at: dt.datetime
    left: int | None
    """Pieces that may still be had at its price; None for as many as there are."""
    is_own: bool
    """Whether it was opened from this show, whose hosts may close it."""
    refused_why: str


@dataclass(frozen=True, slots=True)
class StudioLimit:
    """How far the brand lets hosts go with a product."""

    lowest: Money
    longest_minutes: int
    most_pieces: int | None

    @property
    def usual_minutes(self) -> int:
        """What the form proposes."""
        return min(USUAL_MINUTES, self.longest_minutes)


@dataclass(frozen=True, slots=True)
class StudioPrepared:
    """What the host prepared before the show, to be opened with one tap."""

    price: Money
    minutes: int
    most_pieces: int | None


@dataclass(frozen=True, slots=True)
class StudioGoods:
    """A product of the shelf with its offer, and the brand's limits."""

    product: str
    title: str
    offer: StudioOffer | None
    limit: StudioLimit | None
    prepared: StudioPrepared | None


@dataclass(frozen=True, slots=True)
class StudioOffers:
    """What a show offers and may offer."""

    may_open: bool
    items: tuple[StudioGoods, ...]


def describe_offer(offer: Offer) -> Envelope:
    """Return the event that tells how an offer stands; two queries."""
    prices = list(
        PriceVersion.objects.in_force()
        .filter(
            variant__product=offer.product_id,
            variant__is_active=True,
            market=offer.market_id,
        )
        .select_related("variant")
        .order_by("amount_minor")
    )
    lowest = [one for one in prices if one.amount_minor == prices[0].amount_minor]
    facts: dict[str, Any] = {
        "id": offer.public_id,
        "product": offer.product.public_id,
        "price": lowest[0].price.format() if lowest else "",
        "price_minor": lowest[0].amount_minor if lowest else None,
        "currency": offer.currency,
        "is_from": len(lowest) < len(prices),
        "unit": compare_price(lowest[0], offer.market) if lowest else None,
    }
    if not offer.is_running:
        return seal(OfferClosed(version=_number(offer.over_at), **facts))
    priors = [one.prior for one in lowest if one.prior is not None]
    is_claimed = len(priors) == len(lowest) > 0
    was = min(priors, key=lambda one: one.minor) if is_claimed else None
    return seal(
        OfferOpened(
            version=_number(offer.opened_at or offer.starts_at),
            was=was.format() if was is not None else None,
            was_minor=was.minor if was is not None else None,
            percent=min(one.reduction_percent for one in lowest) if is_claimed else 0,
            ends_at=offer.ends_at,
            **facts,
        )
    )


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return what tells of the offers that run on a show's shelf."""
    rows = _select(Offer.objects.running()).filter(
        market=livestream.market_id, product__livestreamproduct__livestream=livestream
    )
    return [describe_offer(offer) for offer in rows.order_by("pk")]


def list_marks(livestreams: Iterable[str]) -> Mapping[str, list[Envelope]]:
    """Return what tells of running and lately ended offers, by show.

    One query where there is no offer, and two more for each that there is.
    """
    moment = clock.now() - ENDS_KEPT
    recent = Q(state=Offer.State.OPEN) | Q(closed_at__gt=moment)
    offers = {
        row.pk: row
        for row in _select(Offer.objects.filter(recent, opened_at__isnull=False))
    }
    marks: dict[str, list[Envelope]] = defaultdict(list)
    if not offers:
        return marks
    told = {pk: describe_offer(offer) for pk, offer in offers.items()}
    places = LivestreamProduct.objects.filter(
        livestream__public_id__in=list(livestreams),
        product__in={offer.product_id for offer in offers.values()},
    ).values_list("livestream__public_id", "livestream__market", "product")
    for public_id, market, product in places:
        for pk, offer in offers.items():
            if (offer.market_id, offer.product_id) == (market, product):
                marks[public_id].append(told[pk])
    return marks


def list_shows_with(offer: Offer) -> QuerySet[Livestream]:
    """Return the shows on air that shelve an offer's product, and the one it is of."""
    shelves = LivestreamProduct.objects.filter(product=offer.product_id)
    sells = Q(
        state__in=ON_AIR, market=offer.market_id, pk__in=shelves.values("livestream")
    )
    if offer.cause_kind == CAUSE:
        sells |= Q(public_id=offer.cause_ref)
    return Livestream.objects.filter(sells)


def read_studio_offers(livestream: Livestream) -> StudioOffers:
    """Return what a show offers and how far its hosts may go; four queries.

    Products that no brand lets anybody offer are left out.
    """
    shelf = LivestreamProduct.objects.filter(livestream=livestream).order_by(
        "position", "id"
    )
    rows = list(shelf.values_list("product", "product__public_id", "product__title"))
    keys = [key for key, _public_id, _title in rows]
    offers, limits = _find_offers(livestream, keys), _find_limits(livestream, keys)
    prepared = _find_prepared(livestream)
    items = tuple(
        StudioGoods(
            public_id, title, offers.get(key), limits.get(key), prepared.get(key)
        )
        for key, public_id, title in rows
        if key in offers or key in limits
    )
    may_open = livestream.is_on_air and not livestream.is_rehearsal
    return StudioOffers(may_open, items)


def _find_offers(
    livestream: Livestream, products: Iterable[int]
) -> Mapping[int, StudioOffer]:
    """Return the offer of each product that matters to a host now.

    The one that runs, else the next planned one, else one of this show that was
    refused at its time.
    """
    own = Q(cause_kind=CAUSE, cause_ref=livestream.public_id)
    rows = Offer.objects.filter(
        Q(state=Offer.State.OPEN, ends_at__gt=clock.now())
        | Q(state=Offer.State.PLANNED)
        | Q(own, state=Offer.State.REFUSED),
        product__in=list(products),
        market=livestream.market_id,
    )
    found: dict[int, StudioOffer] = {}
    for row in sorted(rows, key=lambda row: (WEIGHTS[row.state], row.starts_at)):
        if row.product_id not in found:
            found[row.product_id] = _describe_for_studio(row, livestream)
    return found


def _find_prepared(livestream: Livestream) -> Mapping[int, StudioPrepared]:
    currency = livestream.market.currency
    return {
        row.product_id: StudioPrepared(
            Money(row.amount_minor, currency), row.minutes, row.most_pieces
        )
        for row in PreparedOffer.objects.filter(livestream=livestream)
    }


def _find_limits(
    livestream: Livestream, products: Iterable[int]
) -> Mapping[int, StudioLimit]:
    now = clock.now()
    rows = OfferLimit.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=now),
        product__in=list(products),
        market=livestream.market_id,
        valid_from__lte=now,
        is_above_cost=True,
    ).select_related("market")
    return {
        row.product_id: StudioLimit(row.lowest, row.longest_minutes, row.most_pieces)
        for row in rows
    }


def _select(rows: "QuerySet[Offer]") -> "QuerySet[Offer]":
    return rows.select_related("product", "market")


def _describe_for_studio(row: Offer, livestream: Livestream) -> StudioOffer:
    return StudioOffer(
        public_id=row.public_id,
        state=row.state,
        price=row.price,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        left=count_left(row) if row.most_pieces else None,
        is_own=(row.cause_kind, row.cause_ref) == (CAUSE, livestream.public_id),
        refused_why=say_refusal(row.refused_why, row.currency),
    )


def _number(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
