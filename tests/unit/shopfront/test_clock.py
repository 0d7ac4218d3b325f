"""The one clock and its shift."""

import datetime as dt

import pytest

from shopfront.common.clock import parse_shift


def test_parse_shift_reads_days_hours_and_minutes_both_ways() -> None:
    assert parse_shift("+15d") == dt.timedelta(days=15)
    assert parse_shift("-2h") == dt.timedelta(hours=-2)
    assert parse_shift("+30m") == dt.timedelta(minutes=30)
    assert parse_shift("") == dt.timedelta()


@pytest.mark.parametrize("text", ["15d", "+d", "+1.5d", "+1w", "+", "tomorrow"])
def test_parse_shift_refuses_what_it_cannot_read(text: str) -> None:
    with pytest.raises(ValueError, match="AT must look like"):
        parse_shift(text)
