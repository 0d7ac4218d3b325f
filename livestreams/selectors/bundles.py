"""Bundles of a room: those pinned, and those with a part on the shelf (D5)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from catalog.selectors.bundle_terms import BundleTerms, list_bundle_terms
from catalog.selectors.bundles import BundleView, list_bundles
from catalog.selectors.vetoes import list_refused
from livestreams.models import Livestream, LivestreamProduct, Pin
from livestreams.protocol.bundles import BundleChanged, PartOfBundle
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.selectors.pins import ON_SHELF
from livestreams.selectors.vetoes import find_show_ref
from orders.selectors.quality import list_barred
from shopfront.common import clock

ENDS_KEPT = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StudioBundle:
    """A bundle that a host can pin, and whether it is."""

    view: BundleView
    pin: str
    barred: str
    """Why the market keeps a part of it off the screen, if it does (P6)."""


def list_envelopes(livestreams: Iterable[str]) -> Mapping[str, list[Envelope]]:
    """Return what tells how the bundles of rooms are sold, by room."""
    return {
        show: [describe_terms(one) for one in terms]
        for show, terms in list_terms(livestreams).items()
    }


def list_terms(livestreams: Iterable[str]) -> Mapping[str, list[BundleTerms]]:
    """Return how the bundles with a price in rooms' markets are sold, by room.

    One query where there is no bundle, else five, however many rooms.
    """
    wanted = list(livestreams)
    lately = clock.now() - ENDS_KEPT
    shelved = LivestreamProduct.objects.order_by().filter(
        Q(**{f"{ON_SHELF}__is_active": True})
        | Q(**{f"{ON_SHELF}__ended_at__gt": lately}),
        livestream__public_id__in=wanted,
    )
    pinned = Pin.objects.order_by().filter(
        livestream__public_id__in=wanted, removed_at=None, bundle__isnull=False
    )
    columns = ("livestream__public_id", "livestream__market")
    rows = shelved.values_list(*columns, ON_SHELF).union(
        pinned.values_list(*columns, "bundle")
    )
    places = sorted(rows)
    terms = list_bundle_terms({(bundle, market) for _show, market, bundle in places})
    found: dict[str, list[BundleTerms]] = {show: [] for show in wanted}
    for show, market, bundle in places:
        if (bundle, market) in terms:
            found[show].append(terms[bundle, market])
    return found


def describe_terms(terms: BundleTerms) -> Envelope:
    """Return the event that tells how a bundle is sold."""
    return seal(
        BundleChanged(
            version=int(terms.changed_at.timestamp() * 1000),
            id=terms.bundle.public_id,
            price=terms.price.format(),
            price_minor=terms.price.minor,
            currency=terms.price.currency,
            rests=terms.rests,
            parts=tuple(
                PartOfBundle(
                    variant=part.variant.public_id,
                    product=part.variant.product.public_id,
                    quantity=part.quantity,
                )
                for part in terms.parts
            ),
        )
    )


def read_studio_bundles(
    livestream: Livestream, products: Sequence[str]
) -> tuple[StudioBundle, ...]:
    """Return the bundles that a show may pin; at most twelve queries.

    Args:
        livestream: the show.
        products: public ids of what its shelf has.
    """
    views = list_bundles(livestream.market, products=products) if products else []
    if not views:
        return ()
    pins = dict(
        Pin.objects.filter(
            livestream=livestream, removed_at=None, bundle__isnull=False
        ).values_list("bundle", "public_id")
    )
    refused = set(list_refused(find_show_ref(livestream)))
    keys = {one.product.pk for view in views for one in view.parts}
    bars = list_barred(keys, livestream.market, clock.now())
    return tuple(
        StudioBundle(
            view=view,
            pin=pins.get(view.bundle.pk, ""),
            barred=next(
                (
                    bars[one.product.pk].sentence
                    for one in view.parts
                    if one.product.pk in bars
                ),
                "",
            ),
        )
        for view in views
        if refused.isdisjoint(one.product.public_id for one in view.parts)
    )
