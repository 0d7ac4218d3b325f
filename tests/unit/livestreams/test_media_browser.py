"""What a browser records is told by its own first bytes, never by what it claims."""

import pytest

from livestreams.media.intake_browser import BrokenRecordingError, find_codec

WEBM = b"\x1a\x45\xdf\xa3" + bytes(20)
CLUSTER = b"\x1f\x43\xb6\x75"
MP4 = bytes(4) + b"ftypiso5" + bytes(8)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"", None),
        (WEBM, None),
        (WEBM + b"V_MPEG4/ISO/AVC", ("webm", b"V_MPEG4/ISO/AVC")),
        (WEBM + b"V_VP8" + bytes(4), ("webm", b"V_VP8")),
        (WEBM + b"A_OPUS" + CLUSTER, ("webm", b"")),
        (WEBM + bytes(70_000), ("webm", b"")),
        (MP4, None),
        (MP4 + b"moov" + bytes(9) + b"avc1", ("mp4", b"avc1")),
        (MP4 + b"moov" + bytes(9) + b"mp4a" + b"moof", ("mp4", b"")),
    ],
)
def test_form_and_codec_are_read_as_soon_as_they_are_there(
    header: bytes, found: tuple[str, bytes] | None
) -> None:
    assert find_codec(header) == found


def test_anything_else_is_no_recording() -> None:
    with pytest.raises(BrokenRecordingError):
        find_codec(b"GET / HTTP/1.1\r\n")
