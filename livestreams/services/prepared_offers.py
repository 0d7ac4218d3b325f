"""Offers prepared before a show, within the brand's limits of its planned start."""

import datetime as dt

from django.db import transaction

from catalog.errors import ProductMissing
from catalog.models import Product
from catalog.services.offer_limits import OfferTerms, check_limit
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Livestream, LivestreamProduct, PreparedOffer
from livestreams.services.planning import lock_planned
from shopfront.common import clock
from shopfront.models import User


def prepare_offer(
    livestream: Livestream,
    product: Product,
    *,
    amount_minor: int,
    minutes: int,
    by: User,
    most_pieces: int | None = None,
) -> PreparedOffer:
    """Note what a product shall cost for a while in a planned show.

    Nothing opens by itself: the host opens it in the show, where the limits of that
    moment are checked again.

    Raises:
        ShowBegun: the show is on air or over.
        NotInRehearsal: it is a rehearsal.
        ProductMissing: not on the shelf.
        OfferUnsound: a number that cannot be.
        OfferNotAllowed, OfferTooLow, OfferTooLong, OfferTooMany: beyond the limits.

    Locks: the livestream's row, then the limit's. Safe to repeat: the last word counts.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        if show.is_rehearsal:
            raise NotInRehearsal
        shelf = LivestreamProduct.objects.filter(livestream=show, product=product)
        if not shelf.exists():
            raise ProductMissing
        end = show.starts_at + dt.timedelta(minutes=minutes)
        terms = OfferTerms(amount_minor, show.starts_at, end, most_pieces)
        terms.check()
        check_limit(product, show.market, terms)
        prepared, _is_new = PreparedOffer.objects.update_or_create(
            livestream=show,
            product=product,
            defaults={
                "amount_minor": amount_minor,
                "minutes": minutes,
                "most_pieces": most_pieces,
                "set_by": by,
                "changed_at": clock.now(),
            },
        )
    return prepared


def drop_prepared(livestream: Livestream, product: Product) -> None:
    """Forget what was prepared for a product.

    Raises:
        ShowBegun: the show is on air or over.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = lock_planned(livestream)
        PreparedOffer.objects.filter(livestream=show, product=product).delete()
