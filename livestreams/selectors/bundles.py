"""Bundles of a room: those pinned, and those with a part on the shelf (D5)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from catalog.selectors.bundle_terms import BundleTerms, list_bundle_terms
from catalog.selectors.bundles import BundleView, list_bundles
from catalog.selectors.vetoes import list_refused
from livestreams.models import Livestream, Pin
from livestreams.protocol.bundles import BundleChanged, PartOfBundle
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.selectors.compared import describe_unit_price
from livestreams.selectors.vetoes import find_show_ref
from orders.selectors.quality import list_barred
from shopfront.common import clock

ENDS_KEPT = dt.timedelta(days=1)
# Each process asks once a second for its rooms: what the ORM takes to write it costs
# more.
PLACES = """
SELECT show.public_id, show.market_id, bundle.id
FROM livestreams_livestream AS show
JOIN LATERAL (
  SELECT bundle.id FROM livestreams_livestreamproduct AS place
  JOIN catalog_variant AS variant ON variant.product_id = place.product_id
  JOIN catalog_bundlepart AS part ON part.variant_id = variant.id
  JOIN catalog_bundle AS bundle ON bundle.id = part.bundle_id
  WHERE place.livestream_id = show.id AND (bundle.is_active OR bundle.ended_at > %s)
  UNION
  SELECT bundle_id FROM livestreams_pin
  WHERE livestream_id = show.id AND removed_at IS NULL AND bundle_id IS NOT NULL
) AS bundle ON true
WHERE show.public_id = ANY(%s)
"""


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
    found: dict[str, list[BundleTerms]] = {show: [] for show in livestreams}
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [clock.now() - ENDS_KEPT, list(found)])
        places = sorted(cursor.fetchall())
    terms = list_bundle_terms({(bundle, market) for _show, market, bundle in places})
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
            unit=describe_unit_price(terms.unit_price),
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
