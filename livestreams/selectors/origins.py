"""Taps of lines: of which show they are, and whether they are of the product (N2)."""

import datetime as dt
from collections.abc import Sequence

from catalog.selectors.bundles import share_a_bundle
from livestreams.access.sources import Source, find_source
from livestreams.models import Livestream
from orders.models import CartLine, OrderLine
from orders.selectors.origins import Origin


def is_tap_on(source: Source, line: OrderLine | CartLine) -> bool:
    """Tell whether a source is of a line's product, or of one in the same bundle.

    A show shows a bundle by the part that leads it, and its sheet opens each of the
    others: whoever buys one of these, with the bundle or by itself, tapped it there.
    """
    product = line.variant.product.public_id
    return source.product == product or share_a_bundle(source.product, product)


def read_origins(lines: Sequence[CartLine], at: dt.datetime) -> Sequence[Origin | None]:
    """Return in which show each line was tapped, None where in none; no rehearsal.

    Args:
        lines: with `variant.product`.
        at: the moment at which a source must still be good.
    """
    sources = [_find_tap(line, at) for line in lines]
    named = {source.livestream for source in sources if source is not None}
    shows = Livestream.objects.filter(public_id__in=named, rehearsal_of=None)
    creators = dict(shows.values_list("public_id", "creator"))
    return [
        Origin(source.livestream, creators[source.livestream])
        if source is not None and source.livestream in creators
        else None
        for source in sources
    ]


def _find_tap(line: CartLine, at: dt.datetime) -> Source | None:
    source = find_source(line.source_ref, at=at)
    return source if source is not None and is_tap_on(source, line) else None
