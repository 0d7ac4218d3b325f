"""Limits and pauses that shoppers set for themselves; looser ones wait a day (K7)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.errors import BadLimit, BuyingPaused, SpendLimitReached
from orders.models import BuyingPause, Order, SpendLimit
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import User

COOL_DOWN = dt.timedelta(hours=24)
Period = SpendLimit.Period
LENGTHS: Mapping[str, dt.timedelta] = {
    Period.DAY: dt.timedelta(days=1),
    Period.WEEK: dt.timedelta(days=7),
    Period.MONTH: dt.timedelta(days=30),
}
PAUSES = {1, 7, 30}
MOST_MINOR = 100_000_000


@dataclass(frozen=True, slots=True)
class Spending:
    """What an account spent in a period, its limit, and one that waits."""

    period: str
    spent: Money
    limit: Money | None
    next_limit: SpendLimit | None

    @property
    def wanted_minor(self) -> int | None:
        """The limit that was asked for last, if any."""
        if self.next_limit is not None:
            return self.next_limit.amount_minor
        return None if self.limit is None else self.limit.minor

    @property
    def wanted(self) -> str:
        """The limit that was asked for last, as it is typed."""
        minor = self.wanted_minor
        if minor is None:
            return ""
        return str(Money(minor, self.spent.currency).decimal)

    @property
    def label(self) -> str:
        """The period in words."""
        return str(Period(self.period).label)


def set_limit(user: User, period: str, amount_minor: int | None) -> SpendLimit:
    """Set the most that an account may spend in a period; None for no limit.

    A tighter limit holds at once. A looser one, or none, holds after 24 hours, so
    that nobody lifts it in the heat of a show.

    Args:
        user: whose limit.
        period: one of `SpendLimit.Period`.
        amount_minor: minor units of whichever currency is paid in.

    Raises:
        BadLimit: no such period, or not an amount.

    Locks: the account's limits.
    Safe to repeat: yes, the newest wish counts.
    """
    is_amount = amount_minor is None or 0 <= amount_minor <= MOST_MINOR
    if period not in LENGTHS or not is_amount:
        raise BadLimit
    now = clock.now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        own = SpendLimit.objects.filter(user=user, period=period)
        waiting = own.filter(valid_from__gt=now).first()
        if waiting is not None and waiting.amount_minor == amount_minor:
            return waiting
        own.filter(valid_from__gt=now).delete()
        held = own.filter(valid_from__lte=now).first()
        before = held.amount_minor if held is not None else None
        is_looser = before is not None and (
            amount_minor is None or amount_minor > before
        )
        if held is not None and amount_minor == before:
            return held
        return SpendLimit.objects.create(
            user=user,
            period=period,
            amount_minor=amount_minor,
            valid_from=now + COOL_DOWN if is_looser else now,
        )


def pause_buying(user: User, days: int) -> BuyingPause:
    """Keep an account from buying for some days; a longer pause is never shortened.

    Raises:
        BadLimit: not one of the lengths on offer.

    Locks: the account.
    Safe to repeat: yes.
    """
    if days not in PAUSES:
        raise BadLimit
    until = clock.now() + dt.timedelta(days=days)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        pause, _is_new = BuyingPause.objects.get_or_create(
            user=user, defaults={"until": until}
        )
        BuyingPause.objects.filter(pk=pause.pk, until__lt=until).update(until=until)
    pause.refresh_from_db()
    return pause


def check_pause(user: User | None) -> None:
    """Refuse an account that has chosen to buy nothing for a while.

    Raises:
        BuyingPaused: it has; `extra` says until when.
    """
    pause = find_pause(user) if user is not None else None
    if pause is not None:
        message = _("You paused buying until %(day)s. Nothing was charged.")
        day = date_format(pause.until, "DATETIME_FORMAT")
        raise BuyingPaused(
            message % {"day": day}, extra={"until": pause.until.isoformat()}
        )


def find_pause(user: User) -> BuyingPause | None:
    """Return the pause of an account that still lasts."""
    return BuyingPause.objects.filter(user=user, until__gt=clock.now()).first()


def check_spending(user: User | None, total: Money) -> None:
    """Refuse what would exceed a limit of the account, in the open transaction.

    Raises:
        BuyingPaused: it has chosen to buy nothing for a while.
        SpendLimitReached: `extra` says how much is left, in minor units.

    Locks: the account, where it has limits: two checkouts at once count each other.
    """
    check_pause(user)
    if user is None or not SpendLimit.objects.filter(user=user).exists():
        return
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    for spending in list_spending(user, total.currency):
        if spending.limit is None:
            continue
        left = max(0, (spending.limit - spending.spent).minor)
        if total.minor > left:
            facts = {
                "period": spending.label,
                "limit": spending.limit,
                "left": Money(left, total.currency),
            }
            message = _(
                "Your own limit is %(limit)s %(period)s, and %(left)s of it is left. "
                "Nothing was charged."
            )
            extra = {"left_minor": left, "period": spending.period}
            raise SpendLimitReached(message % facts, extra=extra)


def list_spending(user: User, currency: str) -> list[Spending]:
    """List what an account spent in each period, with its limits.

    Orders count from the moment they are placed until they are cancelled, less what
    was paid back.
    """
    now = clock.now()
    rows = list(SpendLimit.objects.filter(user=user).order_by("-valid_from", "-id"))
    found = []
    for period, length in LENGTHS.items():
        own = [row for row in rows if row.period == period]
        held = next((row for row in own if row.valid_from <= now), None)
        amount = held.amount_minor if held is not None else None
        found.append(
            Spending(
                period=period,
                spent=_count_spent(user, currency, since=now - length),
                limit=None if amount is None else Money(amount, currency),
                next_limit=next((row for row in own if row.valid_from > now), None),
            )
        )
    return found


def _count_spent(user: User, currency: str, *, since: dt.datetime) -> Money:
    orders = Order.objects.filter(
        user=user, currency=currency, created_at__gt=since
    ).exclude(state=Order.State.CANCELLED)
    paid = orders.aggregate(minor=Sum(F("goods_minor") + F("shipping_minor")))
    back = orders.aggregate(minor=Sum("refunds__amount_minor"))
    return Money((paid["minor"] or 0) - (back["minor"] or 0), currency)
