"""The sellers of a year as a tax office must be told of them (DAC7, UK rules)."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.models import Brand
from creators.models import Account, Creator, PayoutDetails
from creators.selectors.platform_sums import (
    Owner,
    YearSums,
    sum_brands,
    sum_creators,
)
from shopfront.models import Market, User

GOODS, SERVICES = "SaleOfGoods", "PersonalServices"
FEWER_SALES = 30
SMALL_SUMS = {"EUR": 2_000_00, "GBP": 1_700_00}
"""A seller of goods with fewer sales and no more than this is left out: Directive (EU)
2021/514, annex V, section I B 4 (d); HMRC, "Selling goods or services on a digital
platform", about 1,700 pounds. In other currencies nobody is."""

EU_CODES = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
)
EU = frozenset(re.findall("[A-Z]{2}", EU_CODES))
NEEDED = ("name", "address", "country", "tax_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """One seller in one currency, with what is known of them."""

    kind: str
    """`SaleOfGoods` or `PersonalServices`."""
    ref: str
    name: str
    address: str
    country: str
    tax_number: str
    vat_number: str
    born_on: dt.date | None
    currency: str
    sums: YearSums
    details: PayoutDetails | None

    @property
    def is_person(self) -> bool:
        """Whether it is an individual; companies have no day of birth."""
        return self.born_on is not None

    @property
    def is_small(self) -> bool:
        """Whether the law leaves this seller out."""
        most = SMALL_SUMS.get(self.currency)
        return (
            self.kind == GOODS
            and most is not None
            and self.sums.activities < FEWER_SALES
            and self.sums.consideration <= most
        )

    @property
    def is_reported(self) -> bool:
        """Whether the office is told of this seller: not small, nothing missing."""
        return not self.is_small and not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Which data a report needs and we do not have."""
        return tuple(name for name in NEEDED if not getattr(self, name))


def list_sellers(market: Market, year: int, now: dt.datetime) -> list[Seller]:
    """Return the sellers whom a market's tax office is told of, and the unplaceable.

    The office of an EU country is told of those who live in the EU, any other of those
    who live in its own country; who does not say where is in every list, so that
    somebody asks. Seven queries, however many there are.
    """
    zone = market.time_zone
    brands = sum_brands(year, zone=zone, now=now)
    creators = sum_creators(year, zone=zone, now=now)
    details = _read_details({ref for ref, _ in (*brands, *creators)})
    countries = EU if market.code in EU else {market.code}
    found = [
        *_describe_brands(brands, details),
        *_describe_creators(creators, details),
    ]
    return [one for one in found if not one.country or one.country in countries]


def _describe_brands(
    sums: Mapping[Owner, YearSums], details: Mapping[tuple[str, str], PayoutDetails]
) -> Iterable[Seller]:
    known = {
        row.public_id: row
        for row in Brand.objects.filter(public_id__in={ref for ref, _ in sums})
    }
    for (ref, currency), year in sorted(sums.items()):
        row, brand = details.get((Account.Owner.BRAND, ref)), known.get(ref)
        trader = brand.trader_name if brand else ""
        yield Seller(
            kind=GOODS,
            ref=ref,
            name=(row and row.legal_name) or trader,
            address=(row and row.address) or (brand.trader_address if brand else ""),
            country=row.country if row else "",
            tax_number=row.tax_number if row else "",
            vat_number=(row and row.vat_number) or (brand.vat_number if brand else ""),
            born_on=row.born_on if row else None,
            currency=currency,
            sums=year,
            details=row,
        )


def _describe_creators(
    sums: Mapping[Owner, YearSums], details: Mapping[tuple[str, str], PayoutDetails]
) -> Iterable[Seller]:
    refs = {ref for ref, _ in sums}
    creators = Creator.objects.filter(public_id__in=refs)
    helpers = User.objects.filter(public_id__in=refs)
    names = {row.public_id: row.name for row in helpers}
    names |= dict(creators.values_list("public_id", "display_name"))
    for (ref, currency), year in sorted(sums.items()):
        row = details.get((Account.Owner.CREATOR, ref)) or details.get(
            (Account.Owner.PERSON, ref)
        )
        yield Seller(
            kind=SERVICES,
            ref=ref,
            name=(row and row.legal_name) or names.get(ref, ""),
            address=row.address if row else "",
            country=row.country if row else "",
            tax_number=row.tax_number if row else "",
            vat_number=row.vat_number if row else "",
            born_on=row.born_on if row else None,
            currency=currency,
            sums=year,
            details=row,
        )


def _read_details(refs: Iterable[str]) -> dict[tuple[str, str], PayoutDetails]:
    """Return each owner's newest details, of whichever market."""
    rows = PayoutDetails.objects.filter(owner_ref__in=set(refs), withdrawn_at=None)
    return {(row.owner_kind, row.owner_ref): row for row in rows.order_by("pk")}
