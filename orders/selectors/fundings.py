"""What a guarantee's page shows: what is missing, where to pay, how it went."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from catalog.models import Brand
from creators.models import Account, Guarantee, PayoutRule
from creators.selectors.guarantees import find_bank_details
from orders.models import FundingPayment
from shopfront.common import clock
from shopfront.common.money import Money


@dataclass(frozen=True, slots=True)
class FundingPage:
    """A guarantee with the bank account for transfers and the last card payment."""

    guarantee: Guarantee
    payer_name: str
    bank: PayoutRule | None
    last: FundingPayment | None
    taken_back: Money
    """What payers' banks took back of what was paid in by card."""
    owed: Money
    """What of an earned guarantee they took back and nobody paid in again."""

    @property
    def is_open(self) -> bool:
        """Whether money is still missing."""
        return self.guarantee.state == Guarantee.State.OPEN

    @property
    def is_undecided(self) -> bool:
        """Whether a payment waits for the bank or for the payer."""
        undecided = {FundingPayment.State.PENDING, FundingPayment.State.AUTHENTICATING}
        return self.last is not None and self.last.state in undecided


def find_last_funding(guarantee: Guarantee) -> FundingPayment | None:
    """Return the newest card payment of a guarantee, or None; one query."""
    return FundingPayment.objects.filter(guarantee=guarantee).first()


def get_funding_page(guarantee: Guarantee) -> FundingPage:
    """Return what a guarantee's page shows; four queries."""
    taken_back, owed = _sum_losses(guarantee)
    market = guarantee.creator.market
    today = clock.now().astimezone(ZoneInfo(market.time_zone)).date()
    return FundingPage(
        guarantee=guarantee,
        payer_name=_name_payer(guarantee.agreement.payer),
        bank=find_bank_details(market, today),
        last=find_last_funding(guarantee),
        taken_back=taken_back,
        owed=owed,
    )


def _sum_losses(guarantee: Guarantee) -> tuple[Money, Money]:
    """Return what was taken back, and what of it is owed now; one query."""
    rows = list(guarantee.fundings.filter(lost_minor__gt=0))
    taken = sum(row.lost_minor for row in rows)
    owed = 0
    if guarantee.state == Guarantee.State.EARNED and rows:
        owed = guarantee.missing.minor + sum(
            max(0, row.kept_minor + row.lost_minor - row.amount_minor) for row in rows
        )
    return Money(taken, guarantee.currency), Money(owed, guarantee.currency)


def _name_payer(payer: Account) -> str:
    if payer.owner_kind != Account.Owner.BRAND:
        return ""
    brand = Brand.objects.filter(public_id=payer.owner_ref).first()
    return brand.name if brand is not None else ""
