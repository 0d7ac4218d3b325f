"""Corrections name what stands, say only what differs, and pass our own check."""

import copy
import csv
import io
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from catalog.selectors.sellers import Seller
from catalog.services.platform_corrections import (
    Standing,
    build_corrections,
    read_standing,
)
from catalog.services.platform_files import (
    Filing,
    Message,
    build_first,
    write_csv,
    write_xml,
)
from catalog.services.platform_schema import DPI, STF, find_faults
from creators.selectors.platform_sums import QuarterSums, YearSums
from tests.unit.catalog.test_platform_files import FILING, make_seller
from tests.unit.catalog.test_platform_schema import drop, find, write

SECOND, THIRD = replace(FILING, public_id="def456"), replace(FILING, public_id="ghi789")
SPEC = f"{{{DPI}}}DocSpec/{{{STF}}}"
Record = tuple[str, str, str]


def sell(ref: str, amount: int = 9_000_00, **changes: object) -> Seller:
    sums = YearSums({1: QuarterSums(amount, 0, 0, 40)})
    return make_seller(ref=ref, sums=sums, **changes)


def keep(message: Message, sellers: list[Seller]) -> tuple[str, str]:
    """Return a message as the two files that are kept of it."""
    root = copy.deepcopy(message.root)
    return write_xml(root), write_csv(sellers, message.records)


def read(message: Message) -> list[Record]:
    """Return the kind, reference and corrected reference of each record."""
    found = []
    for record in message.root[1]:
        names = ("DocTypeIndic", "DocRefId", "CorrDocRefId")
        kind, ref, corrects = (record.findtext(SPEC + name, "") for name in names)
        found.append((kind, ref, corrects))
    return found


def correct(
    standing: Standing, sellers: list[Seller], first: Filing = SECOND
) -> list[Message]:
    messages = build_corrections((first, THIRD), standing, sellers)
    for message in messages:
        assert find_faults(message.root) == []
    return messages


@pytest.fixture
def filed() -> list[Seller]:
    """Have three sellers told of."""
    return [sell("a"), sell("b"), sell("c")]


@pytest.fixture
def standing(filed: list[Seller]) -> Standing:
    """Have a first report filed."""
    return read_standing([keep(build_first(FILING, filed), filed)])


def test_changed_gone_and_new_sellers_go_into_two_messages(
    filed: list[Seller], standing: Standing
) -> None:
    now = [filed[0], sell("b", 8_000_00), sell("d")]
    corrected, added = correct(standing, now)
    assert (corrected.indic, added.indic) == ("DPI402", "DPI401")
    assert read(corrected) == [
        ("OECD0", "DE2026-abc123-0", ""),
        ("OECD2", "DE2026-def456-1", "DE2026-abc123-2"),
        ("OECD3", "DE2026-def456-2", "DE2026-abc123-3"),
    ]
    assert read(added) == [
        ("OECD0", "DE2026-abc123-0", ""),
        ("OECD1", "DE2026-ghi789-1", ""),
    ]
    assert find(corrected.root, "d:MessageSpec/d:MessageRefId").text == (
        "DE2026DE-def456"
    )


def test_the_next_correction_names_the_records_that_stand_by_then(
    filed: list[Seller], standing: Standing
) -> None:
    now = [filed[0], sell("b", 8_000_00), sell("d")]
    files = [keep(build_first(FILING, filed), filed)]
    files += [keep(message, now) for message in correct(standing, now)]
    later = read_standing(files)
    assert correct(later, now) == []
    (again,) = build_corrections(
        (replace(FILING, public_id="jkl"), replace(FILING, public_id="mno")),
        later,
        [sell("a"), sell("b", 7_000_00)],
    )
    assert read(again)[1:] == [
        ("OECD2", "DE2026-jkl-1", "DE2026-def456-1"),
        ("OECD3", "DE2026-jkl-2", "DE2026-ghi789-1"),
    ]


def test_a_changed_operator_is_corrected_and_named_anew_beside_new_sellers(
    filed: list[Seller], standing: Standing
) -> None:
    moved = replace(SECOND, operator_address="Neue Gasse 2\n10115 Berlin")
    corrected, added = correct(standing, [*filed, sell("d")], moved)
    assert read(corrected) == [("OECD2", "DE2026-def456-0", "DE2026-abc123-0")]
    assert read(added)[0] == ("OECD0", "DE2026-def456-0", "")
    address = find(corrected.root, "d:DPIBody/d:PlatformOperator/d:Address")
    again = find(added.root, "d:DPIBody/d:PlatformOperator/d:Address")
    assert ET.tostring(address) == ET.tostring(again)


def test_who_lacks_data_now_is_left_as_it_stands(
    filed: list[Seller], standing: Standing
) -> None:
    assert correct(standing, [*filed[:2], replace(filed[2], tax_number="")]) == []


def test_a_report_of_nobody_is_followed_by_new_sellers(filed: list[Seller]) -> None:
    standing = read_standing([keep(build_first(FILING, []), [])])
    (added,) = correct(standing, filed)
    assert [kind for kind, _, _ in read(added)] == ["OECD0", *["OECD1"] * 3]
    (undone,) = correct(read_standing([keep(build_first(FILING, filed), filed)]), [])
    assert [kind for kind, _, _ in read(undone)] == ["OECD0", *["OECD3"] * 3]


def test_a_table_without_the_column_of_records_is_read_by_its_order(
    filed: list[Seller],
) -> None:
    xml, table = keep(build_first(FILING, filed), filed)
    old = io.StringIO()
    csv.writer(old).writerows(row[:-1] for row in csv.reader(io.StringIO(table)))
    standing = read_standing([(xml, old.getvalue())])
    (corrected,) = correct(standing, [sell("a"), sell("b", 1), sell("c")])
    assert read(corrected)[1][2] == "DE2026-abc123-2"


@tries(max_examples=25)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("abcde"), st.integers(3_000, 9_000).map(lambda n: n * 100)
        ),
        min_size=1,
        max_size=5,
    )
)
def test_after_each_correction_the_office_has_what_is_true(
    years: list[dict[str, int]],
) -> None:
    files: list[tuple[str, str]] = []
    for number, sums in enumerate(years):
        sellers = [sell(ref, amount) for ref, amount in sums.items()]
        one, two = (replace(FILING, public_id=f"{number}{end}") for end in "xy")
        messages = [build_first(one, sellers)]
        if files:
            messages = build_corrections((one, two), read_standing(files), sellers)
        for message in messages:
            assert find_faults(message.root) == []
        files += [keep(message, sellers) for message in messages]
        told = read_standing(files).sellers.items()
        quarter = f"*/*/{{{DPI}}}Consideration/{{{DPI}}}ConsQ1"
        found = {ref: one.findtext(quarter) for (_, ref, _), one in told}
        assert found == {ref: str(amount // 100) for ref, amount in sums.items()}


RECORD = "d:DPIBody/d:ReportableSeller/d:DocSpec"
OPERATOR = "d:DPIBody/d:PlatformOperator/d:DocSpec"


def put(path: str, name: str, text: str) -> Callable[[ET.Element], None]:
    def seed(root: ET.Element) -> None:
        ET.SubElement(find(root, path), f"{{{STF}}}{name}").text = text

    return seed


@pytest.mark.parametrize(
    ("seed", "place"),
    [
        (write(f"{RECORD}/s:DocTypeIndic", "OECD1"), "ReportableSeller/DocTypeIndic"),
        (write(f"{RECORD}/s:DocTypeIndic", "OECD0"), "ReportableSeller/DocTypeIndic"),
        (write(f"{OPERATOR}/s:DocTypeIndic", "OECD1"), "PlatformOperator/DocTypeI"),
        (drop(RECORD, "s:CorrDocRefId"), "ReportableSeller/CorrDocRefId"),
        (put(OPERATOR, "CorrDocRefId", "DE2026-x-1"), "PlatformOperator/CorrDocR"),
        (write(f"{RECORD}/s:CorrDocRefId", "DE2026-abc123-3"), "CorrDocRefId: DE20"),
        (write(f"{RECORD}/s:CorrDocRefId", "DE2026-def456-2"), "CorrDocRefId: it n"),
        (write("d:MessageSpec/d:MessageTypeIndic", "DPI401"), "ReportableSeller/"),
        (write("d:MessageSpec/d:MessageTypeIndic", "DPI403"), "MessageTypeIndic"),
    ],
)
def test_a_fault_in_a_correction_is_found(
    filed: list[Seller],
    standing: Standing,
    seed: Callable[[ET.Element], None],
    place: str,
) -> None:
    (message,) = correct(standing, [filed[0], sell("b", 8_000_00)])
    seed(message.root)
    assert [fault for fault in find_faults(message.root) if fault.startswith(place)]


def test_a_correction_of_nothing_is_a_fault(
    filed: list[Seller], standing: Standing
) -> None:
    (message,) = correct(standing, filed[:2])
    body = message.root[1]
    body.remove(body[1])
    assert find_faults(message.root)[0].startswith("MessageTypeIndic")
