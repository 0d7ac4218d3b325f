"""Money: integer minor units and a currency; splitting without losing a penny."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Self

from babel import Locale
from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in minor units (pence, cents) of an ISO 4217 currency."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.minor * count, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            message = f"cannot mix {self.currency} and {other.currency}"
            raise ValueError(message)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing of a currency."""
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Self:
        """Return an amount in major units of a currency, half up."""
        minor = amount.scaleb(get_currency_precision(currency))
        return cls(int(minor.quantize(Decimal(1), rounding=ROUND_HALF_UP)), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    def format(self, locale: str = "en_GB") -> str:
        """Write the amount as people of a locale do, for example £12.50."""
        return _write(self.minor, self.currency, locale)

    def __str__(self) -> str:
        return self.format()


@lru_cache(maxsize=8_192)
def _write(minor: int, currency: str, locale: str) -> str:
    amount = Money(minor, currency).decimal
    return str(format_currency(amount, currency, locale=locale))


@lru_cache(maxsize=1_024)
def format_amount(amount: Decimal, currency: str, locale: str) -> str:
    """Write an amount with all the decimals it has, for example £0.190."""
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    places = max(0, -int(amount.as_tuple().exponent))
    decimals = f"0.{'0' * places}" if places else "0"
    return str(
        format_currency(
            amount,
            currency,
            pattern.replace("0.00", decimals),
            locale=locale,
            currency_digits=False,
        )
    )


def take_share(minor: int, basis_points: int) -> int:
    """Return the share of an amount, half up; 10,000 basis points are the whole."""
    share = Decimal(minor * basis_points) / 10_000
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def tax_within(minor: int, rate_basis_points: int) -> int:
    """Return the tax contained in a gross amount, half up."""
    tax = Decimal(minor * rate_basis_points) / (10_000 + rate_basis_points)
    return int(tax.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def round_share(minor: int, part: int, whole: int) -> int:
    """Return so much of an amount as a part is of a whole, half up; none of nothing."""
    if whole == 0:
        return 0
    share = Decimal(minor * part) / whole
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights with the largest remainder; the sum is kept.

    Raises:
        ValueError: no weight is positive, or one is negative.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        message = "weights must be positive in sum and none negative"
        raise ValueError(message)
    sign = -1 if minor < 0 else 1
    size = abs(minor)
    parts = [size * weight // total for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (-(size * weights[i] % total), i)
    )
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]
