"""Yearly reports to tax offices: made once a year is over, sealed, handed out (E8)."""

from zoneinfo import ZoneInfo

from django.db import transaction

from catalog.errors.reports import NoOperator, ReportUnsound, YearNotOver
from catalog.models import PlatformReport
from catalog.selectors.sellers import list_sellers
from catalog.selectors.told import PURPOSE
from catalog.services.platform_files import (
    Filing,
    build_message,
    write_csv,
    write_xml,
)
from catalog.services.platform_schema import find_faults
from creators.models import PayoutRule
from shopfront.common import clock, ids
from shopfront.common.sealing import seal, unseal
from shopfront.models import Market, User
from shopfront.services import audit

FIRST_YEAR = 2023
"""The first year that DAC7 covers."""
SHOWN = 5
"""So many faults of a file are told in the refusal."""


def make_report(
    market: Market, year: int, *, sender: str = "", by: User | None
) -> PlatformReport:
    """Write down a year for the tax office of a market; a later one gets a number.

    Args:
        market: whose country's office is told; its payout rule names the operator.
        year: one that is over there.
        sender: the number that the office gave the operator, where it did.
        by: who asked; None for the command.

    Raises:
        NoOperator: the market has no payout rule, which names who pays.
        YearNotOver: the year is not over, or before there were such reports.
        ReportUnsound: an office would refuse the file; `faults` says where and why.

    Locks: the market's row, so that numbers follow one another.
    """
    now = clock.now()
    this_year = now.astimezone(ZoneInfo(market.time_zone)).year
    if not FIRST_YEAR <= year < this_year:
        raise YearNotOver
    rule = PayoutRule.objects.filter(market=market).order_by("-valid_from").first()
    if rule is None:
        raise NoOperator
    public_id = ids.new_public_id()
    sellers = list_sellers(market, year, now)
    told = [one for one in sellers if not one.is_small and not one.missing]
    small = [one for one in sellers if one.is_small]
    filing = Filing(
        public_id=public_id,
        country=market.code,
        year=year,
        made_at=now,
        sender=sender.strip(),
        operator=rule.payer_name,
        operator_address=rule.payer_address,
        operator_number=rule.payer_vat_number,
    )
    message = build_message(filing, told)
    faults = find_faults(message)
    if faults:
        sentence = ReportUnsound.default_message % {"faults": "; ".join(faults[:SHOWN])}
        raise ReportUnsound(sentence, extra={"faults": faults})
    with transaction.atomic():
        Market.objects.select_for_update(no_key=True).get(pk=market.pk)
        earlier = PlatformReport.objects.filter(market=market, year=year)
        report = PlatformReport.objects.create(
            public_id=public_id,
            market=market,
            year=year,
            number=earlier.count() + 1,
            sender=filing.sender,
            sellers_count=len(told),
            small_count=len(small),
            incomplete_count=len(sellers) - len(told) - len(small),
            sealed_xml=seal(write_xml(message), purpose=PURPOSE),
            sealed_csv=seal(write_csv(sellers), purpose=PURPOSE),
            made_by=by,
            made_at=now,
        )
        _record("catalog.make_platform_report", report, by)
    return report


def open_xml(report: PlatformReport, *, by: User | None) -> str:
    """Return the file for the tax office, and record who took it.

    Raises:
        SealBrokenError: it was sealed with another SECRET_KEY.
    """
    return _open(report, report.sealed_xml, by)


def open_csv(report: PlatformReport, *, by: User | None) -> str:
    """Return all sellers as a table, and record who took it.

    Raises:
        SealBrokenError: it was sealed with another SECRET_KEY.
    """
    return _open(report, report.sealed_csv, by)


def _open(report: PlatformReport, sealed: str, by: User | None) -> str:
    text = unseal(sealed, purpose=PURPOSE)
    with transaction.atomic():
        _record("catalog.take_platform_report", report, by)
    return text


def _record(action: str, report: PlatformReport, by: User | None) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="platform_report",
        subject_ref=report.public_id,
        facts={"market": report.market.code, "year": report.year},
    )
