"""What a guarantee's page shows: what is missing, where to pay, how it went."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from catalog.models import Brand
from creators.models import Account, Guarantee, PayoutRule
from creators.selectors.guarantees import find_bank_details
from orders.models import FundingPayment
from shopfront.common import clock


@dataclass(frozen=True, slots=True)
class FundingPage:
    """A guarantee with the bank account for transfers and the last card payment."""

    guarantee: Guarantee
    payer_name: str
    bank: PayoutRule | None
    last: FundingPayment | None

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
    """Return what a guarantee's page shows; three queries."""
    market = guarantee.creator.market
    today = clock.now().astimezone(ZoneInfo(market.time_zone)).date()
    return FundingPage(
        guarantee=guarantee,
        payer_name=_name_payer(guarantee.agreement.payer),
        bank=find_bank_details(market, today),
        last=find_last_funding(guarantee),
    )


def _name_payer(payer: Account) -> str:
    if payer.owner_kind != Account.Owner.BRAND:
        return ""
    brand = Brand.objects.filter(public_id=payer.owner_ref).first()
    return brand.name if brand is not None else ""
