"""Who helps a host of the demo, and what an offer of a coming show is to cost."""

from catalog.models import OfferLimit
from catalog.services.offer_limits import set_limit
from creators.models import Creator
from livestreams.models import CoHost, Livestream, LivestreamProduct, TeamMember
from livestreams.services.prepared_offers import prepare_offer
from livestreams.services.team import accept_member, ask_member
from shopfront.models import User

MINUTES = 10
LEAST_PERCENT = 80


def ensure_team(host: Creator, moderator: User) -> None:
    """Let the moderator of the cast be in a host's team."""
    if TeamMember.objects.filter(creator=host).exists():
        return
    duty = CoHost.Duty.MODERATOR
    member = ask_member(host, email=moderator.email, duty=duty, by=host.user)
    accept_member(member, user=moderator)


def ensure_prepared(shows: list[Livestream], staff: User) -> None:
    """Prepare an offer of the first product of each planned show."""
    for show in shows:
        shelf = LivestreamProduct.objects.filter(livestream=show)
        first = shelf.select_related("product").first()
        is_ahead = show.state == Livestream.State.SCHEDULED
        if first is None or not is_ahead or show.prepared_offers.exists():
            continue
        _prepare(show, first, staff)


def _prepare(show: Livestream, first: LivestreamProduct, staff: User) -> None:
    product, market = first.product, show.market
    amounts = product.variants.filter(
        price_versions__market=market, price_versions__valid_until=None
    ).values_list("price_versions__amount_minor", flat=True)
    if not amounts:
        return
    lowest = min(amounts) * LEAST_PERCENT // 100
    if not OfferLimit.objects.filter(product=product, market=market).exists():
        set_limit(
            product,
            market,
            lowest_minor=lowest,
            longest_minutes=30,
            by=staff,
            reason="For live shows",
        )
    prepare_offer(show, product, amount_minor=lowest, minutes=MINUTES, by=staff)
