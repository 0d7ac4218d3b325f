"""Agreements of the demo: terms, offers of brands, samples, guarantees of shows."""

import datetime as dt

from django.db import transaction

from catalog.models import (
    Brand,
    Collaboration,
    Product,
    SampleCriteria,
    SampleRequest,
    Veto,
)
from catalog.services.collaborations import Invitation, offer_collaboration
from catalog.services.samples import approve_sample, request_sample, send_sample
from catalog.services.showcases import choose_product
from creators.models import Agreement, Creator, Guarantee, MarketTerms, PayTerms
from creators.selectors.guarantees import find_guarantee
from creators.services.agreements import Offer
from creators.services.funding import book_receipt, confirm_receipt
from creators.services.terms import accept_terms, publish_terms
from livestreams.models import CoHost, Livestream
from livestreams.services.briefings import write_briefing
from livestreams.services.cast import accept_share, give_duty
from livestreams.services.funding import choose_agreement
from livestreams.services.vetoes import refuse_product
from shopfront.common import clock
from shopfront.models import Market, User

HELPERS_SHARE = 3000
WISHES = (
    "Say which sizes run small.",
    "Show the sole from below.",
    "Mention that returns are free for 14 days.",
)
COMMISSIONS = (1000, 1200, 800, 1500, 1000, 900, 1000)
TERMS = """You decide what you show. You may refuse any product at any time, before a \
show or in it, and nobody holds that against you.

Every hour that you work for a brand pays at least the floor of your market, with \
preparation and overtime counted. Your guarantee is paid in before a show can start, \
and paid out within five bank days of its end, whatever sells or comes back.

What you earn is yours. Only a disputed line can wait, with a reason, a name and a day.
You may take your replays, clips and statements along, also when you leave."""


def ensure_terms(market: Market, creators: list[Creator]) -> None:
    """Publish the first terms, to which every host has agreed."""
    if MarketTerms.objects.filter(market=market).exists():
        return
    terms = publish_terms(market, text=TERMS)
    for creator in creators:
        if creator.market_id == market.pk:
            accept_terms(creator, version=terms.version)


def ensure_agreements(creators: list[Creator], brands: dict[str, Brand]) -> None:
    """Let every creator sell every brand's goods for an hourly guarantee."""
    since = clock.now() - dt.timedelta(days=90)
    for creator, share in zip(creators, COMMISSIONS, strict=True):
        for brand in brands.values():
            known = Agreement.objects.filter(creator=creator, payer=brand.account)
            if not known.exists():
                Agreement.objects.create(
                    creator=creator,
                    payer=brand.account,
                    title=brand.name,
                    commission_bps=share,
                    guarantee_minor=1800,
                    guarantee_per=PayTerms.Per.HOUR,
                    preparation_minutes=30,
                    state=Agreement.State.ACCEPTED,
                    valid_from=since,
                )


def ensure_offers(
    market: Market, brands: dict[str, Brand], host: Creator, by: User
) -> None:
    """Let two brands offer: one to everybody, one to the first host alone."""
    if Collaboration.objects.exists():
        return
    everybody = Offer(
        commission_bps=1200,
        guarantee_minor=2000,
        guarantee_per=PayTerms.Per.HOUR,
        preparation_minutes=30,
    )
    alone = Offer(
        commission_bps=800,
        guarantee_minor=9000,
        pays=PayTerms.Pays.BOTH,
        show_minutes=90,
        preparation_minutes=60,
    )
    for slug, title, offer, creator in (
        ("harrow", "Small rooms, big tables", everybody, None),
        ("moss", "A spring of green corners", alone, host),
    ):
        _offer(market, brands[slug], title, offer, creator, by)


def _offer(
    market: Market,
    brand: Brand,
    title: str,
    offer: Offer,
    creator: Creator | None,
    by: User,
) -> None:
    now = clock.now()
    products = list(Product.objects.filter(brand=brand).order_by("pk")[:5])
    offer_collaboration(
        brand,
        market=market,
        invitation=Invitation(
            title=title,
            text="Show them as you would use them at home. What you say is yours.",
            creator=creator,
            places=1 if creator else 3,
            period=(now, now + dt.timedelta(days=90)),
            closes_at=now + dt.timedelta(days=14),
        ),
        offer=offer,
        products=products,
        by=by,
    )


def ensure_samples(brand: Brand, host: Creator, by: User) -> None:
    """Let one sample be on its way, and two products stand in a showcase."""
    SampleCriteria.objects.get_or_create(brand=brand)
    products = list(Product.objects.filter(brand=brand).order_by("pk")[:2])
    if not products or SampleRequest.objects.filter(creator=host).exists():
        return
    for product in products:
        choose_product(host, product)
    sample = request_sample(
        products[0], creator=host, address="Ines Okafor, 3 Mill Lane, Leeds LS2 7EY"
    )
    approve_sample(sample, by=by)
    send_sample(sample, by=by, carrier="Royal Mail", tracking="RM 2749 1846 5GB")


def ensure_guarantees(shows: list[Livestream], people: dict[str, User]) -> None:
    """Give the shows ahead their agreements; the soonest is paid in by bank."""
    ahead = [show for show in shows if show.state == Livestream.State.SCHEDULED]
    ahead.sort(key=lambda show: show.starts_at)
    for show in ahead:
        _choose(show)
    if ahead:
        _fund(ahead[0], people)


def ensure_planning(shows: list[Livestream], helper: Creator, by: User) -> None:
    """Let the soonest show ahead have wishes, a co-host with a share, a refusal."""
    ahead = [show for show in shows if show.state == Livestream.State.SCHEDULED]
    soonest = min(ahead, key=lambda show: show.starts_at, default=None)
    item = soonest and soonest.shelf.select_related("product__brand").first()
    if soonest and item and not soonest.briefings.exists():
        write_briefing(soonest, brand=item.product.brand, lines=WISHES, by=by)
        give_duty(
            soonest, helper.user, duty=CoHost.Duty.CO_HOST, share_bps=HELPERS_SHARE
        )
        accept_share(soonest, helper.user, share_bps=HELPERS_SHARE)
        last = soonest.shelf.select_related("product").last()
        if last is not None:
            refuse_product(
                soonest,
                last.product,
                by=soonest.creator.user,
                reason=Veto.Reason.QUALITY,
                words="The sole came off after two runs.",
            )


def _choose(show: Livestream) -> None:
    item = show.shelf.select_related("product__brand").first()
    if show.agreement_id is not None or item is None:
        return
    choose_agreement(
        show,
        Agreement.objects.filter(
            creator=show.creator,
            payer=item.product.brand.account_id,
            state=Agreement.State.ACCEPTED,
        ).first(),
    )


def _fund(show: Livestream, people: dict[str, User]) -> None:
    with transaction.atomic():
        guarantee = find_guarantee(show.public_id)
        if guarantee is None or guarantee.state != Guarantee.State.OPEN:
            return
        receipt = book_receipt(
            guarantee,
            reference=f"DEMO-{guarantee.public_id}",
            amount_minor=guarantee.missing.minor,
            by=people["staff"],
        )
        confirm_receipt(receipt, by=people["admin"])
