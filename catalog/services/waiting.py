"""Waiting lists: who comes next for a piece of a sold-out variant (B7).

A piece that lapses or is given back passes to the next place inside the statement
that ends its hold (`catalog.services.statements`); what is here joins, takes, leaves.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from catalog.errors import (
    AddressWaits,
    BadEmail,
    NotSoldOut,
    PlaceMissing,
    TooManyPlaces,
    UnderAge,
)
from catalog.models import Reservation, Stock, Variant, WaitingPlace
from catalog.services.limits import check_limit
from catalog.services.statements import CLAIM, FAIR, GIVE, OFFER
from catalog.services.stock import TELL_TASK, limit_key_of, release_stock
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import Market, User

MOST_PLACES = 20
LONGEST_EMAIL = 254
LONGEST_SOURCE = 1000
WAITING = "waiting"
"""What a hold is for while it is kept for a place."""
State = WaitingPlace.State


def join_waiting_list(
    variant: Variant,
    *,
    market: Market,
    holder: str,
    user: User | None,
    email: str,
    language: str,
    source: tuple[str, str] = ("", ""),
) -> WaitingPlace:
    """Take the last place in the list of a sold-out variant, for one piece.

    Args:
        variant: what is waited for.
        market: where it would be bought.
        holder: who waits, from `holder_of`.
        user: the account, where there is one; its own address is written to.
        email: where a guest is told.
        language: of the letter.
        source: where in a show the goods were tapped, its id and signed words (N2).

    Raises:
        UnderAge: the account is below 18.
        BadEmail: no address that a letter can be sent to.
        NotSoldOut: there are pieces left.
        TooManyPlaces: the shopper waits for as much as one person may.
        LimitReached: the shopper has as many of it as one may.
        AddressWaits: the address has a place under another account or browser.

    Safe to repeat: yes, the place that is there is returned.
    """
    if user is not None and user.is_under_18:
        raise UnderAge
    own = WaitingPlace.objects.filter(holder=holder, state__in=WaitingPlace.LIVE)
    place = own.filter(variant=variant).first()
    if place is not None:
        return place
    address = _read_email(user.email if user is not None else email)
    if Stock.objects.filter(variant=variant, on_hand__gt=F("allocated")).exists():
        raise NotSoldOut
    if own.count() >= MOST_PLACES:
        raise TooManyPlaces
    check_limit(variant.pk, [limit_key_of("shopper", holder)])
    try:
        with transaction.atomic():
            place = WaitingPlace.objects.create(
                variant=variant,
                market=market,
                user=user,
                holder=holder,
                email=address,
                language=language,
                source_id=source[0][:40],
                source_ref=source[1] if len(source[1]) <= LONGEST_SOURCE else "",
            )
    except IntegrityError as fault:
        place = own.filter(variant=variant).first()
        if place is None:
            raise AddressWaits from fault
        return place
    offer_pieces(variant.pk)
    place.refresh_from_db()
    return place


def offer_pieces(variant_id: int) -> int:
    """Offer free pieces of a variant to those who wait first; return how many.

    Who waited before a drop of it opened is passed over until the drop has ended.

    Locks: the places, passing over locked ones, then the stock row.

    Safe to repeat: yes; several may run side by side.
    """
    now = clock.now()
    facts: dict[str, Any] = {
        "variant": variant_id,
        "now": now,
        "offer_until": now + dt.timedelta(seconds=settings.HOLD_SECONDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(OFFER.format(give=GIVE, fair=FAIR), facts)
        given = int(cursor.fetchone()[0])
    if given:
        enqueue_on_commit(TELL_TASK)
    return given


def offer_free_pieces() -> int:
    """Offer whatever is free to those who wait; return how many pieces.

    Pieces go to the next place as they come; this finds what slipped by, when
    somebody joined in the very moment that a piece came back.

    Safe to repeat: yes.
    """
    waited_for = WaitingPlace.objects.filter(state=State.WAITING).values("variant")
    free = Stock.objects.filter(variant__in=waited_for, on_hand__gt=F("allocated"))
    keys = free.order_by("variant").values_list("variant", flat=True)
    return sum(offer_pieces(key) for key in list(keys))


def list_offered_holds(
    variant_ids: Collection[int], holders: Collection[str]
) -> list[Reservation]:
    """List the holds that are kept for a shopper's places whose turn has come."""
    if not variant_ids:
        return []
    return list(
        Reservation.objects.filter(
            variant_id__in=variant_ids,
            state=Reservation.State.HELD,
            place__holder__in=holders,
            place__state=State.OFFERED,
        )
    )


def claim_offered_hold(
    hold: Reservation, *, until: dt.datetime, cause_kind: str, cause_ref: str
) -> bool:
    """Take the piece kept for a place to a checkout; False if it has passed on.

    Locks: the hold's row, then the place's.

    Safe to repeat: no, a place is taken once.
    """
    facts: dict[str, Any] = {
        "id": hold.pk,
        "until": until,
        "now": clock.now(),
        "cause_kind": cause_kind,
        "cause_ref": cause_ref,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, facts)
        is_taken = cursor.fetchone() is not None
    if is_taken:
        hold.refresh_from_db()
    return is_taken


def leave_waiting_list(place: WaitingPlace) -> None:
    """Give a place up; a piece that was kept for it goes to the next.

    Safe to repeat: yes.
    """
    mine = WaitingPlace.objects.filter(pk=place.pk)
    gone = {"state": State.LEFT, "ended_at": clock.now()}
    if mine.filter(state=State.WAITING).update(**gone):
        return
    place.refresh_from_db()
    if place.state == State.OFFERED and place.reservation_id is not None:
        release_stock([place.reservation_id])
        mine.filter(state=State.PASSED).update(**gone)


def move_place(place: WaitingPlace, *, holder: str, user: User | None) -> None:
    """Take a place to the browser or account in which its letter was opened.

    Raises:
        PlaceMissing: it has ended.
        AddressWaits: that shopper has a place in the list already.

    Locks: the hold's row, then the place's.
    Safe to repeat: yes.
    """
    try:
        with transaction.atomic(durable=True):
            holds = Reservation.objects.select_for_update().filter(place=place)
            held = [hold.pk for hold in holds]
            moved = WaitingPlace.objects.filter(
                pk=place.pk, state__in=WaitingPlace.LIVE
            ).update(holder=holder, user=user)
            if not moved:
                raise PlaceMissing
            Reservation.objects.filter(pk__in=held).update(holder=holder)
    except IntegrityError as fault:
        raise AddressWaits from fault


def _read_email(text: str) -> str:
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError as fault:
        raise BadEmail from fault
    if len(address) > LONGEST_EMAIL:
        raise BadEmail
    return address
