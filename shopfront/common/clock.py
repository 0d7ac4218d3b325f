"""The one clock: UTC, movable by tests and by the demo's AT setting."""

import datetime as dt

from django.conf import settings


def now() -> dt.datetime:
    """Return the present moment in UTC, shifted by `CLOCK_SHIFT` in the demo."""
    shift: dt.timedelta = settings.CLOCK_SHIFT
    return dt.datetime.now(tz=dt.UTC) + shift


def parse_shift(text: str) -> dt.timedelta:
    """Read a shift such as `+15d`, `-2h` or `+30m`.

    Raises:
        ValueError: the text is not a sign, a whole number and one of d, h, m.
    """
    if not text:
        return dt.timedelta()
    units = {"d": "days", "h": "hours", "m": "minutes"}
    sign, number, unit = text[0], text[1:-1], text[-1]
    if sign not in "+-" or not number.isdigit() or unit not in units:
        message = f"AT must look like +15d, -2h or +30m, not {text!r}"
        raise ValueError(message)
    span = dt.timedelta(**{units[unit]: int(number)})
    return span if sign == "+" else -span
