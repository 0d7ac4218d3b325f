"""Files of captions: what is read, what is refused and where its fault is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestreams.errors import CaptionsUnreadable
from livestreams.protocol.webvtt import MOST_BYTES, Cue, read_webvtt, write_webvtt

HEAD = "WEBVTT\n\n"


def test_a_file_with_notes_styles_names_and_settings_is_read() -> None:
    text = (
        "\ufeffWEBVTT - Our show\r\nKind: captions\r\n\r\nNOTE made by hand\r\n\r\n"
        "STYLE\r\n::cue { color: red }\r\n\r\n"
        "first\r\n00:01.000 --> 00:02.500 align:start\r\n<v Ada>Hello &amp; welcome\r\n"
        "all of you\r\n\r\n01:00:00.000 --> 01:00:01.000\r\n<i>Bye</i>\r\n"
    )
    assert read_webvtt(text.encode()) == [
        Cue(1000, 2500, "Hello & welcome\nall of you"),
        Cue(3_600_000, 3_601_000, "Bye"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "first line"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nSubRip", "first line"),
        ("WEBVTT\n\nGrün".encode("latin-1"), "UTF-8"),
        (b"WEBVTT\n\nNOTE nothing", "not one line"),
        (b"WEBVTT\n" + b" " * MOST_BYTES, "1 MB"),
        (f"{HEAD}00:02.000 --> 00:01.000\nBack".encode(), "Line 3"),
        (f"{HEAD}00:02.000 --> soon\nNever".encode(), "Line 3"),
        (
            f"{HEAD}00:05.000 --> 00:06.000\nA\n\n00:01.000 --> 00:02.000\nB".encode(),
            "Line 6",
        ),
        (f"{HEAD}00:01.000 --> 00:02.000\n{'x' * 401}".encode(), "400 characters"),
    ],
)
def test_a_bad_file_is_refused_with_its_fault(data: bytes, said: str) -> None:
    with pytest.raises(CaptionsUnreadable) as refusal:
        read_webvtt(data)
    assert said in refusal.value.message


@given(
    st.lists(
        st.tuples(
            st.integers(0, 360_000_000),
            st.integers(1, 10_000),
            st.text("abc <&>é\n", min_size=1, max_size=40).map(
                lambda text: " ".join(text.split())
            ),
        ).filter(lambda row: bool(row[2])),
        min_size=1,
        max_size=20,
    )
)
def test_what_is_written_is_read_again(rows: list[tuple[int, int, str]]) -> None:
    cues = [Cue(start, start + lasts, text) for start, lasts, text in sorted(rows)]
    assert read_webvtt(write_webvtt(cues).encode()) == cues


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        read_webvtt(b"WEBVTT\n\n" + data)
    except CaptionsUnreadable:
        return
