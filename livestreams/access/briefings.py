"""Briefings by public id: lines for a show's own host, shows for brands' people."""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from catalog.access import get_brand_for
from catalog.models import Brand
from creators.models import Account
from livestreams.errors import LivestreamMissing
from livestreams.errors.planning import LineMissing
from livestreams.models import BriefingLine, Livestream, LivestreamProduct
from shopfront.models import User

NO_SECRET = (Livestream.Audience.EVERYBODY, Livestream.Audience.MARKET)


def get_line_for(livestream: Livestream, public_id: str) -> BriefingLine:
    """Return a line of the present version of a show's briefings.

    Raises:
        LineMissing: there is none, or a newer version took its place.
    """
    line = (
        BriefingLine.objects.select_related("briefing__livestream")
        .filter(
            briefing__livestream=livestream,
            version=F("briefing__version"),
            public_id=public_id,
        )
        .first()
    )
    if line is None:
        raise LineMissing
    return line


def list_shelved(brands: Iterable[Brand]) -> "QuerySet[LivestreamProduct]":
    """Return where goods of brands are on the shelf of a show that is no secret.

    Shows for adults or the invited stand on no public page, so only a brand that pays
    one knows of it.
    """
    return LivestreamProduct.objects.filter(
        product__brand__in=list(brands),
        livestream__rehearsal_of=None,
        livestream__audience__in=NO_SECRET,
    )


def list_paid(brands: Iterable[Brand]) -> "QuerySet[Livestream]":
    """Return the shows that brands pay by an agreement with the host."""
    return Livestream.objects.filter(
        rehearsal_of=None,
        agreement__payer__owner_kind=Account.Owner.BRAND,
        agreement__payer__owner_ref__in=[brand.public_id for brand in brands],
    )


def get_briefed_show_for(
    user: User, slug: str, public_id: str
) -> tuple[Brand, Livestream]:
    """Return a brand that a person acts for, and a show that it may have wishes for.

    That is one with goods of the brand on its shelf, or one that the brand pays. A
    brand that is not active any more has none.

    Raises:
        BrandMissing: this person acts for no such brand.
        LivestreamMissing: there is no such show, or it is no business of the brand.
    """
    brand = get_brand_for(user, slug)
    shows = Livestream.objects.select_related("creator__user", "market")
    concerned = Q(pk__in=list_shelved([brand]).values("livestream"))
    concerned |= Q(pk__in=list_paid([brand]).values("pk"))
    show = shows.filter(concerned, public_id=public_id).first()
    if show is None or not brand.is_active:
        raise LivestreamMissing
    return brand, show
