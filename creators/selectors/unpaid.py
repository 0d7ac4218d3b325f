"""Who has money that the next run does not pay, and why: for the desk (E7)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum

from creators.models import Account, Creator, Entry, PayoutDetails
from creators.selectors.connected import list_connected
from creators.selectors.payable import PAYABLE, sum_settled
from creators.selectors.premiums import list_owing
from creators.selectors.run_days import find_rule
from shopfront.common import clock
from shopfront.models import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An account whose money waits; `why` is a code, the columns are the file's."""

    owner: str
    public_id: str
    balance_minor: int
    settled_minor: int
    currency: str
    why: str


def list_waiting(market: Market) -> Iterator[Waiting]:
    """Return the accounts in a market's currency that the next run leaves out.

    Why: `no_details`, `details_wait` (a change takes its days), `no_tax_data`,
    `below_minimum`, `behind` (refunds took more), `not_settled` (or held),
    `not_connected` (Stripe pays, and the account there is not known), `not_collected`
    (a helper's premium that waits until the show's creator earns; on no account yet).
    """
    now = clock.now()
    rule = find_rule(market, now.date())
    least = rule.minimum_minor if rule is not None else 1
    is_by_stripe = rule is not None and rule.is_by_stripe
    details: dict[str, PayoutDetails] = {}
    known = PayoutDetails.objects.filter(market=market, withdrawn_at=None)
    for row in known.order_by("id"):
        if row.usable_from <= now or row.owner_ref not in details:
            details[row.owner_ref] = row
    sums = (
        Entry.objects.filter(account__kind__in=PAYABLE, currency=market.currency)
        .values_list("account")
        .annotate(total=Sum("amount_minor"))
        .exclude(total=0)
    )
    closed = set(
        Creator.objects.filter(state=Creator.State.CLOSED).values_list(
            "public_id", flat=True
        )
    )
    balances = {key: -int(total) for key, total in sums}
    accounts = list(Account.objects.filter(pk__in=balances).order_by("pk"))
    refs = [account.owner_ref for account in accounts]
    connected = list_connected(market, refs) if is_by_stripe else None
    for account in accounts:
        settled = sum_settled(account, now=now, settle_days=market.settle_days)
        waits_for_more = account.has_minimum and account.owner_ref not in closed
        floor = least if waits_for_more else 1
        why = _explain(details.get(account.owner_ref), settled, floor)
        owner = (account.owner_kind, account.owner_ref)
        if not why and connected is not None and owner not in connected:
            why = "not_connected"
        if why:
            yield Waiting(
                owner=account.owner_kind,
                public_id=account.owner_ref,
                balance_minor=balances[account.pk],
                settled_minor=settled,
                currency=account.currency,
                why=why,
            )
    yield from _list_uncollected(market)


def _list_uncollected(market: Market) -> Iterator[Waiting]:
    """Return what helpers still wait for, premium by premium, the oldest first."""
    owing = list_owing(market.currency).select_related("creator", "person")
    for premium in owing.iterator(chunk_size=500):
        is_creators = premium.creator is not None
        yield Waiting(
            owner=Account.Owner.CREATOR if is_creators else Account.Owner.PERSON,
            public_id=premium.helper.public_id,
            balance_minor=premium.rest.minor,
            settled_minor=0,
            currency=premium.currency,
            why="not_collected",
        )


def _explain(details: PayoutDetails | None, settled: int, least: int) -> str:
    if details is None:
        return "no_details"
    if details.usable_from > clock.now():
        return "details_wait"
    if not details.has_tax_data:
        return "no_tax_data"
    if settled <= 0:
        return "behind" if settled < 0 else "not_settled"
    return "below_minimum" if settled < least else ""
