"""Yearly reports to tax offices: made, sealed, handed out, filed and corrected (E8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from catalog.errors.reports import (
    AlreadyFiled,
    NoOperator,
    NothingFiled,
    NothingToCorrect,
    ReportOutdated,
    ReportUnreadable,
    ReportUnsound,
    YearNotOver,
)
from catalog.models import PlatformFiling, PlatformReport
from catalog.selectors.sellers import Seller, list_sellers
from catalog.selectors.told import PURPOSE
from catalog.services.platform_corrections import build_corrections, read_standing
from catalog.services.platform_files import (
    Filing,
    Message,
    build_first,
    write_csv,
    write_xml,
)
from catalog.services.platform_schema import find_faults
from creators.models import PayoutRule
from shopfront.common import clock, ids
from shopfront.common.sealing import SealBrokenError, seal, unseal
from shopfront.models import Market, User
from shopfront.services import audit

FIRST_YEAR = 2023
"""The first year that DAC7 covers."""
SHOWN = 5
"""So many faults of a file are told in the refusal."""
Kind = PlatformReport.Kind


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is sound, and all sellers of its market and year."""

    market: Market
    filing: Filing
    message: Message
    sellers: Sequence[Seller]


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
        AlreadyFiled: the office has a report of the year; make a correction.
        ReportUnsound: an office would refuse the file; `faults` says where and why.

    Locks: the market's row, so that numbers follow one another.
    """
    filing = _begin(market, year, sender)
    sellers = list_sellers(market, year, filing.made_at)
    told = [one for one in sellers if one.is_reported]
    message = build_first(filing, told)
    _check(message)
    with transaction.atomic():
        _lock(market)
        if _list_filed(market, year):
            raise AlreadyFiled
        draft = Draft(market, filing, message, sellers)
        return _keep(draft, Kind.FIRST, corrects=None, by=by)


def make_correction(
    market: Market, year: int, *, sender: str = "", by: User | None
) -> list[PlatformReport]:
    """Write down what differs now from what was filed, as an office takes it.

    Returns the correction of what stands, then who is to be added, each where needed;
    they are filed in this order. Arguments are those of `make_report`.

    Raises:
        NoOperator: the market has no payout rule, which names who pays.
        YearNotOver: the year is not over, or before there were such reports.
        NothingFiled: there is nothing to correct; make a whole report.
        NothingToCorrect: all that was filed is still right.
        ReportUnreadable: what was filed was sealed with another SECRET_KEY.
        ReportUnsound: an office would refuse a file; `faults` says where and why.

    Locks: the market's row, so that nothing is filed meanwhile.
    """
    filings = (_begin(market, year, sender), _begin(market, year, sender))
    sellers = list_sellers(market, year, filings[0].made_at)
    with transaction.atomic():
        _lock(market)
        filed = _list_filed(market, year)
        if not filed:
            raise NothingFiled
        standing = read_standing(
            (_read(row.sealed_xml), _read(row.sealed_csv)) for row in filed
        )
        messages = build_corrections(filings, standing, sellers)
        if not messages:
            raise NothingToCorrect
        made = []
        for message in messages:
            _check(message)
            kind = Kind.CORRECTION if message.is_correction else Kind.SUPPLEMENT
            filing = filings[kind == Kind.SUPPLEMENT]
            draft = Draft(market, filing, message, sellers)
            made.append(_keep(draft, kind, corrects=filed[-1], by=by))
    return made


def file_report(report: PlatformReport, *, receipt: str, by: User) -> PlatformFiling:
    """Say that a report was handed in, with the tax office's receipt.

    From then on corrections go by it.

    Raises:
        AlreadyFiled: it was filed, or another whole report of the year was.
        ReportOutdated: its turn has not come, or another one was filed since.

    Locks: the market's row.
    """
    with transaction.atomic():
        _lock(report.market)
        filed = _list_filed(report.market, report.year)
        if report in filed or (filed and report.corrects_id is None):
            raise AlreadyFiled
        if filed[-1:] != _list_before(report):
            raise ReportOutdated
        filing = PlatformFiling.objects.create(
            report=report, receipt=receipt.strip()[:200], filed_by=by
        )
        _record("catalog.file_platform_report", report, by, reason=filing.receipt)
    return filing


def open_xml(report: PlatformReport, *, by: User | None) -> str:
    """Return the file for the tax office, and record who took it.

    Raises:
        ReportUnreadable: it was sealed with another SECRET_KEY.
    """
    return _open(report, report.sealed_xml, by)


def open_csv(report: PlatformReport, *, by: User | None) -> str:
    """Return all sellers as a table, and record who took it.

    Raises:
        ReportUnreadable: it was sealed with another SECRET_KEY.
    """
    return _open(report, report.sealed_csv, by)


def _begin(market: Market, year: int, sender: str) -> Filing:
    """Return what a report says of itself and of the operator."""
    now = clock.now()
    this_year = now.astimezone(ZoneInfo(market.time_zone)).year
    if not FIRST_YEAR <= year < this_year:
        raise YearNotOver
    rule = PayoutRule.objects.filter(market=market).order_by("-valid_from").first()
    if rule is None:
        raise NoOperator
    return Filing(
        public_id=ids.new_public_id(),
        country=market.code,
        year=year,
        made_at=now,
        sender=sender.strip(),
        operator=rule.payer_name,
        operator_address=rule.payer_address,
        operator_number=rule.payer_vat_number,
        platform=settings.SITE_NAME,
    )


def _check(message: Message) -> None:
    faults = find_faults(message.root)
    if faults:
        sentence = ReportUnsound.default_message % {"faults": "; ".join(faults[:SHOWN])}
        raise ReportUnsound(sentence, extra={"faults": faults})


def _lock(market: Market) -> None:
    Market.objects.select_for_update(no_key=True).get(pk=market.pk)


def _list_filed(market: Market, year: int) -> list[PlatformReport]:
    """Return the reports of a year that an office has, in the order of filing."""
    rows = PlatformReport.objects.filter(market=market, year=year)
    return list(rows.filter(filing__isnull=False).order_by("filing__pk"))


def _list_before(report: PlatformReport) -> list[PlatformReport]:
    """Return what is to be the newest filed report when this one is filed, if any.

    A supplement follows the correction that was made together with it.
    """
    if report.corrects is None:
        return []
    rows = PlatformReport.objects.filter(
        market=report.market,
        year=report.year,
        number=report.number - 1,
        kind=Kind.CORRECTION,
        made_at=report.made_at,
    )
    twin = rows.first() if report.kind == Kind.SUPPLEMENT else None
    return [twin or report.corrects]


def _keep(
    draft: Draft,
    kind: Kind,
    *,
    corrects: PlatformReport | None,
    by: User | None,
) -> PlatformReport:
    """Keep a message under its year's next number; the market is locked."""
    filing, sellers = draft.filing, draft.sellers
    earlier = PlatformReport.objects.filter(market=draft.market, year=filing.year)
    table = write_csv(sellers, draft.message.records)
    report = PlatformReport.objects.create(
        public_id=filing.public_id,
        market=draft.market,
        year=filing.year,
        number=earlier.count() + 1,
        kind=kind,
        corrects=corrects,
        sender=filing.sender,
        sellers_count=len(draft.message.records),
        small_count=sum(one.is_small for one in sellers),
        incomplete_count=sum(bool(one.missing) and not one.is_small for one in sellers),
        sealed_xml=seal(write_xml(draft.message.root), purpose=PURPOSE),
        sealed_csv=seal(table, purpose=PURPOSE),
        made_by=by,
        made_at=filing.made_at,
    )
    _record("catalog.make_platform_report", report, by)
    return report


def _read(sealed: str) -> str:
    try:
        return unseal(sealed, purpose=PURPOSE)
    except SealBrokenError as fault:
        raise ReportUnreadable from fault


def _open(report: PlatformReport, sealed: str, by: User | None) -> str:
    text = _read(sealed)
    with transaction.atomic():
        _record("catalog.take_platform_report", report, by)
    return text


def _record(
    action: str, report: PlatformReport, by: User | None, *, reason: str = ""
) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="platform_report",
        subject_ref=report.public_id,
        reason=reason,
        facts={"market": report.market.code, "year": report.year},
    )
