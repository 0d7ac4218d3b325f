"""Offers: opened, closed, and what becomes of the prices then (D2, D3)."""

import datetime as dt
from dataclasses import replace
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import ngettext

from catalog.errors import (
    OfferNoReduction,
    OfferOver,
    OfferOverlaps,
    OfferShort,
    OfferUnsound,
)
from catalog.models import (
    Offer,
    OfferUse,
    PriceVersion,
    Product,
    Reservation,
    Variant,
)
from catalog.selectors.offers import count_left
from catalog.selectors.prices import find_prior_price
from catalog.services.floors import check_floor
from catalog.services.offer_limits import OfferTerms, check_limit
from catalog.signals import offer_changed
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.models import Market, User
from shopfront.services import audit

State, Close = Offer.State, Offer.Close
ON_THE_WAY = [State.PLANNED, State.OPEN]


def open_offer(
    product: Product,
    market: Market,
    *,
    amount_minor: int,
    length: dt.timedelta,
    by: User,
    most_pieces: int | None = None,
    cause_kind: str = "",
    cause_ref: str = "",
) -> Offer:
    """Lower a product's price from now to a fixed end, within the brand's limits.

    Each variant that costs more gets the price, its prior price and the row that
    follows at the end; dearer variants only, never a higher price.

    Raises:
        OfferUnsound: price, length or pieces make no sense.
        OfferNotAllowed, OfferTooLow, OfferTooLong, OfferTooMany: the brand's limits.
        BelowFloor: below the operator's floor.
        OfferOverlaps: another offer is open or planned in this time.
        OfferNoReduction: no variant costs more than this.

    Locks: the product's variants in key order, then the brand's limit.
    """
    now = clock.now()
    terms = OfferTerms(amount_minor, now, now + length, most_pieces)
    terms.check()
    with transaction.atomic():
        offer = _write(product, market, terms, by, cause_kind, cause_ref)
        _open(offer)
    return offer


def plan_offer(
    product: Product,
    market: Market,
    terms: OfferTerms,
    *,
    by: User,
    cause_kind: str = "",
    cause_ref: str = "",
) -> Offer:
    """Write down an offer that opens by itself at its time, if it still may then.

    Raises:
        OfferUnsound: it makes no sense, or its start is over.
        OfferNotAllowed, OfferTooLow, OfferTooLong, OfferTooMany: the brand's limits.
        BelowFloor, OfferOverlaps, OfferNoReduction: as when it is opened.

    Locks: the product's variants in key order, then the brand's limit.
    """
    terms.check()
    if terms.starts_at < clock.now():
        raise OfferUnsound
    with transaction.atomic():
        return _write(product, market, terms, by, cause_kind, cause_ref)


def close_offer(
    offer: Offer, *, reason: Offer.Close, by: User | None = None, why: str = ""
) -> bool:
    """End an offer, or drop one that is planned; return whether this call did.

    Prices go back to what they were. One whose time is over is noted as such. Who
    pays for pieces held before pays the offer's price.

    Locks: the offer's row, then the product's variants in key order.
    Safe to repeat: yes, the first end stands.
    """
    with transaction.atomic():
        locked = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
        if locked.state not in ON_THE_WAY:
            return False
        _close(locked, reason, by)
        if by is not None:
            _audit_close(locked, by, why)
    offer.refresh_from_db()
    return True


def close_offers_of(cause_kind: str, cause_ref: str, *, reason: Offer.Close) -> int:
    """End all offers of a show, planned ones too; return how many.

    Safe to repeat: yes.
    """
    rows = Offer.objects.filter(
        cause_kind=cause_kind, cause_ref=cause_ref, state__in=ON_THE_WAY
    )
    return sum(close_offer(offer, reason=reason) for offer in rows.order_by("pk"))


def move_offers() -> int:
    """Open the offers whose time has come, note those whose time is over.

    Safe to repeat: yes; several sweeps may run side by side.
    """
    now = clock.now()
    over = Offer.objects.filter(state=State.OPEN, ends_at__lte=now)
    moved = sum(close_offer(offer, reason=Close.TIME) for offer in over.order_by("pk"))
    due = Offer.objects.filter(state=State.PLANNED, starts_at__lte=now)
    return moved + sum(_open_planned(offer) for offer in due.order_by("pk"))


def take_pieces(price: PriceVersion, reservation: Reservation) -> None:
    """Count held pieces against the offer that their price is of, in a transaction.

    With the last piece the offer is over. Pieces whose hold lapses count no more,
    while it runs; a hold that was counted against an offer before leaves that one.

    Raises:
        OfferOver: it ended before.
        OfferShort: fewer pieces are left; `extra["available"]` says how many.

    Locks: the offer's row where it has so many pieces only.
    Safe to repeat: yes, a hold counts once, and of one offer only.
    """
    if price.offer_id is None:
        return
    offer = Offer.objects.get(pk=price.offer_id)
    if offer.most_pieces is None:
        if not offer.is_running:
            raise OfferOver
        return
    with transaction.atomic():
        offer = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
        if OfferUse.objects.filter(reservation=reservation, offer=offer).exists():
            return
        if not offer.is_running:
            raise OfferOver
        left = count_left(offer)
        if reservation.quantity > left:
            raise _short(left)
        OfferUse.objects.update_or_create(
            reservation=reservation,
            defaults={"offer": offer, "quantity": reservation.quantity},
        )
        if reservation.quantity == left:
            _close(offer, Close.SOLD, None)


def _write(
    product: Product,
    market: Market,
    terms: OfferTerms,
    by: User,
    cause_kind: str,
    cause_ref: str,
) -> Offer:
    variants = _lock_variants(product)
    others = Offer.objects.filter(
        product=product,
        market=market,
        state__in=ON_THE_WAY,
        starts_at__lt=terms.ends_at,
        ends_at__gt=terms.starts_at,
    )
    if others.exists():
        raise OfferOverlaps
    _check(product, market, terms, variants)
    try:
        with transaction.atomic():
            return Offer.objects.create(
                product=product,
                market=market,
                amount_minor=terms.amount_minor,
                currency=market.currency,
                most_pieces=terms.most_pieces,
                starts_at=terms.starts_at,
                ends_at=terms.ends_at,
                opened_by=by,
                cause_kind=cause_kind,
                cause_ref=cause_ref,
            )
    except IntegrityError as error:
        raise OfferOverlaps from error


def _lock_variants(product: Product) -> list[Variant]:
    rows = Variant.objects.select_for_update(of=("self",)).filter(
        product=product, is_active=True
    )
    return list(rows.select_related("product").order_by("pk"))


def _check(
    product: Product, market: Market, terms: OfferTerms, variants: list[Variant]
) -> None:
    check_limit(product, market, terms)
    reduced = _list_dearer(variants, market, terms.amount_minor, terms.starts_at)
    if not reduced:
        raise OfferNoReduction
    check_floor([price.variant for price in reduced], market, terms.amount_minor)


def _list_dearer(
    variants: list[Variant], market: Market, amount_minor: int, at: dt.datetime
) -> list[PriceVersion]:
    rows = PriceVersion.objects.in_force(at).filter(
        variant__in=variants, market=market, amount_minor__gt=amount_minor
    )
    return list(rows.select_related("variant__product").order_by("variant"))


def _open(offer: Offer) -> None:
    """Write the prices of an offer whose variants are locked, and tell."""
    now = clock.now()
    dearer = _list_dearer(
        _lock_variants(offer.product), offer.market, offer.amount_minor, now
    )
    fresh = []
    for price in dearer:
        prior = find_prior_price(price.variant, offer.market, now)
        row = PriceVersion(
            variant=price.variant,
            market=offer.market,
            amount_minor=offer.amount_minor,
            currency=offer.currency,
            valid_from=now,
            valid_until=offer.ends_at,
            offer=offer,
            prior_minor=prior.minor if prior else None,
        )
        fresh += [row, _follow(price, offer.ends_at)]
    PriceVersion.objects.filter(pk__in=[price.pk for price in dearer]).update(
        valid_until=now
    )
    PriceVersion.objects.bulk_create(fresh)
    offer.state, offer.opened_at = State.OPEN, now
    offer.save(update_fields=["state", "opened_at"])
    offer_changed.send(sender=Offer, offer=offer)


def _follow(price: PriceVersion, at: dt.datetime) -> PriceVersion:
    """Return the row that brings a price back from a moment on."""
    return PriceVersion(
        variant_id=price.variant_id,
        market_id=price.market_id,
        amount_minor=price.amount_minor,
        currency=price.currency,
        valid_from=at,
    )


def _open_planned(offer: Offer) -> bool:
    """Open a planned offer if it may be opened now; else note why not."""
    with transaction.atomic():
        locked = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
        if locked.state != State.PLANNED:
            return False
        terms = OfferTerms(
            locked.amount_minor, locked.starts_at, locked.ends_at, locked.most_pieces
        )
        try:
            if locked.ends_at <= clock.now():
                raise OfferOver
            variants = _lock_variants(locked.product)
            now = replace(terms, starts_at=clock.now())
            _check(locked.product, locked.market, now, variants)
        except DomainError as refusal:
            locked.state, locked.refused_why = State.REFUSED, _keep(refusal)
            locked.save(update_fields=["state", "refused_why"])
            offer_changed.send(sender=Offer, offer=locked)
        else:
            _open(locked)
    return True


def _keep(refusal: DomainError) -> str:
    """Return a refusal as it is stored: its code and its numbers."""
    numbers = {key: one for key, one in refusal.extra.items() if isinstance(one, int)}
    return f"{refusal.code}?{urlencode(numbers)}" if numbers else refusal.code


def _close(offer: Offer, reason: Offer.Close, by: User | None) -> None:
    """Close a locked offer and bring its prices back."""
    now = clock.now()
    is_over = offer.state == State.OPEN and offer.ends_at <= now
    if offer.state == State.OPEN and not is_over:
        _bring_back(offer, now)
    offer.state, offer.closed_by = State.CLOSED, by
    offer.close_reason = Close.TIME if is_over else reason
    offer.closed_at = offer.ends_at if is_over else now
    offer.save(update_fields=["state", "closed_by", "close_reason", "closed_at"])
    offer_changed.send(sender=Offer, offer=offer)


def _bring_back(offer: Offer, now: dt.datetime) -> None:
    variants = list(
        Variant.objects.select_for_update(of=("self",))
        .filter(price_versions__offer=offer)
        .order_by("pk")
    )
    PriceVersion.objects.filter(offer=offer, valid_until__gt=now).update(
        valid_until=now
    )
    waiting = PriceVersion.objects.filter(
        variant__in=variants,
        market=offer.market,
        valid_from=offer.ends_at,
        valid_until=None,
    )
    rows = list(waiting)
    waiting.update(valid_until=F("valid_from"))
    PriceVersion.objects.bulk_create([_follow(row, now) for row in rows])


def _short(left: int) -> OfferShort:
    message = ngettext(
        "Only %(count)d piece is left at this price. Nothing was charged.",
        "Only %(count)d pieces are left at this price. Nothing was charged.",
        left,
    )
    return OfferShort(message % {"count": left}, extra={"available": left})


def _audit_close(offer: Offer, by: User, why: str) -> None:
    audit.record(
        "catalog.offer_closed",
        actor=by,
        subject_kind="offer",
        subject_ref=offer.public_id,
        reason=why[:200],
        facts={"reason": offer.close_reason},
    )
