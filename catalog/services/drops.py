"""Drops: planned, entered, drawn; who is admitted follows from the place (D1)."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.core import signing
from django.db import connection, transaction

from catalog.errors import (
    AccountNeeded,
    AdmissionNeeded,
    AdmissionUsed,
    DropNotOpen,
    DropOver,
    DropOverlaps,
    DropTimes,
    FormTooFresh,
    UnderAge,
)
from catalog.errors.drops import DropOpened
from catalog.models import Drop, DropEntry, Product, Reservation, Variant
from catalog.models.drops import SETTLE
from catalog.services.limits import set_buying_limit
from catalog.services.statements import DRAW
from catalog.signals import drop_changed
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.models import Market, User
from shopfront.services import audit

SHORTEST_ENTRY = dt.timedelta(seconds=60)
"""Longer than any picture is behind: whoever sees the call later still draws."""
FORM_SALT, ADMISSION_SALT = "catalog.drop-form", "catalog.drop-admission"
FORM_READ_SECONDS = 1.5
FORM_SECONDS = 3600
BLOCK = 64


def plan_drop(
    product: Product,
    *,
    title: str,
    market: Market,
    entry_from: dt.datetime,
    opens_at: dt.datetime,
    ends_at: dt.datetime,
    limit: int = 1,
    at_once: int = 100,
    per_second: int = 20,
    needs_account: bool = False,
    rule: Drop.Rule = Drop.Rule.HOLD,
    by: User | None = None,
) -> Drop:
    """Plan a drop of a product and commit to the seed of its draw.

    From now until its end the product is bought by those whom it admits, and the
    limit per household holds. The rule says whether a piece is kept from the tap on
    or goes to who pays first.

    Raises:
        DropTimes: too short to enter, or moments out of order.
        DropOverlaps: the product has another drop at that time.
    """
    if opens_at - entry_from < SHORTEST_ENTRY or ends_at <= opens_at:
        raise DropTimes
    seed = secrets.token_hex(32)
    with transaction.atomic():
        _check_alone(product, entry_from, ends_at)
        set_buying_limit(product, limit)
        drop = Drop.objects.create(
            product=product,
            title=title,
            market=market,
            entry_from=entry_from,
            opens_at=opens_at,
            ends_at=ends_at,
            at_once=at_once,
            per_second=max(1, per_second),
            needs_account=needs_account,
            rule=rule,
            seed=seed,
            seed_hash=hashlib.sha256(seed.encode()).hexdigest(),
            created_by=by,
        )
        audit.record(
            "catalog.plan_drop",
            actor=by,
            subject_kind="drop",
            subject_ref=drop.public_id,
            facts={"seed_hash": drop.seed_hash, "rule": drop.rule},
        )
        drop_changed.send(Drop, drop=drop)
    return drop


def move_drop(drop: Drop, *, opens_at: dt.datetime, by: User, reason: str) -> Drop:
    """Let a drop that has not opened open at another moment, and end as much later.

    A waiting room that is open stays so, and who is in it keeps the draw; one that is
    not moves as well. Moved to where it stands, nothing happens.

    Raises:
        DropOver, DropOpened: too late.
        DropTimes: whoever hears of it now would have less than a minute to enter.
        DropOverlaps: the product has another drop at that time.

    Locks: the product, then the drop, which the draw passes by meanwhile.
    """
    with transaction.atomic():
        Product.objects.select_for_update().get(pk=drop.product_id)
        row = Drop.objects.select_for_update().get(pk=drop.pk)
        now, later = clock.now(), opens_at - row.opens_at
        if row.is_over(now):
            raise DropOver
        if now >= row.opens_at:
            raise DropOpened
        if not later:
            return row
        before = {"opens_at": row.opens_at, "ends_at": row.ends_at}
        if now < row.entry_from:
            row.entry_from += later
        row.opens_at, row.ends_at = opens_at, row.ends_at + later
        if opens_at - max(row.entry_from, now) < SHORTEST_ENTRY:
            raise DropTimes
        _check_alone(row.product, row.entry_from, row.ends_at, but=row)
        row.save(update_fields=["entry_from", "opens_at", "ends_at"])
        _record_change(row, "catalog.move_drop", by, reason, before)
    return row


def call_off_drop(drop: Drop, *, by: User, reason: str) -> Drop:
    """End a drop at once: its product is sold as any other, or not at all.

    Who was admitted and has a piece keeps it.

    Raises:
        DropOver: it has ended, or was called off.

    Locks: the drop, as a move does; of two, one is refused.
    """
    with transaction.atomic():
        row = Drop.objects.select_for_update().get(pk=drop.pk)
        now = clock.now()
        if row.is_over(now):
            raise DropOver
        before = {"opens_at": row.opens_at, "ends_at": row.ends_at}
        row.ends_at = row.called_off_at = now
        row.save(update_fields=["ends_at", "called_off_at"])
        _record_change(row, "catalog.call_off_drop", by, reason, before)
    return row


def _check_alone(
    product: Product,
    entry_from: dt.datetime,
    ends_at: dt.datetime,
    *,
    but: Drop | None = None,
) -> None:
    """Refuse a second drop of a product at one time.

    Locks: the product.
    """
    Product.objects.select_for_update().get(pk=product.pk)
    others = Drop.objects.filter(product=product, ends_at__gt=clock.now())
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.filter(entry_from__lt=ends_at, ends_at__gt=entry_from).exists():
        raise DropOverlaps


def _record_change(
    drop: Drop, act: str, by: User, reason: str, before: dict[str, dt.datetime]
) -> None:
    """Record in the open transaction what a drop was before, and tell who follows."""
    facts = {name: moment.isoformat() for name, moment in before.items()}
    audit.record(
        act,
        actor=by,
        subject_kind="drop",
        subject_ref=drop.public_id,
        facts=facts | {"reason": reason},
    )
    drop_changed.send(Drop, drop=drop)


def mint_form(drop: Drop, holder: str) -> str:
    """Return the signed token of a form that lets one enter the waiting room."""
    facts = {"drop": drop.public_id, "holder": holder, "at": clock.now().timestamp()}
    return signing.dumps(facts, salt=FORM_SALT)


def enter_drop(drop: Drop, *, holder: str, user: User | None, form: str) -> DropEntry:
    """Enter the waiting room.

    Args:
        drop: which.
        holder: who, from `holder_of`.
        user: the account, where there is one.
        form: the token that the form carried.

    Raises:
        UnderAge, AccountNeeded: may not enter.
        DropNotOpen, DropOver: not now.
        FormTooFresh: sent sooner than it can be read, or not our form.

    Safe to repeat: yes, one entry each; the first moment counts.
    """
    if user is not None and user.is_under_18:
        raise UnderAge
    if drop.needs_account and user is None:
        raise AccountNeeded
    now = clock.now()
    if now < drop.entry_from:
        raise DropNotOpen(extra={"drop": drop.public_id, "opens_at": drop.entry_from})
    if drop.is_over(now):
        raise DropOver
    _check_form(drop, holder, form, now)
    entry = DropEntry(drop=drop, holder=holder, entered_at=now)
    DropEntry.objects.bulk_create([entry], ignore_conflicts=True)
    return DropEntry.objects.get(drop=drop, holder=holder)


def place_entries(drop: Drop) -> int:
    """Give a place to everybody who has none; return to how many.

    One statement whatever the number: the draw first, then those who came later.

    Locks: the drop's row, passing by where another process draws, or where it was
    moved to a later opening.
    Safe to repeat: yes.
    """
    now = clock.now()
    if now < drop.opens_at + SETTLE:
        return 0
    key = drop.seed.encode().ljust(BLOCK, b"\0")
    facts: dict[str, Any] = {
        "drop": drop.pk,
        "now": now,
        "inner": bytes(byte ^ 0x36 for byte in key),
        "outer": bytes(byte ^ 0x5C for byte in key),
    }
    with transaction.atomic():
        mine = Drop.objects.select_for_update(skip_locked=True).filter(
            pk=drop.pk, opens_at__lte=now - SETTLE
        )
        if mine.first() is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(DRAW, facts)
            return int(cursor.fetchone()[0])


def place_all() -> int:
    """Give places in every drop that is open; return how many.

    Safe to repeat: yes.
    """
    now = clock.now()
    unplaced = DropEntry.objects.filter(place=None).values("drop")
    drops = Drop.objects.filter(pk__in=unplaced, opens_at__lte=now, ends_at__gt=now)
    return sum(place_entries(drop) for drop in drops)


def mint_admission(entry: DropEntry) -> str:
    """Return the signed, one-time admission of an entry whose turn has come."""
    facts = {"entry": entry.public_id, "holder": entry.holder}
    return signing.dumps(facts, salt=ADMISSION_SALT)


def refuse_gated(variants: list[Variant]) -> None:
    """Refuse what is sold in a drop now, where no admission is shown.

    Raises:
        DropNotOpen, AdmissionNeeded: `extra["drop"]` says which.
    """
    gates = _list_gates([variant.product_id for variant in variants])
    for drop in gates.values():
        raise _refusal(drop)


@contextmanager
def using_admission(
    variant: Variant,
    *,
    quantity: int,
    holders: Collection[str],
    admission: str,
    key: str,
) -> Iterator[Drop | None]:
    """Use a shopper's admission for what is done within; given back if refused.

    Where no drop is on there is nothing to use, nor for the piece that is kept for a
    place in the waiting list. What is done within is told the drop that it is sold in.

    Args:
        variant: what is bought.
        quantity: pieces.
        holders: the names of who buys, as an account and as this browser's guest.
        admission: the token from the drop's page.
        key: the attempt's key; the same attempt may use its admission again.

    Raises:
        DropNotOpen, AdmissionNeeded: it is not this shopper's turn.
        AdmissionUsed: the turn was used.
    """
    drop = _list_gates([variant.product_id]).get(variant.product_id)
    if drop is None or (quantity == 1 and _is_kept_for(holders, variant)):
        yield None
        return
    entry = _find_admitted(drop, holders, admission)
    if not _use(entry, key):
        raise AdmissionUsed(extra={"drop": drop.public_id})
    try:
        yield drop
    except DomainError:
        _use(entry, key, is_undone=True)
        raise


def find_gate(product: Product) -> Drop | None:
    """Return the drop by which alone a product is sold now, if there is one."""
    return _list_gates([product.pk]).get(product.pk)


def _list_gates(product_ids: list[int]) -> dict[int, Drop]:
    drops = Drop.objects.filter(product__in=product_ids, ends_at__gt=clock.now())
    return {drop.product_id: drop for drop in drops.order_by("-entry_from")}


def _is_kept_for(holders: Collection[str], variant: Variant) -> bool:
    """Tell whether a piece is held that came to a place of this shopper's."""
    return Reservation.objects.filter(
        variant=variant, state=Reservation.State.HELD, place__holder__in=holders
    ).exists()


def _refusal(drop: Drop) -> DomainError:
    extra = {"drop": drop.public_id, "opens_at": drop.opens_at}
    is_early = clock.now() < drop.opens_at
    return DropNotOpen(extra=extra) if is_early else AdmissionNeeded(extra=extra)


def _find_admitted(drop: Drop, holders: Collection[str], admission: str) -> DropEntry:
    try:
        facts = signing.loads(admission, salt=ADMISSION_SALT)
    except signing.BadSignature:
        raise _refusal(drop) from None
    if facts["holder"] not in holders:
        raise _refusal(drop)
    entries = DropEntry.objects.filter(drop=drop, holder=facts["holder"])
    entry = entries.filter(public_id=facts["entry"]).first()
    if entry is None or entry.place is None:
        raise _refusal(drop)
    if clock.now() < drop.admits_at(entry.place):
        raise _refusal(drop)
    return entry


def _use(entry: DropEntry, key: str, *, is_undone: bool = False) -> bool:
    mine = DropEntry.objects.filter(pk=entry.pk)
    if is_undone:
        return bool(mine.filter(used_key=key).update(used_at=None, used_key=""))
    fresh = mine.filter(used_at=None).update(used_at=clock.now(), used_key=key)
    return bool(fresh) or mine.filter(used_key=key).exists()


def _check_form(drop: Drop, holder: str, form: str, now: dt.datetime) -> None:
    try:
        facts = signing.loads(form, salt=FORM_SALT)
    except signing.BadSignature:
        raise FormTooFresh from None
    age = now.timestamp() - facts["at"]
    is_ours = (facts["drop"], facts["holder"]) == (drop.public_id, holder)
    if not (is_ours and FORM_READ_SECONDS <= age <= FORM_SECONDS):
        raise FormTooFresh
