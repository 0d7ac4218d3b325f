"""Links in letters: they name one row, for a time, and open nothing else."""

import pytest
import time_machine

from shopfront.common.links import SignedLink

LINK = SignedLink("tests.one", days=30)
FOREIGN = SignedLink("tests.other", days=30)
CODE = LINK.mint("ewa2wxakwd9zr0q8")


def test_a_link_names_its_row_until_it_is_too_old() -> None:
    with time_machine.travel("2026-11-01T12:00:00Z", tick=False):
        code = LINK.mint("ewa2wxakwd9zr0q8")
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False):
        assert LINK.read(code) == "ewa2wxakwd9zr0q8"
    with time_machine.travel("2026-12-01T12:00:01Z", tick=False):
        assert LINK.read(code) is None
        assert SignedLink("tests.one").read(code) == "ewa2wxakwd9zr0q8", "no age"


@pytest.mark.parametrize("code", ["", ":", "a:b:c", "é" * 40])
def test_what_is_not_ours_names_nothing(code: str) -> None:
    assert LINK.read(code) is None


# Ids of their own: a code holds the second of its minting, and processes that
# share the tests between them must each find the same names.
@pytest.mark.parametrize("code", [CODE[:-1], CODE + "A"], ids=["shorter", "longer"])
def test_a_changed_code_names_nothing(code: str) -> None:
    assert LINK.read(code) is None


def test_a_link_of_one_kind_is_none_of_another() -> None:
    assert FOREIGN.read(CODE) is None
