"""What stands between an owner's money and the bank: dates, and what is missing."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from creators.models import (
    Account,
    ConnectedAccount,
    Creator,
    Entry,
    LineHold,
    PayoutDetails,
    PayoutLine,
    PayoutRule,
)
from creators.models.payouts import FAILED
from creators.selectors.connected import find_connected
from creators.selectors.guarantees import GUARANTEE, GUARANTEE_OFFSET, OVERTIME
from creators.selectors.payable import sum_settled
from creators.selectors.payees import find_details, find_usable_details
from creators.selectors.run_days import expect_payment, find_rule
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When an owner is paid next, how much of it is certain, and what to do."""

    rule: PayoutRule | None
    next_on: dt.date | None
    payable: Money
    minimum: Money
    usable: PayoutDetails | None
    pending: PayoutDetails | None
    connected: ConnectedAccount | None = None
    is_brand: bool = False

    @property
    def is_by_stripe(self) -> bool:
        """Whether the market pays by Stripe, not by a bank."""
        return self.rule is not None and self.rule.is_by_stripe

    @property
    def needs_details(self) -> bool:
        """Whether nothing says where the money goes."""
        return self.usable is None and self.pending is None

    @property
    def needs_tax_data(self) -> bool:
        """Whether the details that count lack what a payout needs."""
        return self.usable is not None and not self.usable.has_tax_data

    @property
    def is_below_minimum(self) -> bool:
        """Whether something is payable, but too little for a run."""
        return 0 < self.payable.minor < self.minimum.minor

    @property
    def is_behind(self) -> bool:
        """Whether more went back than has settled since: it is carried on.

        Refunds alone of a creator; of a brand also what it owes of guarantees.
        """
        return self.payable.minor < 0

    @property
    def is_ready(self) -> bool:
        """Whether the next run pays."""
        is_known = self.usable is not None and self.usable.has_tax_data
        is_enough = self.payable.minor >= max(1, self.minimum.minor)
        is_reached = not self.is_by_stripe or self.connected is not None
        return is_known and is_enough and is_reached and self.next_on is not None


def read_outlook(creator: Creator) -> Outlook:
    """Return when and how a creator is paid next; few queries, however many lines."""
    is_closed = creator.state == Creator.State.CLOSED
    owner = (Account.Owner.CREATOR, creator.public_id)
    payable = sum_payable(creator, creator.market.currency)
    return _read(owner, creator.market, payable, has_minimum=not is_closed)


def read_account_outlook(account: Account, market: Market) -> Outlook:
    """Return when and how a brand's or helper's account is paid next in a market."""
    settled = sum_settled(account, now=clock.now(), settle_days=market.settle_days)
    owner = (account.owner_kind, account.owner_ref)
    payable = Money(settled, account.currency)
    return _read(owner, market, payable, has_minimum=account.has_minimum)


def find_payout_market(currency: str) -> Market | None:
    """Return the market whose runs pay a currency; without a rule, one that has it."""
    rules = PayoutRule.objects.select_related("market").filter(
        market__currency=currency
    )
    rule = rules.order_by("valid_from", "pk").first()
    if rule is not None:
        return rule.market
    return Market.objects.filter(currency=currency).order_by("pk").first()


def sum_payable(creator: Creator, currency: str) -> Money:
    """Return what has settled, less what is held of it; however many lines there are.

    The lines of `list_payable_lines` come to the same.
    """
    balance = Entry.objects.filter(
        account__kind=Account.Kind.CREATOR_AVAILABLE,
        account__owner_kind=Account.Owner.CREATOR,
        account__owner_ref=creator.public_id,
        currency=currency,
    ).aggregate(total=Sum("amount_minor"))["total"]
    held = list_open_holds(creator).filter(
        commission__settlement__isnull=False, commission__currency=currency
    )
    due = {hold.commission_id: hold.commission.due.minor for hold in held}
    paid = (
        PayoutLine.objects.filter(commission__in=due)
        .exclude(payout__state__in=FAILED)
        .values_list("commission")
        .annotate(total=Sum("amount_minor"))
    )
    for key, amount in paid if due else ():
        due[key] -= amount
    waits = sum(max(0, amount) for amount in due.values())
    return Money(-int(balance or 0) - waits, currency)


def sum_collectable(creator: Creator, currency: str) -> int:
    """Return how much may be taken of a creator's balance for helpers, minor units.

    What could be paid out now, less the guarantees and premiums in it: they are pay by
    the hour, at least a floor, and stay whole (E0, E1).
    """
    paid = PayoutLine.objects.filter(entry=OuterRef("pk")).exclude(
        payout__state__in=FAILED
    )
    is_premium = Q(transaction__kind=OVERTIME, amount_minor__lt=0)
    by_the_hour = Entry.objects.filter(
        Q(transaction__kind__in=(GUARANTEE, GUARANTEE_OFFSET)) | is_premium,
        account__kind=Account.Kind.CREATOR_AVAILABLE,
        account__owner_kind=Account.Owner.CREATOR,
        account__owner_ref=creator.public_id,
        currency=currency,
    ).exclude(Exists(paid))
    kept = -int(by_the_hour.aggregate(total=Sum("amount_minor"))["total"] or 0)
    return sum_payable(creator, currency).minor - max(0, kept)


def _read(
    owner: tuple[str, str], market: Market, payable: Money, *, has_minimum: bool
) -> Outlook:
    now = clock.now()
    rule = find_rule(market, now.astimezone(ZoneInfo(market.time_zone)).date())
    newest = find_details(*owner, market)
    usable = find_usable_details(*owner, market)
    least = rule.minimum_minor if rule is not None and has_minimum else 1
    is_by_stripe = rule is not None and rule.is_by_stripe
    return Outlook(
        rule=rule,
        next_on=expect_payment(rule, now) if rule else None,
        payable=payable,
        minimum=Money(least, market.currency),
        usable=usable,
        pending=newest if newest != usable else None,
        connected=find_connected(*owner, market) if is_by_stripe else None,
        is_brand=owner[0] == Account.Owner.BRAND,
    )


def list_holds(creator: Creator) -> "QuerySet[LineHold]":
    """Return a creator's held lines, the open ones first."""
    return (
        LineHold.objects.filter(commission__creator=creator)
        .select_related("commission", "held_by", "decided_by")
        .order_by("-released_at", "-held_at")
    )


def list_open_holds(creator: Creator) -> "QuerySet[LineHold]":
    """Return the lines that wait now, the newest first; one query."""
    return list_holds(creator).filter(released_at=None).order_by("-held_at")
