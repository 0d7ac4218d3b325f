"""The files of a yearly report: the schema's order, whole units, no data lost."""

import csv
import datetime as dt
import io
from xml.etree import ElementTree as ET

import pytest

from catalog.selectors.sellers import GOODS, SERVICES, Seller
from catalog.services.platform_files import (
    Filing,
    build_first,
    round_whole,
    split_name,
    write_csv,
    write_xml,
)
from catalog.services.platform_schema import DPI, STF
from creators.selectors.platform_sums import QuarterSums, YearSums
from shopfront.common.money import Money

NAMES = {"dpi": DPI, "stf": STF}
FILING = Filing(
    public_id="abc123",
    country="DE",
    year=2026,
    made_at=dt.datetime(2027, 1, 20, 9, 0, 5, tzinfo=dt.UTC),
    sender="IN-77",
    operator="Shopfront GmbH",
    operator_address="Am Markt 1\n10115 Berlin",
    operator_number="DE123456789",
    platform="Shopfront",
)
FIRST = QuarterSums(12_345_50, 1_000_49, 2_000_00, 40)
SUMS = YearSums({1: FIRST, 4: QuarterSums(-50)})


def make_seller(**changes: object) -> Seller:
    facts: dict[str, object] = {
        "kind": GOODS,
        "ref": "ref",
        "name": "Holz & Co",
        "address": "Weg 1\n20095 Hamburg",
        "country": "DE",
        "tax_number": "12/345",
        "vat_number": "",
        "born_on": None,
        "currency": "EUR",
        "sums": SUMS,
        "details": None,
    }
    return Seller(**(facts | changes))  # type: ignore[arg-type]


def build_message(filing: Filing, sellers: list[Seller]) -> ET.Element:
    return build_first(filing, sellers).root


def find(root: ET.Element, path: str) -> ET.Element:
    found = root.find(path, NAMES)
    assert found is not None, path
    return found


def list_names(element: ET.Element) -> list[str]:
    return [child.tag.partition("}")[2] for child in element]


def test_a_message_names_sender_year_and_that_it_is_new() -> None:
    root = ET.fromstring(write_xml(build_message(FILING, [make_seller()])))
    assert root.tag == f"{{{DPI}}}DPI_OECD"
    assert root.get("version") == "1.0"
    spec = find(root, "dpi:MessageSpec")
    assert {one.tag.partition("}")[2]: one.text for one in spec} == {
        "SendingEntityIN": "IN-77",
        "TransmittingCountry": "DE",
        "ReceivingCountry": "DE",
        "MessageType": "DPI",
        "MessageRefId": "DE2026DE-abc123",
        "MessageTypeIndic": "DPI401",
        "ReportingPeriod": "2026-12-31",
        "Timestamp": "2027-01-20T09:00:05",
    }
    operator = find(root, "dpi:DPIBody/dpi:PlatformOperator")
    assert list_names(operator) == [
        "ResCountryCode",
        "TIN",
        "Name",
        "PlatformBusinessName",
        "Address",
        "Nexus",
        "AssumedReporting",
        "DocSpec",
    ]


def test_a_company_stands_in_the_order_of_the_schema() -> None:
    root = ET.fromstring(
        write_xml(build_message(FILING, [make_seller(vat_number="DE1")]))
    )
    record = find(root, "dpi:DPIBody/dpi:ReportableSeller")
    assert list_names(record) == ["Identity", "RelevantActivities", "DocSpec"]
    party = find(record, "dpi:Identity/dpi:EntitySeller/dpi:Standard/dpi:EntSellerID")
    assert list_names(party) == ["ResCountryCode", "TIN", "VAT", "Name", "Address"]
    assert find(party, "dpi:Name").text == "Holz & Co"
    assert find(party, "dpi:Address/dpi:AddressFree").text == "Weg 1 / 20095 Hamburg"
    activity = find(record, "dpi:RelevantActivities/dpi:SaleOfGoods")
    groups = ["Consideration", "NumberOfActivities", "Fees", "Taxes"]
    assert list_names(activity) == groups
    first = find(activity, "dpi:Consideration/dpi:ConsQ1")
    assert (first.text, first.get("currCode")) == ("12346", "EUR")
    assert find(activity, "dpi:Consideration/dpi:ConsQ4").text == "-1"
    assert find(activity, "dpi:Fees/dpi:FeesQ1").text == "1000"
    assert find(activity, "dpi:NumberOfActivities/dpi:NumbQ1").text == "40"
    assert find(record, "dpi:DocSpec/stf:DocRefId").text == "DE2026-abc123-1"


def test_a_person_has_names_and_a_day_of_birth() -> None:
    born = dt.date(1990, 2, 3)
    seller = make_seller(kind=SERVICES, name="Ada Mae Example", born_on=born)
    root = ET.fromstring(write_xml(build_message(FILING, [seller])))
    place = "dpi:DPIBody/dpi:ReportableSeller/dpi:Identity/dpi:IndividualSeller"
    party = find(root, f"{place}/dpi:Standard/dpi:IndSellerID")
    assert list_names(party) == [
        "ResCountryCode",
        "TIN",
        "Name",
        "Address",
        "BirthInfo",
    ]
    assert [one.text for one in find(party, "dpi:Name")] == ["Ada Mae", "Example"]
    assert find(party, "dpi:BirthInfo/dpi:BirthDate").text == "1990-02-03"


def test_without_sellers_the_message_says_that_there_is_nothing() -> None:
    root = ET.fromstring(write_xml(build_message(FILING, [])))
    assert find(root, "dpi:MessageSpec/dpi:MessageTypeIndic").text == "DPI403"
    assert root.find("dpi:DPIBody/dpi:ReportableSeller", NAMES) is None


def test_the_table_says_who_is_left_out_and_why() -> None:
    small = YearSums({2: QuarterSums(2_000_00, activities=29)})
    sellers = [
        make_seller(),
        make_seller(sums=small),
        make_seller(kind=SERVICES, sums=small, tax_number="", country=""),
        make_seller(name="=evil()"),
    ]
    rows = list(csv.DictReader(io.StringIO(write_csv(sellers, {}))))
    reported = [row["reported"] for row in rows]
    assert reported == ["yes", "below the limits", "no", "yes"]
    assert rows[2]["missing"] == "country tax_number"
    assert rows[0]["consideration_minor_q1"] == "1234550"
    assert rows[3]["name"] == "'=evil()"


@pytest.mark.parametrize(
    ("activities", "total", "currency", "is_small"),
    [
        (29, 2_000_00, "EUR", True),
        (30, 1, "EUR", False),
        (1, 2_000_01, "EUR", False),
        (29, 1_700_00, "GBP", True),
        (1, 1, "CHF", False),
    ],
)
def test_small_sellers_are_left_out_where_the_law_says_so(
    activities: int, total: int, currency: str, is_small: bool
) -> None:
    sums = YearSums({1: QuarterSums(total, activities=activities)})
    seller = make_seller(sums=sums, currency=currency)
    assert seller.is_small is is_small
    assert not make_seller(kind=SERVICES, sums=sums, currency=currency).is_small


@pytest.mark.parametrize(
    ("minor", "whole"), [(0, 0), (49, 0), (50, 1), (149, 1), (-50, -1), (-149, -1)]
)
def test_amounts_are_whole_units_half_away_from_zero(minor: int, whole: int) -> None:
    assert round_whole(Money(minor, "EUR")) == whole


def test_a_yen_is_whole_already() -> None:
    assert round_whole(Money(149, "JPY")) == 149


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Ada Example", ("Ada", "Example")), (" Madonna ", ("NFN", "Madonna"))],
)
def test_one_name_alone_is_the_last(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts
