"""The check of yearly reports finds seeded faults, and none in what we write."""

import copy
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.selectors.sellers import SERVICES
from catalog.services.platform_files import write_xml
from catalog.services.platform_schema import DPI, STF, find_faults
from tests.unit.catalog.test_platform_files import (
    FILING,
    build_message,
    make_seller,
)

NAMES = {"d": DPI, "s": STF}
BORN = dt.date(1990, 2, 3)
SELLER = "d:DPIBody/d:ReportableSeller"
PARTY = f"{SELLER}/d:Identity/d:EntitySeller/d:Standard/d:EntSellerID"
PERSON = f"{SELLER}/d:Identity/d:IndividualSeller/d:Standard/d:IndSellerID"
SUMS = f"{SELLER}/d:RelevantActivities/d:SaleOfGoods"
SOUND = build_message(
    FILING,
    [
        make_seller(vat_number="DE1"),
        make_seller(kind=SERVICES, name="Ada Example", born_on=BORN),
    ],
)


def find(root: ET.Element, path: str) -> ET.Element:
    found = root.find(path, NAMES)
    assert found is not None, path
    return found


def write(path: str, text: str) -> Callable[[ET.Element], None]:
    def seed(root: ET.Element) -> None:
        find(root, path).text = text

    return seed


def mark(path: str, name: str, value: str) -> Callable[[ET.Element], None]:
    return lambda root: find(root, path).set(name, value)


def drop(path: str, name: str) -> Callable[[ET.Element], None]:
    return lambda root: find(root, path).remove(find(root, f"{path}/{name}"))


def move_last(path: str, name: str) -> Callable[[ET.Element], None]:
    def seed(root: ET.Element) -> None:
        place, child = find(root, path), find(root, f"{path}/{name}")
        place.remove(child)
        place.append(child)

    return seed


def add(path: str, tag: str) -> Callable[[ET.Element], None]:
    def seed(root: ET.Element) -> None:
        ET.SubElement(find(root, path), tag).text = "x"

    return seed


def repeat(path: str, name: str) -> Callable[[ET.Element], None]:
    def seed(root: ET.Element) -> None:
        place, child = find(root, path), find(root, f"{path}/{name}")
        place.insert(list(place).index(child), copy.deepcopy(child))

    return seed


def unmark(path: str, name: str) -> Callable[[ET.Element], None]:
    def seed(root: ET.Element) -> None:
        del find(root, path).attrib[name]

    return seed


def rename(path: str, tag: str) -> Callable[[ET.Element], None]:
    def seed(root: ET.Element) -> None:
        find(root, path).tag = tag

    return seed


def test_what_we_write_has_no_fault() -> None:
    assert find_faults(SOUND) == []
    assert find_faults(ET.fromstring(write_xml(copy.deepcopy(SOUND)))) == []
    assert find_faults(build_message(FILING, [])) == []
    british = replace(FILING, country="GB", sender="", operator_number="")
    assert find_faults(build_message(british, [make_seller()])) == []


@pytest.mark.parametrize(
    ("seed", "place"),
    [
        (rename(".", "DPI_OECD"), "DPI_OECD: "),
        (mark(".", "version", "2.0"), "DPI_OECD: version"),
        (unmark(".", "version"), "DPI_OECD: version is missing"),
        (mark(".", "lang", "en"), "DPI_OECD: lang is no attribute"),
        (drop(".", "d:DPIBody"), "DPI_OECD: DPIBody is missing"),
        (drop("d:MessageSpec", "d:MessageRefId"), "DPI_OECD/MessageSpec: Message"),
        (move_last("d:MessageSpec", "d:MessageType"), "DPI_OECD/MessageSpec: Mess"),
        (write("d:MessageSpec/d:MessageTypeIndic", "DPI404"), "DPI_OECD/MessageSp"),
        (write("d:MessageSpec/d:Timestamp", "yesterday"), "DPI_OECD/MessageSpec/Ti"),
        (write("d:MessageSpec/d:ReportingPeriod", "2026-02-30"), "DPI_OECD/Messag"),
        (write("d:MessageSpec", "words"), "DPI_OECD/MessageSpec: words stand"),
        (write("d:DPIBody/d:PlatformOperator/d:Name", ""), "DPI_OECD/DPIBody/Plat"),
        (repeat(SELLER, "d:RelevantActivities"), "DPI_OECD/DPIBody/ReportableSell"),
        (write(f"{PARTY}/d:Name", "x" * 201), "DPI_OECD/DPIBody/ReportableSeller[1]"),
        (write(f"{PARTY}/d:Name", "a\x0bb"), "DPI_OECD/DPIBody/ReportableSeller[1]"),
        (write(f"{PARTY}/d:ResCountryCode", "XY"), "DPI_OECD/DPIBody/ReportableSe"),
        (move_last(PARTY, "d:VAT"), "DPI_OECD/DPIBody/ReportableSeller[1]/Identity"),
        (add(PARTY, f"{{{DPI}}}Mood"), "DPI_OECD/DPIBody/ReportableSeller[1]/Iden"),
        (add(f"{PARTY}/d:Name", f"{{{DPI}}}Given"), "DPI_OECD/DPIBody/Reportable"),
        (drop(PERSON, "d:BirthInfo"), "DPI_OECD/DPIBody/ReportableSeller[2]/Ident"),
        (write(f"{PERSON}/d:BirthInfo/d:BirthDate", "3.2.1990"), "DPI_OECD/DPIBod"),
        (write(f"{SUMS}/d:Fees/d:FeesQ2", "12.50"), "DPI_OECD/DPIBody/ReportableS"),
        (unmark(f"{SUMS}/d:Taxes/d:TaxQ1", "currCode"), "DPI_OECD/DPIBody/Report"),
        (mark(f"{SUMS}/d:Taxes/d:TaxQ1", "currCode", "EURO"), "DPI_OECD/DPIBody/R"),
        (drop(f"{SUMS}/d:Consideration", "d:ConsQ4"), "DPI_OECD/DPIBody/Reporta"),
        (rename(f"{SELLER}/d:DocSpec/s:DocRefId", f"{{{DPI}}}DocRefId"), "DPI_OEC"),
        (write(f"{SELLER}/d:DocSpec/s:DocTypeIndic", "OECD9"), "DPI_OECD/DPIBody"),
        (drop(f"{SELLER}/d:Identity", "d:EntitySeller"), "DPI_OECD/DPIBody/Reporta"),
        (write("d:MessageSpec/d:MessageRefId", "GB2026GB-1"), "MessageRefId: "),
        (write("d:MessageSpec/d:ReportingPeriod", "2026-06-30"), "ReportingPeriod"),
        (write("d:MessageSpec/d:MessageTypeIndic", "DPI403"), "MessageTypeIndic: "),
        (mark(f"{PARTY}/d:TIN", "unknown", "true"), "TIN: "),
        (drop("d:DPIBody/d:PlatformOperator", "d:PlatformBusinessName"), "PlatformB"),
        (write(f"{SELLER}/d:DocSpec/s:DocRefId", "DE2026-abc123-2"), "DocRefId: "),
    ],
)
def test_a_seeded_fault_is_found_at_its_place(
    seed: Callable[[ET.Element], None], place: str
) -> None:
    root = copy.deepcopy(SOUND)
    seed(root)
    faults = find_faults(root)
    assert len(faults) == 1
    assert faults[0].startswith(place)


@given(st.text(max_size=300))
def test_a_name_is_sound_as_far_as_an_office_reads_it(name: str) -> None:
    root = build_message(FILING, [make_seller(name=name)])
    if not find_faults(root):
        read = ET.fromstring(write_xml(root))
        assert find_faults(read) == []
