"""Arithmetic of a sold line: who gets which part, and which part goes back.

Rule `sale-1`. Of a line's total T (after discount, with tax) and the tax X within it:

- base B = T - X, before shipping (N2);
- commission C = B times the agreement's rate, half up;
- platform fee F = B times the market's rate, half up, at most what B leaves after C;
- the brand gets B - C - F.

So X, C, F and the brand's part are never negative and sum to T.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shopfront.common.money import take_share

SALE_RULE = "sale-1"
REVERSAL_RULE = "reversal-1"
SETTLEMENT_RULE = "settlement-1"


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of one line in minor units; they sum to its total."""

    tax: int
    commission: int
    fee: int
    brand: int

    @property
    def total(self) -> int:
        """What the shopper paid for the line."""
        return self.tax + self.commission + self.fee + self.brand


def share_out(total: int, tax: int, *, rate_bps: int, fee_bps: int) -> Shares:
    """Share a line out by rule `sale-1`.

    Raises:
        ValueError: the tax is not within the total, or a rate is above the whole.
    """
    if not 0 <= tax <= total or not 0 <= rate_bps <= 10_000 or fee_bps < 0:
        message = f"cannot share out {total} with tax {tax} at {rate_bps} bps"
        raise ValueError(message)
    base = total - tax
    commission = take_share(base, rate_bps)
    fee = min(take_share(base, fee_bps), base - commission)
    return Shares(tax, commission, fee, base - commission - fee)


def share_among(
    total: int, tax: int, *, rates_bps: Sequence[int], fee_bps: int
) -> tuple[Shares, list[int]]:
    """Share a line out whose commission is several people's; each part by its own rate.

    Every part is B times its rate, half up, so that each statement is recomputed
    alone; the last ones give up what rounding would take beyond B. With one rate it is
    rule `sale-1` to the penny.

    Raises:
        ValueError: the tax is not within the total, or the rates exceed the whole.
    """
    whole = share_out(total, tax, rate_bps=sum(rates_bps), fee_bps=fee_bps)
    base, parts = total - tax, list[int]()
    for rate in rates_bps:
        parts.append(min(take_share(base, rate), base - sum(parts)))
    commission = sum(parts)
    fee = min(whole.fee, base - commission)
    return Shares(tax, commission, fee, base - commission - fee), parts


def share_back(parts: Sequence[int], refunded: int) -> list[int]:
    """Return how much of each part has gone back once so much of the whole has.

    Rule `reversal-1`: running sums of the parts are cut in proportion, rounded down,
    and each part is the difference of two cuts. So the results sum to `refunded`, none
    is negative or larger than its part, and a full refund takes back every part whole.

    Raises:
        ValueError: more goes back than there is.
    """
    whole = sum(parts)
    if not 0 <= refunded <= whole or min(parts, default=0) < 0:
        message = f"cannot take {refunded} back from {whole}"
        raise ValueError(message)
    if whole == 0:
        return [0 for _ in parts]
    back, running, before = [], 0, 0
    for part in parts:
        running += part
        cut = running * refunded // whole
        back.append(cut - before)
        before = cut
    return back
