"""Sources: trusted because signed, none once they are bad."""

import datetime as dt

import pytest
import time_machine

from livestreams.access.sources import Surface, find_source, mint_source_ref
from shopfront.common import clock


@pytest.fixture
def value() -> str:
    """Mint a source of a pin."""
    return mint_source_ref(Surface.PIN, livestream="show", product="stool", pin="pin")


def test_a_source_says_where_the_tap_was(value: str) -> None:
    source = find_source(value)
    assert source is not None
    assert (source.surface, source.livestream) == (Surface.PIN, "show")
    assert (source.product, source.pin) == ("stool", "pin")


def test_a_bad_source_counts_as_none(value: str) -> None:
    body, _, signature = value.partition(".")
    other, _, _ = mint_source_ref(
        Surface.PIN, livestream="other", product="stool"
    ).partition(".")
    for bad in ("", ".", "é.é", body, value[:-3], f"{other}.{signature}"):
        assert find_source(bad) is None


def test_a_source_ends_after_seven_days(value: str) -> None:
    with time_machine.travel(clock.now() + dt.timedelta(days=7, seconds=1)):
        assert find_source(value) is None
