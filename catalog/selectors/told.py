"""What tax offices were told of one seller, out of the reports as they were made."""

import csv
import io
from dataclasses import dataclass

import structlog
from django.db.models import F

from catalog.models import PlatformReport
from creators.selectors.platform_sums import QUARTERS
from shopfront.common.money import Money
from shopfront.common.sealing import SealBrokenError, unseal

PURPOSE = "catalog.platform_report"
"""What reports are sealed for."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToldQuarter:
    """One quarter as it was reported."""

    quarter: int
    consideration: Money
    fees: Money
    taxes: Money
    activities: int


@dataclass(frozen=True, slots=True)
class Told:
    """What one office was told of a seller about a year."""

    market: str
    year: int
    name: str
    tax_number: str
    quarters: tuple[ToldQuarter, ...]


def list_told(owner_ref: str) -> list[Told]:
    """Return what the newest report of each market and year says of a seller.

    Of those that were filed, where one was: what is only prepared is not told yet. One
    query; who was left out of a report is not in the answer, nor is a report that
    was sealed with another SECRET_KEY.
    """
    rows = PlatformReport.objects.select_related("market").order_by(
        "market_id", "year", F("filing__filed_at").desc(nulls_last=True), "-number"
    )
    newest = rows.distinct("market_id", "year")
    found = [one for report in newest for one in _read(report, owner_ref)]
    return sorted(found, key=lambda one: (-one.year, one.market))


def _read(report: PlatformReport, owner_ref: str) -> list[Told]:
    try:
        text = unseal(report.sealed_csv, purpose=PURPOSE)
    except SealBrokenError:
        log.error("catalog.platform_report_unreadable", report=report.public_id)
        return []
    table = csv.DictReader(io.StringIO(text))
    return [
        Told(
            market=report.market.name,
            year=report.year,
            name=row["name"],
            tax_number=row["tax_number"],
            quarters=tuple(_read_quarter(row, quarter) for quarter in QUARTERS),
        )
        for row in table
        if row["seller"] == owner_ref and row["reported"] == "yes"
    ]


def _read_quarter(row: dict[str, str], quarter: int) -> ToldQuarter:
    def read(name: str) -> Money:
        return Money(int(row[f"{name}_minor_q{quarter}"]), row["currency"])

    return ToldQuarter(
        quarter=quarter,
        consideration=read("consideration"),
        fees=read("fees"),
        taxes=read("taxes"),
        activities=int(row[f"activities_q{quarter}"]),
    )
